"""Scenes: a platform, and the objects that are put on it."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import ClassVar

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import scenes
from spiral_tf.environments.mujoco import stage
from spiral_tf.programs import checks
from spiral_tf.programs import renderer

KINDS = ('cube', 'sphere', 'cylinder', 'ellipsoid')
_MAX_OBJECTS = 1000
# Width and height of pictures, pixels: those that agents may have. No cell of
# the grid may be narrower than a pixel.
_MIN_WIDTH, _MAX_WIDTH = 8, 1024


@dataclasses.dataclass(frozen=True)
class Put:
  """Puts an object on the platform.

  Attributes:
    kind: one of `KINDS`.
    location: row and column of the grid, whole numbers; row 0 is the farthest.
    size: 0, 1 or 2.
    color: levels of red, green and blue, each 0 to 3.
    replace: whether it takes the place of the most recent object.
  """

  kind: str
  location: tuple[int, int]
  size: int
  color: tuple[int, int, int]
  replace: bool = False

  def __post_init__(self):
    rule = f'one of {", ".join(KINDS)}'
    checks.that(self.kind in KINDS, 'kind', self.kind, rule)
    checks.length('location', self.location, 2)
    for value in self.location:
      checks.index('location', value, checks.MAX_WIDTH)
    checks.index('size', self.size, stage.NUM_SIZES)
    checks.length('color', self.color, 3)
    for value in self.color:
      checks.index('color', value, stage.NUM_COLOR_LEVELS)
    fits = isinstance(self.replace, bool)
    checks.that(fits, 'replace', self.replace, 'true or false')

  def carry_out(self, scene: 'Scene') -> None:
    """Puts the object there, if there is room for it."""
    scene.put(self)


@dataclasses.dataclass(frozen=True)
class Platform(renderer.Renderer):
  """A platform for objects, empty at first.

  Attributes:
    canvas_width: width and height, pixels.
    grid_width: rows, and columns, of the grid of places.
    max_objects: how many objects the platform has room for.
  """

  name: ClassVar = 'scenes'
  noun: ClassVar = 'a scene'
  command_kinds: ClassVar = {'put': Put}
  forms: ClassVar = (*renderer.Renderer.forms, '.xml')
  channels: ClassVar = 3

  canvas_width: int
  grid_width: int
  max_objects: int = 20

  def __post_init__(self):
    checks.index('canvas_width', self.canvas_width, checks.MAX_WIDTH + 1, 1)
    checks.index('grid_width', self.grid_width, checks.MAX_WIDTH + 1, 2)
    checks.index('max_objects', self.max_objects, _MAX_OBJECTS + 1, 1)

  @classmethod
  def of(cls, environment: sections.EnvironmentConfig) -> 'Platform':
    """The platform that an environment shows; see `renderer.Renderer.of`."""
    return cls(
      environment.canvas_width, environment.grid_width, environment.max_objects
    )

  def commands(
    self,
    environment: sections.EnvironmentConfig,
    steps: Sequence[Mapping[str, int]],
  ) -> tuple[Put, ...]:
    """The objects of an episode; see `renderer.Renderer.commands`."""
    made, objects = [], 0
    for step in steps:
      replace = step['move'] == scenes.CHANGE
      adds = step['move'] == scenes.ADD and objects < self.max_objects
      if not adds and not (replace and objects):
        continue
      objects += adds
      made.append(
        Put(
          kind=KINDS[step['kind']],
          location=divmod(step['location'], self.grid_width),
          size=step['size'],
          color=(step['red'], step['green'], step['blue']),
          replace=replace,
        )
      )
    return tuple(made)

  def check(self, command: Put) -> None:
    """Raises a ValueError if an object is put beside the platform."""
    for value in command.location:
      checks.index('location', value, self.grid_width)

  def begin(self, size: int, commands: Sequence[Put]) -> 'Scene':
    """An empty platform; see `renderer.Renderer.begin`."""
    del commands
    low = max(_MIN_WIDTH, self.grid_width)
    checks.index('size of a scene', size, _MAX_WIDTH + 1, low)
    return Scene(self, size)

  def objects(self, commands: Sequence[Put]) -> list[stage.SceneObject]:
    """What stands there in the end, in the order it was put there.

    Args:
      commands: those of a program.

    Returns:
      The objects.
    """
    scene = Scene(self, self.canvas_width)
    for command in commands:
      command.carry_out(scene)
    return scene.objects


class Scene:
  """A platform, and what stands on it so far.

  Attributes:
    objects: in the order they were put there.
  """

  def __init__(self, platform: Platform, size: int):
    """Creates an empty platform, for pictures of `size` pixels a side."""
    self.objects: list[stage.SceneObject] = []
    self._platform = platform
    self._size = size
    self._stage: stage.Stage | None = None  # Made for the first picture.

  def put(self, command: Put) -> None:
    """Puts an object there, if there is room, or one for it to replace."""
    row, column = command.location
    if command.replace:
      if not self.objects:
        return
      self.objects.pop()
    elif len(self.objects) == self._platform.max_objects:
      return
    self.objects.append(
      stage.SceneObject(
        KINDS.index(command.kind),
        row * self._platform.grid_width + column,
        command.size,
        *command.color,
      )
    )

  def picture(self) -> np.ndarray:
    """What the camera sees, uint8 `[W, W, 3]`."""
    if self._stage is None:
      self._stage = stage.Stage(
        self._size, self._platform.grid_width, self._platform.max_objects
      )
    return self._stage.render(self.objects)
