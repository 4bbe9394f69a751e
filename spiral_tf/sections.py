"""The sections of an experiment's configuration, each a frozen dataclass."""

import dataclasses
from typing import Tuple

from spiral_tf.settings import above
from spiral_tf.settings import at_least
from spiral_tf.settings import at_most
from spiral_tf.settings import below
from spiral_tf.settings import check
from spiral_tf.settings import field
from spiral_tf.settings import one_of
from spiral_tf.settings import Section
from spiral_tf.settings import SOME_ABOVE_0


@dataclasses.dataclass(frozen=True)
class EnvironmentConfig(Section):
  """What the agent makes pictures with (paper section 4.2)."""

  _PATH = 'environment.'

  name: str = field(
    'painting',
    'environment: "painting", a brush on a canvas, or "scenes", objects on a '
    'platform, to which brushes and colour settings mean nothing',
    one_of('painting', 'scenes'),
  )
  episode_length: int = field(20, 'actions an episode', at_least(1))
  canvas_width: int = field(
    64, 'canvas width and height, pixels', at_least(8), at_most(1024)
  )
  grid_width: int = field(
    32, 'rows and columns of the grid of locations', at_least(2)
  )
  brush: str = field('classic/dry_brush', 'a brush of mypaint-brushes, by name')
  brush_sizes: Tuple[float, ...] = field(
    (1.0, 2.0, 4.0, 8.0, 12.0, 24.0),
    'brush radii, pixels; with one, the agent has no `size` component',
    SOME_ABOVE_0,
  )
  num_pressures: int = field(
    10,
    'pressure levels; with 1, the agent has no `pressure` component',
    at_least(1),
  )
  color: bool = field(False, 'whether the agent chooses red, green and blue')
  background: str = field(
    'white', '"white" or "transparent"', one_of('white', 'transparent')
  )
  substrokes: int = field(
    50, 'straight pieces of one Bezier stroke', at_least(1)
  )
  pen_down: bool = field(
    False, 'no `flag` component: the first action moves, the others draw'
  )
  max_objects: int = field(
    20, 'scenes: objects that fit on the platform', at_least(1), at_most(1000)
  )
  noise_dim: int = field(
    10, 'size of the noise the agent sees; 0 for none', at_least(0)
  )

  def __post_init__(self):
    super().__post_init__()
    check(
      self.grid_width <= self.canvas_width,
      'environment.grid_width',
      self.grid_width,
      f'it must be at most the canvas width, {self.canvas_width}',
    )
    check(
      not self.pen_down or self.episode_length >= 2,
      'environment.episode_length',
      self.episode_length,
      'with pen_down the first action only moves, so at least 2 are needed',
    )


@dataclasses.dataclass(frozen=True)
class DataConfig(Section):
  """The real images."""

  _PATH = 'data.'

  name: str = field(
    'digits',
    'data set; "digits" and "patches" (of photographs) are built in, "scenes" '
    'is made by launch.make_scenes, "images" is any folder of pictures',
    one_of(
      'digits', 'patches', 'mnist', 'omniglot', 'celeba', 'scenes', 'images'
    ),
  )
  path: str = field('', 'folder of the data set; built-in ones need none')
  validation_fraction: float = field(
    0.1, 'share of images held out', above(0), below(1)
  )
  bad_images: str = field(
    'error',
    'what a file that is no sound image does: "error" ends the loading, "skip" '
    'counts it and goes on',
    one_of('error', 'skip'),
  )
  cache: str = field(
    '',
    'folder for decoded images; by default spiral_tf in $XDG_CACHE_HOME or '
    'in ~/.cache',
  )


@dataclasses.dataclass(frozen=True)
class PolicyNetworkConfig(Section):
  """The policy network (figures 12 and 13); the defaults are the paper's."""

  _PATH = 'policy_network.'

  stem_kernel: int = field(
    5, 'kernel width of the first convolution', at_least(1)
  )
  stem_stride: int = field(1, 'stride of the first convolution', at_least(1))
  stem_channels: int = field(
    32, 'channels of the first convolution', at_least(1)
  )
  channels: int = field(
    32, 'channels of the convolutions after it', at_least(1)
  )
  strided_layers: int = field(
    3, 'stride-2 convolutions after the first', at_least(0)
  )
  residual_blocks: int = field(8, 'residual blocks of the torso', at_least(0))
  lstm_size: int = field(
    256, 'units of the LSTM, and of the embedding it gets', at_least(1)
  )
  embedding_size: int = field(
    16, 'units of an embedded sub-action', at_least(1)
  )
  location_channels: int = field(32, 'channels of a location head', at_least(1))
  location_residual_blocks: int = field(
    8, 'residual blocks of a location head', at_least(0)
  )
  state_inputs: Tuple[str, ...] = field(
    (), 'further observations the torso is conditioned on, by name'
  )
  blind: bool = field(
    False, 'whether the canvas is kept from the agent (section 4.3)'
  )
  normalize: bool = field(
    False,
    'show a conditional agent what is missing, target minus canvas; scale '
    'images, the embedding and the hidden vector to one size, and weights so '
    'that they keep it; not in figures 12 and 13, which without it learn '
    'little from small things on a large background',
  )


@dataclasses.dataclass(frozen=True)
class DiscriminatorNetworkConfig(Section):
  """The discriminator network, "similar to DCGAN" (appendix B)."""

  _PATH = 'discriminator_network.'

  channels: Tuple[int, ...] = field(
    (64, 128, 256, 512), 'channels of its stride-2 convolutions', SOME_ABOVE_0
  )
  kernel: int = field(5, 'their kernel width', at_least(1))
  spectral_norm: bool = field(
    False, 'divide each weight by its largest singular value (SN-GAN)'
  )
  complement: bool = field(
    False,
    'a conditional one sees one half of the target and the other half of the '
    'canvas (SPIRAL++), instead of both side by side',
  )


@dataclasses.dataclass(frozen=True)
class RewardConfig(Section):
  """What the agent is paid for (equation 4, sections 4.3 and 4.5)."""

  _PATH = 'reward.'

  discriminator: float = field(
    1.0, "weight of the discriminator's score (equation 4)", at_least(0)
  )
  l2: float = field(
    0.0, 'weight of the distance to the target (appendix A)', at_least(0)
  )
  color_emd: float = field(
    0.0,
    "weight of the earth mover's distance between the colour histograms of "
    'canvas and target (section 4.5)',
    at_least(0),
  )
  temporal_credit: bool = field(
    False,
    'pay at each step what it added to the weighted sum of those three '
    '(SPIRAL++), instead of the sum at the end',
  )
  stroke_start_penalty: float = field(
    0.0, 'paid for starting each continuous sequence of strokes', at_least(0)
  )
  blank_penalty: float = field(
    0.0, 'paid at the end for a blank canvas', at_least(0)
  )


@dataclasses.dataclass(frozen=True)
class PolicyLearnerConfig(Section):
  """The policy learner (equation 3, appendix C)."""

  _PATH = 'policy_learner.'

  learning_rate: float = field(1e-4, "Adam's learning rate", above(0))
  anneal: float = field(
    0.0,
    'last share of training, in which learning rate and entropy cost fall to 0',
    at_least(0),
    at_most(1),
  )
  adam_beta1: float = field(0.9, "Adam's beta1", at_least(0), below(1))
  adam_beta2: float = field(0.999, "Adam's beta2", at_least(0), below(1))
  entropy_cost: float = field(0.01, 'weight of the entropy bonus', at_least(0))
  value_cost: float = field(0.5, 'weight of the value loss', at_least(0))
  discount: float = field(
    1.0, 'discount of the return', at_least(0), at_most(1)
  )
  off_policy_correction: bool = field(
    True,
    "V-trace's importance weights; without them, actions of a slightly older "
    "policy count as the newest policy's",
  )
  normalize_advantages: bool = field(
    False, "divide a batch's advantages by their standard deviation"
  )
  normalize_rewards: bool = field(
    False, "divide a batch's rewards by their standard deviation"
  )
  max_gradient_norm: float = field(
    10.0, 'global norm gradients are clipped to', above(0)
  )
  batch_size: int = field(64, 'episodes a policy update', at_least(1))


@dataclasses.dataclass(frozen=True)
class DiscriminatorLearnerConfig(Section):
  """The discriminator learner (equation 1, appendix C)."""

  _PATH = 'discriminator_learner.'

  learning_rate: float = field(1e-4, "Adam's learning rate", above(0))
  adam_beta1: float = field(0.5, "Adam's beta1", at_least(0), below(1))
  adam_beta2: float = field(0.9, "Adam's beta2", at_least(0), below(1))
  loss: str = field(
    'wasserstein',
    '"wasserstein", with a gradient penalty, or "cross_entropy", the standard '
    "GAN's, to go with discriminator_network.spectral_norm",
    one_of('wasserstein', 'cross_entropy'),
  )
  gradient_penalty: float = field(
    10.0, 'weight of the gradient penalty of "wasserstein"', at_least(0)
  )
  zero_mean_penalty: float = field(
    0.04,
    'weight of the squared mean score over real and generated images',
    at_least(0),
  )
  batch_size: int = field(
    64, 'real, and generated, images an update', at_least(1)
  )
  replay_batches: int = field(
    20, 'batches of final canvases kept for replay', at_least(1)
  )
  updates_per_policy_update: float = field(
    3.0, 'discriminator updates for each policy update', above(0)
  )


@dataclasses.dataclass(frozen=True)
class TrainingConfig(Section):
  """How long, how wide, how often."""

  _PATH = 'training.'

  minutes: float = field(
    0.0, 'minutes of training, over all runs; 0 for no end', at_least(0)
  )
  frames: int = field(
    0, 'environment steps, over all runs; 0 for no end', at_least(0)
  )
  num_actors: int = field(1, 'actor nodes', at_least(1))
  environments_per_actor: int = field(
    64, 'environments stepped as one batch', at_least(1)
  )
  checkpoint_seconds: float = field(
    120.0, 'seconds between checkpoints', above(0)
  )
  sample_seconds: float = field(
    60.0, 'seconds between pictures of samples', above(0)
  )
  log_seconds: float = field(
    10.0, 'seconds between lines of progress', above(0)
  )
