"""Objects on a platform (paper sections 4.2 and 4.6, figure 10).

Each action adds an object, changes the last one or does nothing. The
observation is what `spiral_tf.types` says of it.
"""

from typing import Any

import dm_env
from dm_env import specs
import numpy as np

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.environments import actions
from spiral_tf.environments.mujoco import stage

ADD, CHANGE, SKIP = range(3)  # The values of `move`.


class Scenes(dm_env.Environment):
  """Builds one scene an episode, in a fixed number of actions.

  The components of an action:

  * `move`: 0 adds an object, 1 changes the most recent one into the one
    described, 2 skips;
  * `location`: a cell of the grid on the platform, the first row the farthest;
  * `kind`, `size`, `red`, `green`, `blue`: see `stage.SceneObject`.

  Every move is allowed at any time. A change without any object, and an object
  more than `max_objects`, have no effect, just as a skip: of such an action
  only `move` counts as effective, for it alone decided so. An episode begins
  with an empty platform. The reward is always 0: what a picture is worth is not
  for the environment to say.
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
    sections.EnvironmentConfig(  # Its rules hold here too.
      name='scenes',
      episode_length=episode_length,
      canvas_width=canvas_width,
      grid_width=grid_width,
      max_objects=max_objects,
      noise_dim=noise_dim,
    )
    self._episode_length = episode_length
    self._max_objects = max_objects
    self._random = np.random.RandomState(seed)
    self._stage = stage.Stage(canvas_width, grid_width, max_objects)
    self._action_spec = _action_spec(grid_width)
    self._observation_spec = _observation_spec(
      canvas_width, self._action_spec, noise_dim
    )
    self._num_values = {k: s.num_values for k, s in self._action_spec.items()}
    self._no_mask, self._move_mask, self._full_mask = (
      {k: np.float32(k in effective) for k in self._action_spec}
      for effective in ((), ('move',), self._action_spec)
    )

    self._step = 0
    self._objects: list[stage.SceneObject] = []
    self._empty: np.ndarray | None = None  # Drawn when first needed.
    self._canvas: np.ndarray | None = None
    self._action_mask = self._no_mask
    self._noise = np.zeros([noise_dim], np.float32)
    self._reset_next_step = True

  @property
  def objects(self) -> tuple[stage.SceneObject, ...]:
    """What is on the platform, in the order it was added."""
    return tuple(self._objects)

  def action_spec(self) -> dict[str, specs.DiscreteArray]:
    """The components of an action, in the order they are to be chosen in."""
    return dict(self._action_spec)

  def observation_spec(self) -> dict[str, Any]:
    """What is seen; see `spiral_tf.types`."""
    mask = dict(self._observation_spec['action_mask'])
    return {**self._observation_spec, 'action_mask': mask}

  def reset(self) -> dm_env.TimeStep:
    """Begins an episode: an empty platform."""
    if self._empty is None:
      self._empty = self._stage.render(())
    self._reset_next_step = False
    self._step = 0
    self._objects = []
    self._canvas = self._empty
    self._action_mask = self._no_mask
    self._noise = self._random.standard_normal(self._noise.shape)
    return dm_env.restart(self._observation())

  def step(self, action: types.Action) -> dm_env.TimeStep:
    """Builds, or begins a new episode if the last one has ended.

    Args:
      action: an integer for each component of `action_spec`.

    Returns:
      The time step after it.

    Raises:
      ValueError: a component is missing, unknown, not an integer or out of
        range. Nothing has changed then.
    """
    if self._reset_next_step:
      return self.reset()
    values = actions.checked(action, self._num_values)
    move = values.pop('move')
    if move == ADD and len(self._objects) < self._max_objects:
      self._put(values, self._objects, [])
    elif move == CHANGE and self._objects:
      self._put(values, self._objects[:-1], self._objects[-1:])
    else:
      self._action_mask = self._move_mask
    self._step += 1
    if self._step == self._episode_length:
      self._reset_next_step = True
      return dm_env.termination(reward=0.0, observation=self._observation())
    return dm_env.transition(reward=0.0, observation=self._observation())

  def _put(
    self,
    values: dict[str, int],
    others: list[stage.SceneObject],
    removed: list[stage.SceneObject],
  ) -> None:
    """Puts the object described beside the others, for those removed."""
    added = stage.SceneObject(**values)
    self._objects = [*others, added]
    self._canvas = self._stage.redraw(
      self._canvas, self._objects, [*removed, added]
    )
    self._action_mask = self._full_mask

  def _observation(self) -> types.Observation:
    """A new observation that shares no memory with anything."""
    observation = {
      'canvas': self._canvas.copy(),
      'step_fraction': np.array(
        self._step / self._episode_length, dtype=np.float32
      ),
      'action_mask': {k: np.array(v) for k, v in self._action_mask.items()},
    }
    if self._noise.size:
      observation['noise'] = self._noise.astype(np.float32)
    return observation


def _action_spec(grid_width: int) -> dict[str, specs.DiscreteArray]:
  """The components, in the order of `Scenes`' docstring."""
  spec = {
    'move': specs.DiscreteArray(3, name='move'),
    'location': types.LocationArray(grid_width, name='location'),
    'kind': specs.DiscreteArray(stage.NUM_KINDS, name='kind'),
    'size': specs.DiscreteArray(stage.NUM_SIZES, name='size'),
  }
  for name in ('red', 'green', 'blue'):
    spec[name] = specs.DiscreteArray(stage.NUM_COLOR_LEVELS, name=name)
  return spec


def _observation_spec(
  canvas_width: int, action_spec: types.ActionSpec, noise: int
) -> dict[str, Any]:
  """Shapes, types and bounds of what `Scenes` shows."""

  def share(name: str) -> specs.Array:
    return specs.BoundedArray((), np.float32, 0.0, 1.0, name)

  spec = {
    'canvas': specs.BoundedArray(
      (canvas_width, canvas_width, 3), np.uint8, 0, 255, 'canvas'
    ),
    'step_fraction': share('step_fraction'),
    'action_mask': {name: share(name) for name in action_spec},
  }
  if noise:
    spec['noise'] = specs.Array((noise,), np.float32, 'noise')
  return spec
