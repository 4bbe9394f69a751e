"""Builds the parts of an experiment from its configuration."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import inspect
import math
from typing import Any, NamedTuple

import dm_env
import numpy as np
import tensorflow as tf

from spiral_tf import datasets
from spiral_tf import rollout
from spiral_tf import seeds as seeds_lib
from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.environments import conditional
from spiral_tf.environments import demonstrations
from spiral_tf.environments import painting
from spiral_tf.environments import scenes
from spiral_tf.learning import discriminator_update
from spiral_tf.learning import policy_update
from spiral_tf.networks import discriminator as discriminator_lib
from spiral_tf.networks import policy as policy_lib


class EnvironmentSpec(NamedTuple):
  """What networks and replay need to know of an environment."""

  observation: types.Observation
  action: types.ActionSpec


_ENVIRONMENTS = {
  'painting': painting.Painting,
  'scenes': scenes.Scenes,
}


def make_environment(
  config: experiment.Config, seed: int, targets: Iterable[np.ndarray] = ()
) -> dm_env.Environment:
  """Builds the environment; equal seeds make equal environments.

  Args:
    config: the experiment.
    seed: of the environment's noise.
    targets: for a conditional agent, uint8 `[W, W, C]`, one an episode.

  Returns:
    The environment.

  Raises:
    ValueError: `config.environment` is not valid.
  """
  environment = _unconditional(config, seed)
  if config.conditional:
    return conditional.Conditional(environment, targets)
  return environment


def _unconditional(config: experiment.Config, seed: int) -> dm_env.Environment:
  """The environment, without targets."""
  constructor = _ENVIRONMENTS[config.environment.name]
  fields = dataclasses.asdict(config.environment)
  wanted = inspect.signature(constructor).parameters
  settings = {name: fields[name] for name in fields if name in wanted}
  return constructor(**settings, seed=seed)


def make_environments(
  config: experiment.Config,
  number: int,
  seed: int,
  targets: Iterable[np.ndarray] = (),
) -> list[dm_env.Environment]:
  """Builds environments whose seeds all differ, within and across `seed`s.

  Args:
    config: the experiment.
    number: of environments.
    seed: of all of them together.
    targets: for a conditional agent, uint8 `[W, W, C]`, one an episode; the
      environments take turns, in their order.

  Returns:
    The environments.

  Raises:
    ValueError: `config.environment` is not valid.
  """
  seeds = np.random.SeedSequence([config.seed, seed]).generate_state(number)
  targets = iter(targets)
  return [make_environment(config, int(s), targets) for s in seeds]


def make_demonstrations(
  config: experiment.Config, start: int
) -> demonstrations.Demonstrations | None:
  """Builds what is imitated, `config.policy_learner.demonstrations` a batch.

  Args:
    config: the experiment.
    start: updates of the policy so far: a run that goes on sees new ones.

  Returns:
    The batches; None if nothing is imitated.
  """
  number = config.policy_learner.demonstrations
  if not number:
    return None
  seed = np.random.SeedSequence(
    [config.seed, seeds_lib.DEMONSTRATIONS[0], start]
  )
  return demonstrations.Demonstrations(_unconditional(config, 0), number, seed)


def load_dataset(config: experiment.Config) -> datasets.Dataset:
  """Loads the real images, as wide and with as many channels as the canvas."""
  width, _, channels = environment_spec(config).observation['canvas'].shape
  return datasets.load(config.data, width, channels, config.seed)


def environment_spec(config: experiment.Config) -> EnvironmentSpec:
  """Specs of the environment that `config` describes."""
  environment = make_environment(config, seed=0)
  return EnvironmentSpec(
    observation=environment.observation_spec(), action=environment.action_spec()
  )


def make_policy(config: experiment.Config) -> policy_lib.Policy:
  """Builds the policy with all its variables."""
  tf.random.set_seed(config.seed)
  spec = environment_spec(config)
  return policy_lib.Policy(spec.action, spec.observation, config.policy_network)


def make_discriminator(
  config: experiment.Config,
) -> discriminator_lib.Discriminator:
  """Builds the discriminator with all its variables."""
  # Another stream than the policy's, so that neither depends on the other.
  tf.random.set_seed(config.seed + 1)
  canvas = environment_spec(config).observation['canvas']
  discriminator = discriminator_lib.Discriminator(config.discriminator_network)
  image = tf.zeros([1, *canvas.shape], canvas.dtype)
  discriminator(image, image if config.conditional else None)
  return discriminator


def make_policy_update(
  config: experiment.Config,
  discriminator: discriminator_lib.Discriminator | None = None,
) -> policy_update.PolicyUpdate:
  """Builds the policy, and what trains it.

  Args:
    config: the experiment.
    discriminator: what pays it; by default one of its own.

  Returns:
    The update.
  """
  action = environment_spec(config).action
  return policy_update.PolicyUpdate(
    config.policy_learner,
    config.reward,
    make_policy(config),
    discriminator or make_discriminator(config),
    {name: math.log(spec.num_values) for name, spec in action.items()},
  )


def make_discriminator_update(
  config: experiment.Config,
) -> discriminator_update.DiscriminatorUpdate:
  """Builds the discriminator, and what trains it."""
  return discriminator_update.DiscriminatorUpdate(
    config.discriminator_learner, make_discriminator(config)
  )


def make_player(policy: policy_lib.Policy, seed: int) -> rollout.Player:
  """The policy as functions that play; `seed` decides what it samples."""
  return player_of(policy, tf.function(policy.step, autograph=False), seed)


def player_of(
  policy: policy_lib.Policy,
  compiled: Callable[..., Any],
  seed: int,
  *temperature: tf.Tensor,
) -> rollout.Player:
  """A player of what was compiled before, where several share it.

  Args:
    policy: what plays.
    compiled: its `step`, as a `tf.function`.
    seed: equal ones sample alike.
    *temperature: float32 `[]`, which samples are drawn at; none for 1.

  Returns:
    The player.
  """
  random = np.random.default_rng(seed)

  def step(observation, state):
    step_seed = random.integers(2**31, size=2, dtype=np.int32)
    return compiled(observation, state, tf.constant(step_seed), *temperature)

  return rollout.Player(policy.initial_state, step)
