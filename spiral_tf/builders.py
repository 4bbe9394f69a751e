"""Builds the parts of an experiment from its configuration."""

import dataclasses
import inspect
from typing import Iterable, List, NamedTuple

import dm_env
import numpy as np
import tensorflow as tf

from spiral_tf import config as config_lib
from spiral_tf import datasets
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.environments import conditional
from spiral_tf.environments import painting
from spiral_tf.environments import scenes
from spiral_tf.networks import discriminator as discriminator_lib
from spiral_tf.networks import policy as policy_lib


class EnvironmentSpec(NamedTuple):
  """What networks and replay need to know of an environment."""

  observation: types.Observation
  action: types.ActionSpec


_ENVIRONMENTS = {'painting': painting.Painting, 'scenes': scenes.Scenes}


def make_environment(
  config: config_lib.Config, seed: int, targets: Iterable[np.ndarray] = ()
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
  constructor = _ENVIRONMENTS[config.environment.name]
  fields = dataclasses.asdict(config.environment)
  wanted = inspect.signature(constructor).parameters
  settings = {name: fields[name] for name in fields if name in wanted}
  environment = constructor(**settings, seed=seed)
  if config.conditional:
    return conditional.Conditional(environment, targets)
  return environment


def make_environments(
  config: config_lib.Config,
  number: int,
  seed: int,
  targets: Iterable[np.ndarray] = (),
) -> List[dm_env.Environment]:
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


def load_dataset(config: config_lib.Config) -> datasets.Dataset:
  """Loads the real images, as wide and with as many channels as the canvas."""
  width, _, channels = environment_spec(config).observation['canvas'].shape
  return datasets.load(config.data, width, channels, config.seed)


def environment_spec(config: config_lib.Config) -> EnvironmentSpec:
  """Specs of the environment that `config` describes."""
  environment = make_environment(config, seed=0)
  return EnvironmentSpec(
    observation=environment.observation_spec(), action=environment.action_spec()
  )


def make_policy(config: config_lib.Config) -> policy_lib.Policy:
  """Builds the policy with all its variables."""
  tf.random.set_seed(config.seed)
  spec = environment_spec(config)
  return policy_lib.Policy(spec.action, spec.observation, config.policy_network)


def make_discriminator(
  config: config_lib.Config,
) -> discriminator_lib.Discriminator:
  """Builds the discriminator with all its variables."""
  # Another stream than the policy's, so that neither depends on the other.
  tf.random.set_seed(config.seed + 1)
  canvas = environment_spec(config).observation['canvas']
  discriminator = discriminator_lib.Discriminator(config.discriminator_network)
  image = tf.zeros([1, *canvas.shape], canvas.dtype)
  discriminator(image, image if config.conditional else None)
  return discriminator


def make_agent(policy: policy_lib.Policy, seed: int) -> rollout.Agent:
  """The policy as functions that play; `seed` decides what it samples."""
  random = np.random.default_rng(seed)
  compiled = tf.function(policy.step)

  def step(observation, state):
    step_seed = random.integers(2**31, size=2, dtype=np.int32)
    return compiled(observation, state, tf.constant(step_seed))

  return rollout.Agent(policy.initial_state, step)
