"""Every setting of an experiment: typed, frozen, checked and documented.

A `Config` is a tree of frozen dataclasses. Files in `configs/` build one each;
`to_dict` and `from_dict` carry it through JSON and the command line.
"""

import dataclasses
import difflib
import typing
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

import ml_collections


def _field(default: Any, doc: str) -> Any:
  """A dataclass field that knows what it means."""
  return dataclasses.field(default=default, metadata={'doc': doc})


def _section(section: Any) -> Any:
  return dataclasses.field(default_factory=section)


def check(condition: bool, name: str, value: Any, rule: str) -> None:
  """Raises a ValueError that names the field, its value and the rule."""
  if not condition:
    raise ValueError(
      f'config.{name} is {value!r}, but {rule}. '
      f'Set it with --config.{name}=... or in the config file.'
    )


@dataclasses.dataclass(frozen=True)
class EnvironmentConfig:
  """A brush on a canvas (paper section 4.2)."""

  name: str = _field('painting', 'environment; "painting"')
  episode_length: int = _field(20, 'actions an episode')
  canvas_width: int = _field(64, 'canvas width and height, pixels')
  grid_width: int = _field(32, 'rows and columns of the grid of locations')
  brush: str = _field(
    'classic/dry_brush', 'a brush of mypaint-brushes, by name'
  )
  brush_sizes: Tuple[float, ...] = _field(
    (1.0, 2.0, 4.0, 8.0, 12.0, 24.0),
    'brush radii, pixels; with one, the agent has no `size` component',
  )
  num_pressures: int = _field(
    10, 'pressure levels; with 1, the agent has no `pressure` component'
  )
  color: bool = _field(False, 'whether the agent chooses red, green and blue')
  background: str = _field('white', '"white" or "transparent"')
  substrokes: int = _field(50, 'straight pieces of one Bezier stroke')
  pen_down: bool = _field(
    False, 'no `flag` component: the first action moves, the others draw'
  )
  noise_dim: int = _field(10, 'size of the noise the agent sees; 0 for none')

  def __post_init__(self):
    where = 'environment.'
    check(
      self.name == 'painting',
      where + 'name',
      self.name,
      'the only environment is "painting"',
    )
    check(
      self.episode_length >= 1,
      where + 'episode_length',
      self.episode_length,
      'an episode has at least 1 action',
    )
    check(
      not self.pen_down or self.episode_length >= 2,
      where + 'episode_length',
      self.episode_length,
      'with pen_down the first action only moves, so at least 2 are needed',
    )
    check(
      8 <= self.canvas_width <= 1024,
      where + 'canvas_width',
      self.canvas_width,
      'it must be between 8 and 1024 pixels',
    )
    check(
      2 <= self.grid_width <= self.canvas_width,
      where + 'grid_width',
      self.grid_width,
      'it must be between 2 and the canvas width',
    )
    check(
      bool(self.brush_sizes) and all(s > 0 for s in self.brush_sizes),
      where + 'brush_sizes',
      self.brush_sizes,
      'it must hold at least one radius, each above 0 pixels',
    )
    for name in ('num_pressures', 'substrokes'):
      value = getattr(self, name)
      check(value >= 1, where + name, value, 'it must be at least 1')
    check(
      self.background in ('white', 'transparent'),
      where + 'background',
      self.background,
      'it must be "white" or "transparent"',
    )
    check(
      self.noise_dim >= 0,
      where + 'noise_dim',
      self.noise_dim,
      'it cannot be negative',
    )


@dataclasses.dataclass(frozen=True)
class DataConfig:
  """The real images."""

  name: str = _field('digits', 'data set; "digits" (built in) or "mnist"')
  path: str = _field('', 'folder of the data set; "digits" needs none')
  validation_fraction: float = _field(0.1, 'share of images held out')

  def __post_init__(self):
    check(
      self.name in ('digits', 'mnist'),
      'data.name',
      self.name,
      'the data sets are "digits" and "mnist"',
    )
    check(
      0 < self.validation_fraction < 1,
      'data.validation_fraction',
      self.validation_fraction,
      'it must lie between 0 and 1',
    )


@dataclasses.dataclass(frozen=True)
class PolicyNetworkConfig:
  """The policy network (figures 12 and 13); the defaults are the paper's."""

  stem_kernel: int = _field(5, 'kernel width of the first convolution')
  stem_stride: int = _field(1, 'stride of the first convolution')
  stem_channels: int = _field(32, 'channels of the first convolution')
  channels: int = _field(32, 'channels of the convolutions after it')
  strided_layers: int = _field(3, 'stride-2 convolutions after the first')
  residual_blocks: int = _field(8, 'residual blocks of the torso')
  lstm_size: int = _field(
    256, 'units of the LSTM, and of the embedding it gets'
  )
  embedding_size: int = _field(16, 'units of an embedded sub-action')
  location_channels: int = _field(32, 'channels of a location head')
  location_residual_blocks: int = _field(
    8, 'residual blocks of a location head'
  )
  state_inputs: Tuple[str, ...] = _field(
    (), 'further observations the torso is conditioned on, by name'
  )

  def __post_init__(self):
    for field in dataclasses.fields(self):
      value = getattr(self, field.name)
      if isinstance(value, int):
        least = 0 if 'blocks' in field.name or 'layers' in field.name else 1
        check(
          value >= least,
          'policy_network.' + field.name,
          value,
          f'it must be at least {least}',
        )


@dataclasses.dataclass(frozen=True)
class DiscriminatorNetworkConfig:
  """The discriminator network, "similar to DCGAN" (appendix B)."""

  channels: Tuple[int, ...] = _field(
    (64, 128, 256, 512), 'channels of its stride-2 convolutions'
  )
  kernel: int = _field(5, 'their kernel width')

  def __post_init__(self):
    check(
      bool(self.channels) and all(c >= 1 for c in self.channels),
      'discriminator_network.channels',
      self.channels,
      'it must hold at least one number of channels, each at least 1',
    )
    check(
      self.kernel >= 1,
      'discriminator_network.kernel',
      self.kernel,
      'it must be at least 1',
    )


@dataclasses.dataclass(frozen=True)
class RewardConfig:
  """What the agent is paid for (equation 4, section 4.3)."""

  temporal_credit: bool = _field(
    False,
    'pay D(c_t) - D(c_{t-1}) at each step (SPIRAL++) instead of D at the end',
  )
  stroke_start_penalty: float = _field(
    0.0, 'paid for starting each continuous sequence of strokes'
  )
  blank_penalty: float = _field(0.0, 'paid at the end for a blank canvas')

  def __post_init__(self):
    for name in ('stroke_start_penalty', 'blank_penalty'):
      value = getattr(self, name)
      check(value >= 0, 'reward.' + name, value, 'a penalty is at least 0')


@dataclasses.dataclass(frozen=True)
class PolicyLearnerConfig:
  """The policy learner (equation 3, appendix C)."""

  learning_rate: float = _field(1e-4, "Adam's learning rate")
  adam_beta1: float = _field(0.9, "Adam's beta1")
  adam_beta2: float = _field(0.999, "Adam's beta2")
  entropy_cost: float = _field(0.01, 'weight of the entropy bonus')
  value_cost: float = _field(0.5, 'weight of the value loss')
  discount: float = _field(1.0, 'discount of the return')
  normalize_advantages: bool = _field(
    False, "divide a batch's advantages by their standard deviation"
  )
  max_gradient_norm: float = _field(
    10.0, 'global norm gradients are clipped to'
  )
  batch_size: int = _field(64, 'episodes a policy update')

  def __post_init__(self):
    for name in ('learning_rate', 'max_gradient_norm', 'batch_size'):
      value = getattr(self, name)
      check(value > 0, 'policy_learner.' + name, value, 'it must be above 0')
    for name in ('entropy_cost', 'value_cost'):
      value = getattr(self, name)
      check(value >= 0, 'policy_learner.' + name, value, 'it is at least 0')
    for name in ('adam_beta1', 'adam_beta2'):
      value = getattr(self, name)
      check(0 <= value < 1, 'policy_learner.' + name, value, 'it is in [0, 1)')
    check(
      0 <= self.discount <= 1,
      'policy_learner.discount',
      self.discount,
      'it must lie in [0, 1]',
    )


@dataclasses.dataclass(frozen=True)
class DiscriminatorLearnerConfig:
  """The discriminator learner (equation 1, appendix C)."""

  learning_rate: float = _field(1e-4, "Adam's learning rate")
  adam_beta1: float = _field(0.5, "Adam's beta1")
  adam_beta2: float = _field(0.9, "Adam's beta2")
  gradient_penalty: float = _field(10.0, 'weight of the gradient penalty')
  zero_mean_penalty: float = _field(
    0.04, 'weight of the squared mean score over real and generated images'
  )
  batch_size: int = _field(64, 'real, and generated, images an update')
  replay_batches: int = _field(20, 'batches of final canvases kept for replay')
  updates_per_policy_update: float = _field(
    3.0, 'discriminator updates for each policy update'
  )

  def __post_init__(self):
    where = 'discriminator_learner.'
    for name in (
      'learning_rate',
      'batch_size',
      'replay_batches',
      'updates_per_policy_update',
    ):
      value = getattr(self, name)
      check(value > 0, where + name, value, 'it must be above 0')
    for name in ('gradient_penalty', 'zero_mean_penalty'):
      value = getattr(self, name)
      check(value >= 0, where + name, value, 'it is at least 0')
    for name in ('adam_beta1', 'adam_beta2'):
      value = getattr(self, name)
      check(0 <= value < 1, where + name, value, 'it is in [0, 1)')


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
  """How long, how wide, how often."""

  minutes: float = _field(
    0.0, 'minutes of training, over all runs; 0 for no end'
  )
  frames: int = _field(0, 'environment steps, over all runs; 0 for no end')
  num_actors: int = _field(1, 'actor nodes')
  environments_per_actor: int = _field(64, 'environments stepped as one batch')
  checkpoint_seconds: float = _field(120.0, 'seconds between checkpoints')
  sample_seconds: float = _field(60.0, 'seconds between pictures of samples')
  log_seconds: float = _field(10.0, 'seconds between lines of progress')

  def __post_init__(self):
    for name in ('minutes', 'frames'):
      value = getattr(self, name)
      check(value >= 0, 'training.' + name, value, 'it is at least 0')
    for name in (
      'num_actors',
      'environments_per_actor',
      'checkpoint_seconds',
      'sample_seconds',
      'log_seconds',
    ):
      value = getattr(self, name)
      check(value > 0, 'training.' + name, value, 'it must be above 0')


@dataclasses.dataclass(frozen=True)
class Config:
  """One experiment."""

  seed: int = _field(0, 'seed of data split, environments and networks')
  environment: EnvironmentConfig = _section(EnvironmentConfig)
  data: DataConfig = _section(DataConfig)
  policy_network: PolicyNetworkConfig = _section(PolicyNetworkConfig)
  discriminator_network: DiscriminatorNetworkConfig = _section(
    DiscriminatorNetworkConfig
  )
  reward: RewardConfig = _section(RewardConfig)
  policy_learner: PolicyLearnerConfig = _section(PolicyLearnerConfig)
  discriminator_learner: DiscriminatorLearnerConfig = _section(
    DiscriminatorLearnerConfig
  )
  training: TrainingConfig = _section(TrainingConfig)


def frames(config: Config, policy_updates: float) -> int:
  """Environment steps that go into a number of policy updates."""
  episodes = policy_updates * config.policy_learner.batch_size
  return int(episodes * config.environment.episode_length)


class Hyperparameters(NamedTuple):
  """What population-based training may change while a learner runs."""

  learning_rate: float
  entropy_cost: float


def small_policy_network() -> PolicyNetworkConfig:
  """A policy for 32x32 canvases and 16x16 grids that two cores can train."""
  return PolicyNetworkConfig(
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


def small_discriminator_network() -> DiscriminatorNetworkConfig:
  """A discriminator to go with it."""
  return DiscriminatorNetworkConfig(channels=(16, 32, 64))


def to_dict(config: Any) -> Dict[str, Any]:
  """Nested dictionaries of plain Python values."""
  return dataclasses.asdict(config)


def editable(config: Config) -> ml_collections.ConfigDict:
  """`config` as the type-safe dictionary that command-line flags can change."""
  return ml_collections.ConfigDict(to_dict(config))


def from_dict(values: Mapping[str, Any], cls=Config, where: str = '') -> Any:
  """Builds a `cls` from nested mappings, as `to_dict` makes them.

  Args:
    values: nested mappings; fields that are missing keep their defaults.
    cls: dataclass to build.
    where: path of the section, for error messages.

  Returns:
    A `cls`.

  Raises:
    ValueError: a field is unknown, of the wrong type or out of range.
  """
  types = typing.get_type_hints(cls)
  kwargs = {}
  for name, value in values.items():
    path = where + name
    if name not in types:
      close = difflib.get_close_matches(name, types, n=1)
      hint = f' Did you mean "{where}{close[0]}"?' if close else ''
      raise ValueError(f'config has no field "{path}".{hint}')
    kwargs[name] = _convert(value, types[name], path)
  return cls(**kwargs)


def _convert(value: Any, wanted: Any, path: str) -> Any:
  """`value` as a `wanted`, or a ValueError that names the field."""
  if dataclasses.is_dataclass(wanted):
    is_mapping = isinstance(value, (Mapping, ml_collections.ConfigDict))
    check(is_mapping, path, value, 'it must be a section of fields')
    return from_dict(value, wanted, path + '.')
  if typing.get_origin(wanted) is tuple:
    check(
      isinstance(value, (list, tuple)), path, value, 'it must be a sequence'
    )
    item = typing.get_args(wanted)[0]
    return tuple(_convert(v, item, path) for v in value)
  if wanted is float and type(value) is int:
    return float(value)
  check(
    type(value) is wanted, path, value, f'it must be of type {wanted.__name__}'
  )
  return value


def describe(config: Any, where: str = '') -> List[str]:
  """One line a field: name, value and meaning, for `--help`."""
  lines = []
  for field in dataclasses.fields(config):
    value = getattr(config, field.name)
    if dataclasses.is_dataclass(value):
      lines += describe(value, where + field.name + '.')
    else:
      doc = field.metadata['doc']
      lines.append(f'{where}{field.name}={value!r}: {doc}')
  return lines
