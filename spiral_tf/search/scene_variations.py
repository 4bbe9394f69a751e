"""Scenes that differ from another in an object or two, to be tried."""

import bisect
import itertools
import random as random_lib
from typing import NamedTuple

import numpy as np

from spiral_tf.environments.mujoco import sprites as sprites_lib
from spiral_tf.environments.mujoco import stage as stage_lib

Objects = tuple[stage_lib.SceneObject, ...]

# How far objects go that are moved near, cells, and how often.
_STEPS = (1, 1, 1, 2, 3)
# How bright surfaces are in this light, of those that the camera sees well.
_DARKEST, _BRIGHTEST = 0.6, 1.1


def changed(before: Objects, after: Objects) -> Objects:
  """The objects of two scenes between what they begin and end with alike."""
  shorter = min(len(before), len(after))
  begin = 0
  while begin < shorter and before[begin] == after[begin]:
    begin += 1
  end = 0
  while end < shorter - begin and before[-1 - end] == after[-1 - end]:
    end += 1
  return (
    *before[begin : len(before) - end],
    *after[begin : len(after) - end],
  )


class Space(NamedTuple):
  """What scenes there may be.

  Attributes:
    grid_width: rows, and columns, of places.
    max_objects: the most that an episode can put on the platform.
  """

  grid_width: int
  max_objects: int


class Aim:
  """Draws places where pictures are far from targets."""

  def __init__(self, space: Space, sprites: sprites_lib.Sprites):
    """Creates it.

    Args:
      space: what scenes there may be.
      sprites: know where objects are in the picture.
    """
    places = range(space.grid_width**2)
    # Of a cube, in which the other kinds have room but for a cylinder's top.
    self._boxes = [
      np.array(
        [
          sprites.box(stage_lib.SceneObject(0, place, size, 0, 0, 0))
          for place in places
        ]
      ).T
      for size in range(stage_lib.NUM_SIZES)
    ]

  def within(self, errors: np.ndarray, size: int) -> list[int]:
    """Sums errors up, where an object would be and at all places before.

    Args:
      errors: of pixels, int `[W, W]`.
      size: of the object.

    Returns:
      A number for each place, of which the last is the largest.
    """
    width = len(errors)
    table = np.zeros([width + 1, width + 1], np.int64)
    table[1:, 1:] = errors.cumsum(0).cumsum(1)
    top, left, bottom, right = self._boxes[size]
    sums = table[bottom, right] - table[top, right]
    sums += table[top, left] - table[bottom, left]
    return sums.cumsum().tolist()


class Residual:
  """Where one picture is far from its target."""

  def __init__(self, aim: Aim, errors: np.ndarray):
    """Creates it.

    Args:
      aim: says where the places are.
      errors: squared errors of pixels, int `[W, W]`.
    """
    self._aim = aim
    self._errors = errors
    self._sums: dict[int, list[int]] = {}  # Made when first needed.

  def draw(self, size: int, random: random_lib.Random) -> int:
    """Draws a place in proportion to the error where an object would be.

    Args:
      size: of the object.
      random: where chance comes from.

    Returns:
      The place.
    """
    sums = self._sums.get(size)
    if sums is None:
      sums = self._sums[size] = self._aim.within(self._errors, size)
    if not sums[-1]:
      return random.randrange(len(sums))
    return bisect.bisect_right(sums, random.randrange(sums[-1]))


class Variation:
  """Varies scenes."""

  def __init__(
    self,
    space: Space,
    sprites: sprites_lib.Sprites,
    target: np.ndarray,
    random: random_lib.Random,
  ):
    """Creates what varies the scenes of one target.

    Args:
      space: what scenes there may be.
      sprites: know where objects are in the picture.
      target: uint8 `[W, W, 3]`.
      random: where chance comes from.
    """
    self._space = space
    self._sprites = sprites
    self._target = target
    self._random = random
    kinds, shares = zip(*_SHARES.items())
    self._kinds: tuple[str, ...] = kinds
    self._shares = list(itertools.accumulate(shares))

  def __call__(self, objects: Objects, residual: Residual) -> Objects:
    """Varies a scene; returns another one.

    Args:
      objects: at most as many as there may be.
      residual: where its picture is far from the target.

    Returns:
      The variation.
    """
    while True:
      (kind,) = self._random.choices(self._kinds, cum_weights=self._shares)
      varied = self.vary(kind, objects, residual)
      if varied != objects:
        return varied

  def vary(self, kind: str, objects: Objects, residual: Residual) -> Objects:
    """Varies a scene in a certain way, if it can be.

    Args:
      kind: one of `KINDS`.
      objects: see `__call__`.
      residual: see `__call__`.

    Returns:
      The variation, or the same scene.
    """
    random = self._random
    if kind == 'put in':
      if len(objects) == self._space.max_objects:
        return objects
      place = random.randrange(len(objects) + 1)
      return (*objects[:place], self._new(residual), *objects[place:])
    if not objects:
      return objects
    chosen = random.randrange(len(objects))
    before, after = objects[:chosen], objects[chosen + 1 :]
    if kind == 'removed':
      return before + after
    if kind == 'swapped':
      place = random.randrange(len(objects))
      others = before + after
      return (*others[:place], objects[chosen], *others[place:])
    return (*before, self._changed(kind, objects[chosen], residual), *after)

  def _changed(
    self, kind: str, item: stage_lib.SceneObject, residual: Residual
  ) -> stage_lib.SceneObject:
    """Another object in the place of one."""
    random, grid_width = self._random, self._space.grid_width
    if kind == 'moved near':
      row, column = divmod(item.location, grid_width)
      reach = random.choice(_STEPS)
      row += random.randint(-reach, reach)
      column += random.randint(-reach, reach)
      row = min(max(row, 0), grid_width - 1)
      column = min(max(column, 0), grid_width - 1)
      return item._replace(location=row * grid_width + column)
    if kind == 'moved anywhere':
      return item._replace(location=random.randrange(grid_width**2))
    if kind == 'moved to the error':
      return item._replace(location=residual.draw(item.size, random))
    if kind == 'resized':
      return item._replace(size=random.randrange(stage_lib.NUM_SIZES))
    if kind == 'recoloured':
      levels = stage_lib.NUM_COLOR_LEVELS
      return item._replace(
        **{random.choice(_CHANNELS): random.randrange(levels)}
      )
    if kind == 'coloured as the target':
      return self._colored(item)
    if kind == 'exchanged':
      return item._replace(kind=random.randrange(stage_lib.NUM_KINDS))
    return self._new(residual)

  def _new(self, residual: Residual) -> stage_lib.SceneObject:
    """An object where the error is, in a colour of the target's."""
    random = self._random
    size = random.randrange(stage_lib.NUM_SIZES)
    kind = random.randrange(stage_lib.NUM_KINDS)
    location = residual.draw(size, random)
    return self._colored(
      stage_lib.SceneObject(kind, location, size, *(0,) * len(_CHANNELS))
    )

  def _colored(self, item: stage_lib.SceneObject) -> stage_lib.SceneObject:
    """An object in the colour of a pixel of the target, behind its middle."""
    random = self._random
    top, left, bottom, right = self._sprites.box(item)
    row = round(random.triangular(top, bottom - 1))
    column = round(random.triangular(left, right - 1))
    light = random.uniform(_DARKEST, _BRIGHTEST)
    highest = stage_lib.NUM_COLOR_LEVELS - 1
    levels = [
      min(round(value / 255 * highest / light), highest)
      for value in self._target[row, column].tolist()
    ]
    return item._replace(**dict(zip(_CHANNELS, levels)))


_CHANNELS = ('red', 'green', 'blue')
# How often each kind of variation is tried, percent; what cannot be is left out
# (docs/search.md says what else was tried).
_SHARES = {
  'moved near': 25,
  'moved anywhere': 3,
  'moved to the error': 10,
  'resized': 10,
  'recoloured': 18,
  'coloured as the target': 7,
  'exchanged': 10,
  'another': 8,
  'removed': 3,
  'put in': 4,
  'swapped': 2,
}
KINDS = tuple(_SHARES)
