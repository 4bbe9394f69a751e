"""Shows the agent an image to reproduce (paper section 3.3)."""

from collections.abc import Iterable
from typing import Any

import dm_env
from dm_env import specs
import numpy as np

from spiral_tf import types


class Conditional(dm_env.Environment):
  """Another environment, with a target in every observation.

  Each episode takes the next of the targets.
  """

  def __init__(
    self, environment: dm_env.Environment, targets: Iterable[np.ndarray]
  ):
    """Creates the environment.

    Args:
      environment: what is acted in; it observes `canvas`, uint8 `[W, W, C]`.
      targets: uint8 `[W, W, C]` each, as many as there will be episodes.
        Environments may share one iterator.
    """
    self._environment = environment
    self._targets = iter(targets)
    canvas = environment.observation_spec()['canvas']
    self._spec = specs.BoundedArray(
      canvas.shape, canvas.dtype, 0, 255, name='target'
    )
    self._target = np.zeros(canvas.shape, canvas.dtype)

  def action_spec(self) -> types.ActionSpec:
    """The components of an action, in the order they are to be chosen in."""
    return self._environment.action_spec()

  def observation_spec(self) -> dict[str, Any]:
    """What is seen; see `spiral_tf.types`."""
    return {**self._environment.observation_spec(), 'target': self._spec}

  def reset(self) -> dm_env.TimeStep:
    """Begins an episode with the next target.

    Returns:
      The first time step.

    Raises:
      ValueError: there is no further target, or it is not like the canvas.
    """
    return self._shown(self._environment.reset())

  def step(self, action: types.Action) -> dm_env.TimeStep:
    """Acts, or begins a new episode if the last one has ended.

    Args:
      action: an integer for each component of `action_spec`.

    Returns:
      The time step after it.

    Raises:
      ValueError: the action is not valid; or as `reset`.
    """
    return self._shown(self._environment.step(action))

  def _shown(self, timestep: dm_env.TimeStep) -> dm_env.TimeStep:
    if timestep.first():
      self._target = self._next_target()
    observation = {**timestep.observation, 'target': self._target.copy()}
    return timestep._replace(observation=observation)

  def _next_target(self) -> np.ndarray:
    try:
      target = np.asarray(next(self._targets))
    except StopIteration:
      raise ValueError(
        'there is no target for this episode: a conditional agent needs an '
        'image to reproduce. Hand make_environments one for each episode.'
      ) from None
    if target.shape != self._spec.shape or target.dtype != self._spec.dtype:
      raise ValueError(
        f'a target is {target.dtype} {list(target.shape)}, but it must be as '
        f'the canvas, {self._spec.dtype} {list(self._spec.shape)}. Load the '
        'images with the width and the channels of the canvas.'
      )
    return target
