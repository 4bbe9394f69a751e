"""Objects on a platform (paper sections 4.2 and 4.6, figure 10).

Each action adds an object, changes the last one or does nothing. The
observation is what `spiral_tf.types` says of it.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from dm_env import specs
import numpy as np

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.environments import episodic
from spiral_tf.environments.mujoco import random_scene
from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import sprites
from spiral_tf.environments.mujoco import stage

ADD, CHANGE, SKIP = range(3)  # The values of `move`.
# Pixels of the widest canvas that is pieced together from sprites, all of which
# are kept. On wider ones objects are too many bytes, and seldom come again.
_WIDEST_OF_SPRITES = 128
# How often a demonstration first places another object, and mends it.
_MISTAKES = 0.25


class Scenes(episodic.Episodic):
  """Builds one scene an episode, in a fixed number of actions.

  The components of an action:

  * `move`: 0 adds an object, 1 changes the most recent one into the one
    described, 2 skips;
  * `location`: a cell of the grid on the platform, the first row the farthest;
  * `kind`, `size`, `red`, `green`, `blue`: see `stage.SceneObject`.

  Every move is allowed at any time. A change without any object, and an object
  more than `max_objects`, have no effect, just as a skip: of such an action
  only `move` counts as effective, for it alone decided so. An episode begins
  with an empty platform.
  """

  def __init__(
    self,
    episode_length: int = 20,
    canvas_width: int = 64,
    grid_width: int = 16,
    max_objects: int = 20,
    noise_dim: int = 0,
    seed: int | None = None,
  ):
    """Creates the environment.

    Args:
      episode_length: actions an episode.
      canvas_width: width and height of the picture, pixels.
      grid_width: rows, and columns, of the grid of locations.
      max_objects: objects that fit on the platform.
      noise_dim: size of the noise in the observation; with 0 there is none.
      seed: seed of the noise; nothing else is random.

    Raises:
      ValueError: an argument is out of range.
      RuntimeError: there is no OpenGL that MuJoCo can draw with.
    """
    sections.EnvironmentConfig(  # Refuses what is out of range.
      name='scenes',
      episode_length=episode_length,
      canvas_width=canvas_width,
      grid_width=grid_width,
      max_objects=max_objects,
      noise_dim=noise_dim,
    )
    super().__init__(
      _action_spec(grid_width),
      (canvas_width, canvas_width, 3),
      episode_length,
      noise_dim,
      seed,
    )
    self._max_objects = max_objects
    self._settings = canvas_width, grid_width, max_objects
    self._stage = stage.Stage(*self._settings)
    self._objects: list[stage.SceneObject] = []
    self._empty: np.ndarray | None = None  # Drawn when first needed.
    self._canvas: np.ndarray | None = None

  @property
  def objects(self) -> tuple[stage.SceneObject, ...]:
    """What is on the platform, in the order it was added."""
    return tuple(self._objects)

  def demonstrate(
    self, random: np.random.Generator
  ) -> list[tuple[types.Action, bool]]:
    """Draws a scene as `random_scene` does, and actions that build it.

    Objects come in any order. Now and then one is first placed with something
    wrong about it and then changed, so that who imitates learns to mend, too.

    Args:
      random: where chance comes from.

    Returns:
      The actions of an episode, and whether each is to be imitated: mistakes
      are not.
    """
    most = min(self._max_objects, self._episode_length)
    objects = random_scene.sample(random, self._settings[1], 1, most)
    spare = self._episode_length - len(objects)
    rows = []
    for placed in objects:
      move = ADD
      if spare and random.random() < _MISTAKES:
        spare -= 1
        rows.append((ADD, self._mistaken(placed, random), False))
        move = CHANGE
      rows.append((move, placed, True))
    nothing = stage.SceneObject(*[0] * len(stage.SceneObject._fields))
    rows += [(SKIP, nothing, True)] * spare
    steps = []
    for move, item, imitated in rows:
      values = {'move': move, **item._asdict()}
      action = {name: values[name] for name in self._components}
      steps.append((action, imitated))
    return steps

  def _mistaken(
    self, placed: stage.SceneObject, random: np.random.Generator
  ) -> stage.SceneObject:
    """The object with one or two of its attributes drawn anew."""
    number = random.integers(1, 2, endpoint=True)
    names = random.choice(stage.SceneObject._fields, number, replace=False)
    spec = self.action_spec()
    return placed._replace(
      **{name: int(random.integers(spec[name].num_values)) for name in names}
    )

  def _begin(self) -> None:
    """Clears the platform."""
    if self._empty is None:
      self._empty = self._stage.render(())
    self._objects = []
    self._canvas = self._empty

  def _act(self, action: dict[str, int]) -> tuple[str, ...]:
    """Adds or changes an object, or does nothing."""
    move = action.pop('move')
    if move == ADD and len(self._objects) < self._max_objects:
      self._put(action, self._objects, [])
    elif move == CHANGE and self._objects:
      self._put(action, self._objects[:-1], self._objects[-1:])
    else:
      return ('move',)
    return self._components

  def _look(self) -> dict[str, np.ndarray]:
    """Shows the platform from the camera."""
    return {'canvas': self._canvas.copy()}

  def _put(
    self,
    values: dict[str, int],
    others: list[stage.SceneObject],
    removed: list[stage.SceneObject],
  ) -> None:
    """Puts an object in the place of those removed, beside the others."""
    added = stage.SceneObject(**values)
    self._objects = [*others, added]
    changed = [*removed, added]
    if len(self._canvas) > _WIDEST_OF_SPRITES:
      self._canvas = self._stage.redraw(self._canvas, self._objects, changed)
      return
    own = sprites.of(*self._settings)  # This thread's.
    canvas = self._canvas.copy()
    for part in map(own.box, changed):
      top, left, bottom, right = part
      canvas[top:bottom, left:right] = own.draw(self._objects, part)
    self._canvas = canvas


def built(
  steps: Iterable[Mapping[str, int]], max_objects: int
) -> tuple[stage.SceneObject, ...]:
  """What an episode leaves on the platform, without drawing it.

  Args:
    steps: actions, in their order.
    max_objects: objects that fit on the platform.

  Returns:
    The objects, in the order they were added.
  """
  objects: list[stage.SceneObject] = []
  for step in steps:
    values = {name: int(value) for name, value in step.items()}
    move = values.pop('move')
    if move == CHANGE and objects:
      objects[-1] = stage.SceneObject(**values)
    elif move == ADD and len(objects) < max_objects:
      objects.append(stage.SceneObject(**values))
  return tuple(objects)


def builds(
  objects: Sequence[stage.SceneObject], episode_length: int
) -> dict[str, np.ndarray]:
  """The shortest episode that leaves these objects on the platform.

  Args:
    objects: at most `episode_length`, and as many as fit on the platform.
    episode_length: `T`.

  Returns:
    For each component of the actions, int32 `[T]`: all objects are added, then
    nothing is done.
  """
  skipped = episode_length - len(objects)
  rows = [(ADD, *values) for values in objects]
  rows += [(SKIP, *[0] * len(stage.SceneObject._fields))] * skipped
  names = 'move', *stage.SceneObject._fields
  return dict(zip(names, np.array(rows, np.int32).T))


def _action_spec(grid_width: int) -> dict[str, specs.DiscreteArray]:
  """The components, in the order of `Scenes`' docstring."""
  spec = {
    'move': specs.DiscreteArray(3, name='move'),
    'location': types.LocationArray(
      grid_width, name='location', centers=scene_model.centers(grid_width)
    ),
    'kind': specs.DiscreteArray(stage.NUM_KINDS, name='kind'),
    'size': specs.DiscreteArray(stage.NUM_SIZES, name='size'),
  }
  for name in ('red', 'green', 'blue'):
    spec[name] = specs.DiscreteArray(stage.NUM_COLOR_LEVELS, name=name)
  return spec
