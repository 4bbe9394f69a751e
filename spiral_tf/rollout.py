"""Plays whole episodes in several environments with one batched policy call."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any, NamedTuple

import dm_env
import numpy as np
import tree

from spiral_tf import stacking
from spiral_tf import types

InitialStateFn = Callable[[int], Any]
StepFn = Callable[[types.Observation, Any], tuple[types.AgentOutput, Any]]


class Player(NamedTuple):
  """The two functions that play.

  Attributes:
    initial_state: maps a batch size to a recurrent state.
    step: maps (observation with leaves `[B, ...]`, state) to
      (`types.AgentOutput`, next state).
  """

  initial_state: InitialStateFn
  step: StepFn


def play(
  environments: Sequence[dm_env.Environment], player: Player
) -> types.Episode:
  """Plays one episode in each environment, all in step.

  Args:
    environments: B environments of one kind, with episodes of one length.
    player: chooses the actions, for all of them at once.

  Returns:
    The episodes: NumPy arrays, time-major `[T or T + 1, B, ...]`, but for
    `context`, `[B, ...]`; `log_prob` is None if the player gives none.

  Raises:
    ValueError: the episodes did not end at the same step.
  """
  timesteps = [environment.reset() for environment in environments]
  state = player.initial_state(len(environments))
  observations = [stacking.stack([t.observation for t in timesteps])]
  actions, log_probs = [], []
  while not any(timestep.last() for timestep in timesteps):
    output, state = player.step(observations[-1], state)
    action = {name: np.asarray(x) for name, x in output.action.items()}
    # Python's integers, which environments check faster than NumPy's.
    values = zip(*(column.tolist() for column in action.values()))
    timesteps = [
      environment.step(dict(zip(action, row)))
      for environment, row in zip(environments, values)
    ]
    observations.append(stacking.stack([t.observation for t in timesteps]))
    actions.append(action)
    if output.log_prob is not None:
      mask = observations[-1]['action_mask']
      log_probs.append(_effective_log_prob(output.log_prob, mask))
  if not all(timestep.last() for timestep in timesteps):
    raise ValueError(
      'Environments that are played together need episodes of one length, but '
      f'after {len(actions)} steps only some had ended.'
    )
  context = {
    name: observations[0][name]
    for name in types.CONTEXT
    if name in observations[0]
  }
  by_step = [
    {name: value for name, value in observation.items() if name not in context}
    for observation in observations
  ]
  return types.Episode(
    observation=stacking.stack(by_step),
    action=stacking.stack(actions),
    log_prob=np.stack(log_probs) if log_probs else None,
    context=context,
  )


def batch_major(episodes: types.Episode) -> types.Episode:
  """Swaps the axes of steps and batch.

  Args:
    episodes: what `play` returns, `[T or T + 1, B, ...]`.

  Returns:
    The same as replay has it, `[B, T or T + 1, ...]`.
  """
  by_step = tree.map_structure(
    lambda x: np.swapaxes(x, 0, 1), episodes._replace(context={})
  )
  return by_step._replace(context=episodes.context)


def _effective_log_prob(
  log_prob: Mapping[str, Any], mask: Mapping[str, np.ndarray]
) -> np.ndarray:
  """Log-probability of the components that had an effect, float32 `[B]`."""
  return sum(np.asarray(log_prob[name]) * mask[name] for name in log_prob)
