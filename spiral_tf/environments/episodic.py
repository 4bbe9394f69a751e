"""Episodes of a fixed number of actions, whatever it is that draws."""

import abc
from collections.abc import Mapping
from typing import Any

import dm_env
from dm_env import specs
import numpy as np

from spiral_tf import types
from spiral_tf.environments import actions


class Episodic(dm_env.Environment):
  """The part of an environment that does not depend on its renderer.

  It counts the actions, checks them, draws the noise, and tells which
  components had an effect. A subclass says what actions do to a canvas:

  * `_begin()` empties it, at the beginning of each episode;
  * `_act(action)` changes it, and names the components that had an effect,
    `_components` if all had;
  * `_look()` shows it, and whatever else there is to be seen.

  The reward is always 0: what a picture is worth is not for an environment to
  say.
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    canvas_shape: tuple[int, int, int],
    episode_length: int,
    noise_dim: int = 0,
    seed: int | None = None,
    other_specs: Mapping[str, specs.Array] | None = None,
  ):
    """Creates the environment; arguments are the subclass's to check.

    Args:
      action_spec: the components of an action, in the order they are to be
        chosen in, each after those that decide whether it has an effect.
      canvas_shape: `(W, W, C)`.
      episode_length: actions an episode.
      noise_dim: size of the noise in the observation; with 0 there is none.
      seed: seed of the noise.
      other_specs: what `_look` returns beside the canvas, by name.
    """
    self._action_spec = dict(action_spec)
    self._components = tuple(action_spec)
    self._num_values = {k: s.num_values for k, s in self._action_spec.items()}
    self._observation_spec = {
      'canvas': specs.BoundedArray(canvas_shape, np.uint8, 0, 255, 'canvas'),
      'step_fraction': bounded('step_fraction'),
      'action_mask': {name: bounded(name) for name in action_spec},
      **(other_specs or {}),
    }
    if noise_dim:
      noise_spec = specs.Array((noise_dim,), np.float32, 'noise')
      self._observation_spec['noise'] = noise_spec
    self._episode_length = episode_length
    self._random = np.random.RandomState(seed)
    self._noise = np.zeros([noise_dim], np.float32)
    self._masks: dict[tuple[str, ...], dict[str, np.float32]] = {}
    self._step = 0
    self._reset_next_step = True

  @abc.abstractmethod
  def _begin(self) -> None:
    """Makes everything as it is at the beginning of an episode."""

  @abc.abstractmethod
  def _act(self, action: dict[str, int]) -> tuple[str, ...]:
    """Carries out an action.

    Args:
      action: a valid value for each component, in the order of the spec; the
        callee's own.

    Returns:
      The names of the components that had an effect.
    """

  @abc.abstractmethod
  def _look(self) -> dict[str, np.ndarray]:
    """Shows what there is now.

    Returns:
      `canvas`, and whatever `other_specs` names: a new dictionary of new
      arrays, which will be the caller's own.
    """

  def action_spec(self) -> dict[str, specs.DiscreteArray]:
    """The components of an action, in the order they are to be chosen in."""
    return dict(self._action_spec)

  def observation_spec(self) -> dict[str, Any]:
    """What is seen; see `spiral_tf.types`."""
    mask = dict(self._observation_spec['action_mask'])
    return {**self._observation_spec, 'action_mask': mask}

  def reset(self) -> dm_env.TimeStep:
    """Begins an episode."""
    self._begin()
    self._reset_next_step = False
    self._step = 0
    self._noise = self._random.standard_normal(self._noise.shape)
    return dm_env.restart(self._observation(()))

  def step(self, action: types.Action) -> dm_env.TimeStep:
    """Acts, or begins a new episode if the last one has ended.

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
    effective = self._act(actions.checked(action, self._num_values))
    self._step += 1
    observation = self._observation(effective)
    if self._step == self._episode_length:
      self._reset_next_step = True
      return dm_env.termination(reward=0.0, observation=observation)
    return dm_env.transition(reward=0.0, observation=observation)

  def _observation(self, effective: tuple[str, ...]) -> types.Observation:
    """A new observation that shares no memory with anything."""
    mask = self._masks.get(effective)
    if mask is None:
      mask = self._masks[effective] = self._mask(effective)
    observation = self._look()
    observation['step_fraction'] = np.array(
      self._step / self._episode_length, dtype=np.float32
    )
    observation['action_mask'] = {k: np.array(v) for k, v in mask.items()}
    if self._noise.size:
      observation['noise'] = self._noise.astype(np.float32)
    return observation

  def _mask(self, effective: tuple[str, ...]) -> dict[str, np.float32]:
    """For each component, whether it had an effect, 1 or 0."""
    unknown = set(effective) - set(self._components)
    if unknown:
      raise ValueError(
        f'{type(self).__name__} says that {sorted(unknown)} had an effect, but '
        f'its components are {", ".join(self._components)}. Let _act name only '
        'these.'
      )
    return {k: np.float32(k in effective) for k in self._components}


def bounded(
  name: str, low: float = 0.0, shape: tuple[int, ...] = ()
) -> specs.BoundedArray:
  """Makes the spec of an observation of float32 numbers in [low, 1].

  Args:
    name: what the observation is called.
    low: the least that a number may be.
    shape: shape of the array.

  Returns:
    The spec.
  """
  return specs.BoundedArray(shape, np.float32, low, 1.0, name)
