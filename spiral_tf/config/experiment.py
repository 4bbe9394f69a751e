"""Every setting of an experiment: typed, frozen, checked and documented.

A `Config` is a tree of frozen dataclasses. Files in `configs/` build one each;
`to_dict` and `from_dict` carry it through JSON and the command line.
"""

from collections.abc import Mapping
import dataclasses
from typing import Any

import ml_collections

from spiral_tf.config import cluster
from spiral_tf.config import fields
from spiral_tf.config import learners
from spiral_tf.config import sections


@dataclasses.dataclass(frozen=True)
class Config:
  """One experiment."""

  seed: int = fields.figures(0, 'seed of data split, environments and networks')
  conditional: bool = fields.network(
    False, 'whether the agent is shown an image to reproduce (section 3.3)'
  )
  environment: sections.EnvironmentConfig = sections.EnvironmentConfig()
  data: sections.DataConfig = sections.DataConfig()
  policy_network: sections.PolicyNetworkConfig = sections.PolicyNetworkConfig()
  discriminator_network: sections.DiscriminatorNetworkConfig = (
    sections.DiscriminatorNetworkConfig()
  )
  reward: sections.RewardConfig = sections.RewardConfig()
  policy_learner: learners.PolicyLearnerConfig = learners.PolicyLearnerConfig()
  discriminator_learner: learners.DiscriminatorLearnerConfig = (
    learners.DiscriminatorLearnerConfig()
  )
  training: learners.TrainingConfig = learners.TrainingConfig()
  population: cluster.PopulationConfig = cluster.PopulationConfig()
  resources: cluster.ResourcesConfig = cluster.ResourcesConfig()

  def __post_init__(self):
    for name in ('l2', 'color_emd'):
      weight = getattr(self.reward, name)
      fields.check(
        self.conditional or not weight,
        f'reward.{name}',
        weight,
        'it compares with a target, which only a conditional agent has '
        '(config.conditional)',
      )
    fields.check(
      self.conditional or not self.discriminator_network.complement,
      'discriminator_network.complement',
      True,
      'only a conditional agent (config.conditional) has targets',
    )
    fields.check(
      not self.policy_learner.demonstrations
      or (self.conditional and self.environment.name == 'scenes'),
      'policy_learner.demonstrations',
      self.policy_learner.demonstrations,
      'only a conditional agent (config.conditional) in the environment '
      '"scenes" has any to imitate; it must be 0',
    )
    fields.check(
      max(self.reward.discriminator, self.reward.l2, self.reward.color_emd) > 0,
      'reward.discriminator',
      self.reward.discriminator,
      'at least one of discriminator, l2 and color_emd must be above 0',
    )
    population = self.population
    for name in ('learning_rates', 'entropy_costs'):
      values = getattr(population, name)
      fields.check(
        not values or len(values) <= population.size,
        f'population.{name}',
        values,
        f'there are only {population.size} members (population.size)',
      )
    fields.check(
      population.size != 1,
      'population.size',
      1,
      'one member has none to compare with; it must be 0 or at least 2',
    )


def frames(config: Config, policy_updates: float) -> int:
  """Counts the environment steps that go into policy updates.

  Args:
    config: the experiment.
    policy_updates: number of updates, which need not be whole.

  Returns:
    The steps, rounded down.
  """
  episodes = policy_updates * config.policy_learner.batch_size
  return int(episodes * config.environment.episode_length)


def progress(config: Config, policy_updates: int, seconds: float) -> float:
  """Share of training that has passed, in [0, 1]; 0 if it has no end.

  Args:
    config: the experiment.
    policy_updates: updates of the policy so far.
    seconds: seconds of training so far.

  Returns:
    The larger of the shares of frames and of minutes, where they are limited.
  """
  training = config.training
  shares = [0.0]
  if training.minutes:
    shares.append(seconds / (60 * training.minutes))
  if training.frames:
    shares.append(frames(config, policy_updates) / training.frames)
  return min(1.0, max(shares))


def anneal(config: Config, progress: float) -> float:
  """What the policy's learning rate and entropy cost are multiplied by.

  Args:
    config: the experiment.
    progress: share of training that has passed, in [0, 1].

  Returns:
    1, but in the last `policy_learner.anneal` of training, where it falls to 0.
  """
  share = config.policy_learner.anneal
  return min(1.0, (1 - progress) / share) if share else 1.0


def small_policy_network() -> sections.PolicyNetworkConfig:
  """A policy for 32x32 canvases and 16x16 grids that two cores can train."""
  return sections.PolicyNetworkConfig(
    stem_kernel=4,
    stem_stride=2,
    stem_channels=16,
    channels=32,
    strided_layers=2,
    residual_blocks=2,
    location_channels=16,
    location_residual_blocks=0,
    state_inputs=('position', 'step_fraction'),
  )


def small_discriminator_network() -> sections.DiscriminatorNetworkConfig:
  """A discriminator to go with `small_policy_network`."""
  return sections.DiscriminatorNetworkConfig(channels=(16, 32, 64))


def to_dict(config: Any) -> dict[str, Any]:
  """A configuration, or a section of one, as nested dictionaries."""
  return dataclasses.asdict(config)


def flat(config: Config) -> dict[str, Any]:
  """Plain values by the names of their flags, such as `data.path`."""
  values = {}
  for name, value in to_dict(config).items():
    if isinstance(value, dict):
      values.update({f'{name}.{key}': item for key, item in value.items()})
    else:
      values[name] = value
  return values


def editable(config: Config) -> ml_collections.ConfigDict:
  """`config` as the type-safe dictionary that command-line flags can change."""
  return ml_collections.ConfigDict(to_dict(config))


def from_dict(values: Mapping[str, Any]) -> Config:
  """Builds a `Config` from nested mappings, as `to_dict` makes them.

  Args:
    values: nested mappings; fields that are missing keep their defaults.

  Returns:
    The configuration.

  Raises:
    ValueError: a field is unknown, of the wrong type or out of range.
  """
  return fields.build(Config, values)
