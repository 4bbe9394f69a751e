"""Where a saved agent works: its environments, and the episodes in them."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import NamedTuple

import dm_env
import numpy as np

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf.agents import saved_model
from spiral_tf.config import learners
from spiral_tf.config import sections
from spiral_tf.programs import program as program_lib

BATCH = 64  # Episodes played at once.


class Played(NamedTuple):
  """What came of `B` episodes.

  Attributes:
    actions: int `[B, T]` for each component of an action.
    canvases: uint8 `[B, W, W, C]`, the last ones.
  """

  actions: dict[str, np.ndarray]
  canvases: np.ndarray


class Studio:
  """Plays episodes, and keeps the environments for the next ones.

  Attributes:
    canvas_shape: `(W, W, C)` of the pictures.
  """

  def __init__(self, loaded: saved_model.LoadedAgent):
    """Creates the studio of a loaded agent."""
    spec = builders.environment_spec(loaded.config).observation
    self.canvas_shape: tuple[int, int, int] = spec['canvas'].shape
    self._noise_shape = spec['noise'].shape if 'noise' in spec else None
    self._make_player = loaded.make_player
    # Environments take longer to make than to paint in. They show no targets:
    # what stays the same through an episode is put in later, once for all.
    self._config = dataclasses.replace(
      loaded.config,
      conditional=False,
      reward=sections.RewardConfig(),
      policy_learner=learners.PolicyLearnerConfig(),
      discriminator_network=sections.DiscriminatorNetworkConfig(),
    )
    self._environments: list[dm_env.Environment] = []

  @property
  def environment(self) -> sections.EnvironmentConfig:
    """Settings of the environments."""
    return self._config.environment

  def play(
    self,
    number: int,
    temperature: float,
    seed: Sequence[int],
    targets: np.ndarray | None = None,
    check: Callable[[], None] | None = None,
    canvases: np.ndarray | None = None,
  ) -> Played:
    """Plays some episodes, all in step.

    Args:
      number: `B`, of episodes.
      temperature: of the agent, see `signatures.make_player`.
      seed: equal seeds make equal episodes.
      targets: uint8 `[B, W, W, C]`, what to reproduce; for a conditional agent.
      check: called before each step, it raises an error to end the episodes.
      canvases: uint8 `[B, W, W, C]`, what the agent sees all along instead of
        what it paints, to be asked how it would go on from there.

    Returns:
      What came of them.

    Raises:
      ValueError: there is no such temperature, or a seed is negative.
    """
    if min(seed) < 0:
      raise ValueError(f'seed is {min(seed)}, but it must be at least 0.')
    random = np.random.default_rng(seed)
    for _ in range(len(self._environments), number):
      environment = builders.make_environment(self._config, seed=0)
      self._environments.append(environment)
    player = self._make_player(int(random.integers(2**31)), temperature)
    context = {}
    if targets is not None:
      context['target'] = targets
    if canvases is not None:
      context['canvas'] = canvases
    if self._noise_shape is not None:
      noise = random.standard_normal([number, *self._noise_shape])
      context['noise'] = noise.astype(np.float32)
    player = _shown(player, context, check)
    episodes = rollout.play(self._environments[:number], player)
    actions = {k: np.swapaxes(x, 0, 1) for k, x in episodes.action.items()}
    return Played(actions, episodes.observation['canvas'][-1])

  def programs(
    self, actions: Mapping[str, np.ndarray]
  ) -> list[program_lib.Program]:
    """The programs that actions are.

    Args:
      actions: int `[B, T]` for each component.

    Returns:
      `B` programs.
    """
    return [
      program_lib.from_actions(
        self._config.environment, dict(zip(actions, episode))
      )
      for episode in zip(*actions.values())
    ]


def _shown(
  player: rollout.Player,
  context: Mapping[str, np.ndarray],
  check: Callable[[], None] | None,
) -> rollout.Player:
  """A player that sees `context` at each step, beside what else it is shown.

  Args:
    player: the player.
    context: observations by name; those that it is shown anyway are replaced.
    check: called before each step.

  Returns:
    The player with the context.
  """

  def step(observation, state):
    if check:
      check()
    return player.step({**observation, **context}, state)

  return rollout.Player(player.initial_state, step)
