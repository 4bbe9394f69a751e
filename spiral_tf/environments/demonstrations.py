"""Episodes for agents to imitate: random programs, carried out.

Who has drawn a program knows what to do when its picture is the target. That is
so of any environment; it is of use where random programs make pictures like the
targets, as scenes are.
"""

from typing import Protocol

import dm_env
import numpy as np

from spiral_tf import stacking
from spiral_tf import types


class Demonstrator(Protocol):
  """An environment that knows what may be imitated."""

  def demonstrate(
    self, random: np.random.Generator
  ) -> list[tuple[types.Action, bool]]:
    """The actions of an episode, and whether each is to be imitated."""

  def reset(self) -> dm_env.TimeStep:
    """Begins an episode."""

  def step(self, action: types.Action) -> dm_env.TimeStep:
    """Acts."""


class Demonstrations:
  """Draws demonstrations without end."""

  def __init__(
    self,
    environment: Demonstrator,
    number: int,
    seed: int | np.random.SeedSequence,
  ):
    """Creates it.

    Args:
      environment: where they are carried out, without a target.
      number: of demonstrations in a batch, B.
      seed: equal seeds draw equal demonstrations.
    """
    self._environment = environment
    self._number = number
    self._random = np.random.default_rng(seed)

  def __iter__(self) -> 'Demonstrations':
    return self

  def __next__(self) -> types.Demonstration:
    """The next batch, `[B, T or T + 1, ...]`."""
    observations, actions, weights = [], [], []
    for _ in range(self._number):
      demonstrated, imitated = zip(*self._environment.demonstrate(self._random))
      timesteps = [self._environment.reset()]
      timesteps += map(self._environment.step, demonstrated)
      observations.append(stacking.stack([t.observation for t in timesteps]))
      actions.append(
        {
          name: np.array([action[name] for action in demonstrated], np.int32)
          for name in demonstrated[0]
        }
      )
      weights.append(imitated)
    observation = stacking.stack(observations)
    return types.Demonstration(
      observation,
      stacking.stack(actions),
      np.array(weights, np.float32),
      {'target': observation['canvas'][:, -1].copy()},
    )
