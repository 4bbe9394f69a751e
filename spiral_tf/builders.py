"""Builds the parts of an experiment from its configuration."""

import dataclasses
from typing import List, NamedTuple

import dm_env
import numpy as np
import tensorflow as tf

from spiral_tf import config as config_lib
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.environments import painting
from spiral_tf.networks import discriminator as discriminator_lib
from spiral_tf.networks import policy as policy_lib


class EnvironmentSpec(NamedTuple):
  """What networks and replay need to know of an environment."""

  observation: types.Observation
  action: types.ActionSpec


def make_environment(
  config: config_lib.Config, seed: int
) -> dm_env.Environment:
  """Builds the environment; equal seeds make equal environments."""
  fields = dataclasses.asdict(config.environment)
  del fields['name']
  return painting.Painting(**fields, seed=seed)


def make_environments(
  config: config_lib.Config, number: int, seed: int
) -> List[dm_env.Environment]:
  """Builds environments whose seeds all differ, within and across `seed`s."""
  seeds = np.random.SeedSequence([config.seed, seed]).generate_state(number)
  return [make_environment(config, int(s)) for s in seeds]


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
  discriminator(tf.zeros([1, *canvas.shape], canvas.dtype))
  return discriminator


def make_agent(policy: policy_lib.Policy, seed: int) -> rollout.Agent:
  """The policy as functions that play; `seed` decides what it samples."""
  random = np.random.default_rng(seed)
  compiled = tf.function(policy.step)

  def step(observation, state):
    step_seed = random.integers(2**31, size=2, dtype=np.int32)
    return compiled(observation, state, tf.constant(step_seed))

  return rollout.Agent(policy.initial_state, step)
