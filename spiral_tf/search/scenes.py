"""Metropolis-Hastings from scenes that an agent built, in the real renderer.

The paper's section 4.6 searches for the objects of scenes in this way, with its
likelihood, but begins with nothing and changes objects blindly. Here it begins
with what an agent built, and looks where the picture is far from the target, so
that it is a search for the best scene rather than a sampler of all.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import math
import random as random_lib
from typing import NamedTuple

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import scenes
from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import sprites as sprites_lib
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.search import climbing
from spiral_tf.search import scene_variations

# Of the likelihood, as in the paper; pixels are on [0, 1].
COVARIANCE = 0.25
# From so many tries on several starts are varied, of which the better half goes
# on after each equal share of the tries (docs/search.md).
_HALVING_TRIES = 5000
_HALVING_STARTS = 8


def climb(
  environment: sections.EnvironmentConfig,
  starts: Mapping[str, np.ndarray],
  targets: np.ndarray,
  tries: int,
  seeds: Sequence[int],
  covariance: float = COVARIANCE,
  check: Callable[[], None] | None = None,
) -> climbing.Climbed:
  """Varies scenes until they are nearer to targets.

  One after the other, in the calling thread: what takes the time is Python,
  which threads would only take turns at.

  Args:
    environment: settings of the environment `scenes`.
    starts: for each component of its actions, int `[N, S, T]`: `S` episodes to
      begin with for each of `N` targets. Without tries, the scene of the best
      one is returned.
    targets: uint8 `[N, W, W, 3]`.
    tries: variations that are drawn for each target.
    seeds: `N` numbers, each at least 0. A target's scene depends on its own one
      only.
    covariance: of the likelihood: the larger, the more often a variation that
      is farther from the target stays for a while. With 0 none does.
    check: called before each variation, it raises an error to end the search.

  Returns:
    The best scenes that were met, as the shortest episodes that build them.

  Raises:
    ValueError: an argument is not as above.
  """
  climbing.check_tries(tries)
  if environment.name != 'scenes':
    raise ValueError(
      f'the environment is {environment.name!r}, but it must be "scenes".'
    )
  width = environment.canvas_width
  shape = len(seeds), width, width, 3
  if targets.shape != shape or targets.dtype != np.uint8:
    raise ValueError(
      f'targets are {targets.dtype} {list(targets.shape)}, but for '
      f'{len(seeds)} seeds they must be uint8 {list(shape)}.'
    )
  length, most = environment.episode_length, environment.max_objects
  settings = width, environment.grid_width, most
  stage, sprites = stage_lib.Stage(*settings), sprites_lib.of(*settings)
  space = scene_variations.Space(environment.grid_width, min(length, most))
  aim = scene_variations.Aim(space, sprites)
  actions, errors = [], []
  for i, (target, seed) in enumerate(zip(targets, seeds, strict=True)):
    episodes = zip(*(values[i] for values in starts.values()))
    begun = [
      scenes.built((dict(zip(starts, step)) for step in zip(*episode)), most)
      for episode in episodes
    ]
    random = random_lib.Random(seed)
    variation = scene_variations.Variation(space, sprites, target, random)
    search = _Search(sprites, aim, variation, target, covariance, random, check)
    found = _halved(search, begun, tries)
    error = _error(stage.render(found), target)
    actions.append(scenes.builds(found, length))
    errors.append(error / (255**2 * target.size))
  return climbing.Climbed(
    {name: np.stack([x[name] for x in actions]) for name in starts},
    np.array(errors),
  )


class _State(NamedTuple):
  """A scene, and how far its picture is from the target.

  Attributes:
    objects: the scene.
    errors: squared errors of pixels, int32 `[W, W]`.
    error: their sum.
    residual: where they are.
  """

  objects: scene_variations.Objects
  errors: np.ndarray
  error: int
  residual: scene_variations.Residual

  @property
  def rank(self) -> tuple[int, int]:
    """The nearest is the first, and of those the one with fewest objects."""
    return self.error, len(self.objects)


class _Search:
  """Walks from scene to scene, for one target."""

  def __init__(
    self,
    sprites: sprites_lib.Sprites,
    aim: scene_variations.Aim,
    variation: scene_variations.Variation,
    target: np.ndarray,
    covariance: float,
    random: random_lib.Random,
    check: Callable[[], None] | None,
  ):
    """Creates the search; see `climb`."""
    self._sprites = sprites
    self._aim = aim
    self._variation = variation
    self._target = target
    # As the squared errors of bytes are.
    self._warmth = 2 * covariance * 255**2
    self._random = random
    self._check = check

  def begin(self, objects: scene_variations.Objects) -> _State:
    """The state of a scene that is drawn as a whole."""
    width = len(self._target)
    whole = scene_model.Box(0, 0, width, width)
    picture = self._sprites.draw(objects, whole)
    errors = _squared(picture, self._target)
    return self._state(objects, errors, int(errors.sum()))

  def walk(self, state: _State, best: _State, steps: int) -> list[_State]:
    """Tries variations; returns where it ends, and the best scene so far."""
    for _ in range(steps):
      if self._check:
        self._check()
      varied = self._variation(state.objects, state.residual)
      drawn, change = self._draw(state, varied)
      if self._stays(change, len(varied) - len(state.objects)):
        errors = state.errors.copy()
        for (top, left, bottom, right), part in drawn:
          errors[top:bottom, left:right] = part
        state = self._state(varied, errors, state.error + change)
        best = min(best, state, key=lambda x: x.rank)
    return [state, best]

  def _state(
    self, objects: scene_variations.Objects, errors: np.ndarray, error: int
  ) -> _State:
    residual = scene_variations.Residual(self._aim, errors)
    return _State(objects, errors, error, residual)

  def _draw(
    self, state: _State, varied: scene_variations.Objects
  ) -> tuple[list[tuple[scene_model.Box, np.ndarray]], int]:
    """Draws what is another in a variation; also returns by how far it is off.

    The errors of parts of the picture, which do not overlap, and by how much
    the sum of all errors is larger.
    """
    changed = scene_variations.changed(state.objects, varied)
    drawn, change = [], 0
    for part in _apart(list(map(self._sprites.box, changed))):
      top, left, bottom, right = part
      view = slice(top, bottom), slice(left, right)
      errors = _squared(self._sprites.draw(varied, part), self._target[view])
      change += int(errors.sum()) - int(state.errors[view].sum())
      drawn.append((part, errors))
    return drawn, change

  def _stays(self, change: int, more: int) -> bool:
    """Whether a variation stays that changes the error and has more objects."""
    if change <= 0:
      # What adds an object must bring the picture nearer, or else objects that
      # nobody sees would pile up.
      return change < 0 or more <= 0
    if not self._warmth:
      return False
    return self._random.random() < math.exp(-change / self._warmth)


def _halved(
  search: _Search, begun: Sequence[scene_variations.Objects], tries: int
) -> scene_variations.Objects:
  """Tries variations of the nearest scenes, and of ever fewer of them.

  Args:
    search: what varies them.
    begun: the scenes to begin with.
    tries: variations of all of them.

  Returns:
    The best scene.
  """
  # Scenes that are the same would be searched twice.
  states = sorted(map(search.begin, dict.fromkeys(begun)), key=lambda x: x.rank)
  several = _HALVING_STARTS if tries >= _HALVING_TRIES else 1
  walks = [[state, state] for state in states[:several]]
  rounds = 1 + math.ceil(math.log2(len(walks)))
  for number in range(rounds):
    share = tries * (number + 1) // rounds - tries * number // rounds
    for i, walk in enumerate(walks):
      steps = share * (i + 1) // len(walks) - share * i // len(walks)
      walks[i] = search.walk(*walk, steps)
    walks.sort(key=lambda walk: walk[1].rank)
    if number < rounds - 1:
      del walks[(len(walks) + 1) // 2 :]
  return walks[0][1].objects


def _apart(boxes: Sequence[scene_model.Box]) -> list[scene_model.Box]:
  """Boxes that do not overlap, and have all of these in them."""
  apart: list[scene_model.Box] = []
  for box in boxes:
    while True:
      touched = [x for x in apart if _overlap(x, box)]
      if not touched:
        break
      apart = [x for x in apart if x not in touched]
      for other in touched:
        box = _both(box, other)
    apart.append(box)
  return apart


def _both(a: scene_model.Box, b: scene_model.Box) -> scene_model.Box:
  """The least box that has both in it."""
  return scene_model.Box(
    min(a.top, b.top),
    min(a.left, b.left),
    max(a.bottom, b.bottom),
    max(a.right, b.right),
  )


def _overlap(a: scene_model.Box, b: scene_model.Box) -> bool:
  return (
    a.top < b.bottom
    and b.top < a.bottom
    and a.left < b.right
    and b.left < a.right
  )


def _error(image: np.ndarray, target: np.ndarray) -> int:
  """Sum of the squared differences of all bytes."""
  return int(_squared(image, target).sum())


def _squared(image: np.ndarray, target: np.ndarray) -> np.ndarray:
  """Squared differences of pixels, int32 `[H, W]`."""
  difference = image.astype(np.int32) - target
  return np.einsum('hwc,hwc->hw', difference, difference)
