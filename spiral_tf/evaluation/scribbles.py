"""Drawings of agents that have learned nothing, finished or not.

They come from the environment of the run that is judged: what its agent draws
before it learns is what a judge of it must not mistake.
"""

import dataclasses

import numpy as np

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf import types
from spiral_tf.config import experiment

# Agents with weights of their own, and drawings of each.
_AGENTS = 8
_DRAWINGS = 100
# Drawings whose actions are chosen at random, every one alike.
_RANDOM = 400
# Actions that there are at least: a single line may well be a 1.
_FEWEST = 3
# Added to the experiment's seed, so that the untrained agent that is judged is
# none of those by whose drawings the judge learned what to refuse.
_OTHER_SEEDS = 10_000


def scribble(
  config: experiment.Config, targets: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
  """Draws, after a random number of actions each.

  Args:
    config: the experiment.
    targets: what conditional agents are shown, uint8 `[N, W, W, C]`, `N` at
      least 1; the others take no notice.
    seed: of weights, of actions, and of how many there are.

  Returns:
    uint8 `[M, W, W, C]`, of `untrained` agents and of `random` actions.
  """
  rng = np.random.default_rng([seed, _OTHER_SEEDS])
  policy = builders.make_policy(config)
  player = builders.make_player(policy, seeds.SCRIBBLES[0])
  untrained = []
  for i in range(_AGENTS):
    other = builders.make_policy(
      dataclasses.replace(config, seed=seed + _OTHER_SEEDS + i)
    )
    # One policy with weights in turn is compiled once.
    for variable, weights in zip(policy.variables, other.variables):
      variable.assign(weights)
    untrained.append(_drawn(config, player, _DRAWINGS, targets, rng, 1 + i))
  scribbler = _random_player(config, rng)
  return {
    'untrained': np.concatenate(untrained),
    'random': _drawn(config, scribbler, _RANDOM, targets, rng, 1 + _AGENTS),
  }


def _drawn(
  config: experiment.Config,
  player: rollout.Player,
  number: int,
  targets: np.ndarray,
  rng: np.random.Generator,
  place: int,
) -> np.ndarray:
  """Canvases after random numbers of actions, uint8 `[number, W, W, C]`."""
  shown = targets[rng.integers(len(targets), size=number)]
  environments = builders.make_environments(
    config, number, seeds.SCRIBBLES[place], shown
  )
  canvases = rollout.play(environments, player).observation['canvas']
  last = len(canvases) - 1
  steps = rng.integers(min(_FEWEST, last), last + 1, size=number)
  return canvases[steps, np.arange(number)]


def _random_player(
  config: experiment.Config, rng: np.random.Generator
) -> rollout.Player:
  """Chooses every action at random."""
  spec = builders.environment_spec(config).action

  def step(observation, state):
    size = len(observation['canvas'])
    action = {
      name: rng.integers(x.num_values, size=size, dtype=np.int32)
      for name, x in spec.items()
    }
    return types.AgentOutput(action, None, None), state

  return rollout.Player(lambda size: np.zeros([size]), step)
