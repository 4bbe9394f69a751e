"""The sections of an experiment's configuration, each a frozen dataclass."""

import dataclasses

from spiral_tf.config import fields


@dataclasses.dataclass(frozen=True)
class EnvironmentConfig(fields.Section):
  """What the agent makes pictures with (paper section 4.2)."""

  _PATH = 'environment.'

  name: str = fields.task(
    'painting',
    'environment: "painting", a brush on a canvas, or "scenes", objects on a '
    'platform, to which brushes and colour settings mean nothing',
    fields.one_of(
      'painting',
      'scenes',
    ),
  )
  episode_length: int = fields.task(
    20, 'actions an episode', fields.at_least(1)
  )
  canvas_width: int = fields.task(
    64,
    'canvas width and height, pixels',
    fields.at_least(8),
    fields.at_most(1024),
  )
  grid_width: int = fields.task(
    32, 'rows and columns of the grid of locations', fields.at_least(2)
  )
  brush: str = fields.task(
    'classic/dry_brush', 'a brush of mypaint-brushes, by name'
  )
  brush_sizes: tuple[float, ...] = fields.task(
    (1.0, 2.0, 4.0, 8.0, 12.0, 24.0),
    'brush radii, pixels; with one, the agent has no `size` component',
    fields.SOME_ABOVE_0,
  )
  num_pressures: int = fields.task(
    10,
    'pressure levels; with 1, the agent has no `pressure` component',
    fields.at_least(1),
  )
  color: bool = fields.task(
    False, 'whether the agent chooses red, green and blue'
  )
  background: str = fields.task(
    'white', '"white" or "transparent"', fields.one_of('white', 'transparent')
  )
  substrokes: int = fields.task(
    50, 'straight pieces of one Bezier stroke', fields.at_least(1)
  )
  pen_down: bool = fields.task(
    False, 'no `flag` component: the first action moves, the others draw'
  )
  max_objects: int = fields.task(
    20,
    'scenes: objects that fit on the platform',
    fields.at_least(1),
    fields.at_most(1000),
  )
  noise_dim: int = fields.task(
    10, 'size of the noise the agent sees; 0 for none', fields.at_least(0)
  )

  def __post_init__(self):
    super().__post_init__()
    fields.check(
      self.grid_width <= self.canvas_width,
      'environment.grid_width',
      self.grid_width,
      f'it must be at most the canvas width, {self.canvas_width}',
    )
    fields.check(
      not self.pen_down or self.episode_length >= 2,
      'environment.episode_length',
      self.episode_length,
      'with pen_down the first action only moves, so at least 2 are needed',
    )


@dataclasses.dataclass(frozen=True)
class DataConfig(fields.Section):
  """The real images."""

  _PATH = 'data.'

  name: str = fields.task(
    'digits',
    'data set; "digits" and "patches" (of photographs) are built in, "scenes" '
    'is made by launch.make_scenes, "images" is any folder of pictures',
    fields.one_of(
      'digits',
      'patches',
      'mnist',
      'omniglot',
      'celeba',
      'scenes',
      'images',
    ),
  )
  path: str = fields.free('', 'folder of the data set; built-in ones need none')
  validation_fraction: float = fields.figures(
    0.1, 'share of images held out', fields.above(0), fields.below(1)
  )
  mirrored: bool = fields.learning(
    False,
    'mirror half of the training images, left to right, anew each time; of '
    'faces, say, it makes twice as many; not in the paper',
  )
  bad_images: str = fields.free(
    'error',
    'what a file that is no sound image does: "error" ends the loading, "skip" '
    'counts it and goes on',
    fields.one_of('error', 'skip'),
  )
  cache: str = fields.free(
    '',
    'folder for decoded images; by default spiral_tf in $XDG_CACHE_HOME or '
    'in ~/.cache',
  )


@dataclasses.dataclass(frozen=True)
class PolicyNetworkConfig(fields.Section):
  """The policy network (figures 12 and 13); the defaults are the paper's."""

  _PATH = 'policy_network.'

  stem_kernel: int = fields.network(
    5, 'kernel width of the first convolution', fields.at_least(1)
  )
  stem_stride: int = fields.network(
    1, 'stride of the first convolution', fields.at_least(1)
  )
  stem_channels: int = fields.network(
    32, 'channels of the first convolution', fields.at_least(1)
  )
  channels: int = fields.network(
    32, 'channels of the convolutions after it', fields.at_least(1)
  )
  strided_layers: int = fields.network(
    3, 'stride-2 convolutions after the first', fields.at_least(0)
  )
  residual_blocks: int = fields.network(
    8, 'residual blocks of the torso', fields.at_least(0)
  )
  lstm_size: int = fields.network(
    256, 'units of the LSTM, and of the embedding it gets', fields.at_least(1)
  )
  embedding_size: int = fields.network(
    16, 'units of an embedded sub-action', fields.at_least(1)
  )
  location_channels: int = fields.network(
    32, 'channels of a location head', fields.at_least(1)
  )
  location_residual_blocks: int = fields.network(
    8, 'residual blocks of a location head', fields.at_least(0)
  )
  location_subpixels: int = fields.network(
    1,
    'rows and columns of cells of the grid to which each cell of the last map '
    'of a location head gives logits (sub-pixel convolution), so that the grid '
    'may be finer than the map; not in figure 13',
    fields.at_least(1),
  )
  state_inputs: tuple[str, ...] = fields.network(
    (), 'further observations the torso is conditioned on, by name'
  )
  location_skips: bool = fields.network(
    False,
    "whether location heads see the torso's maps, by the skips of a U-Net; not "
    'in figure 13',
  )
  location_marks: bool = fields.network(
    False,
    "mark the previous action's locations in what is seen, and, for location "
    'heads that see, those chosen earlier in the same action; not in the paper',
  )
  location_features: bool = fields.network(
    False,
    'tell the components after a location what maps and images show there; '
    'not in the paper',
  )
  location_glimpse: int = fields.network(
    0,
    'show the components after a location this many rows and columns of pixels '
    'of canvas and target around it, with location_skips; 0 for none; not in '
    'the paper',
    fields.at_least(0),
  )
  difference_map: bool = fields.network(
    False,
    'show a conditional agent canvas, target and their difference, each as an '
    'image of its own; not in the paper',
  )
  raw_images: bool = fields.network(
    False,
    'with normalize: show images as they are, too, for how light they are, and '
    'with small contrasts of which colour, is lost in it; not in the paper',
  )
  blind: bool = fields.network(
    False, 'whether the canvas is kept from the agent (section 4.3)'
  )
  normalize: bool = fields.network(
    False,
    'show a conditional agent what is missing, target minus canvas; scale '
    'images, the embedding and the hidden vector to one size, and weights so '
    'that they keep it; not in figures 12 and 13, which without it learn '
    'little from small things on a large background',
  )


# What makes location heads see the picture, and those after them what is there.
SEEING = {
  'location_skips': True,
  'location_marks': True,
  'location_features': True,
  'difference_map': True,
}


@dataclasses.dataclass(frozen=True)
class DiscriminatorNetworkConfig(fields.Section):
  """The discriminator network, "similar to DCGAN" (appendix B)."""

  _PATH = 'discriminator_network.'

  channels: tuple[int, ...] = fields.network(
    (64, 128, 256, 512),
    'channels of its stride-2 convolutions',
    fields.SOME_ABOVE_0,
  )
  kernel: int = fields.network(
    5, 'kernel width of its convolutions', fields.at_least(1)
  )
  spectral_norm: bool = fields.network(
    False, 'divide each weight by its largest singular value (SN-GAN)'
  )
  complement: bool = fields.network(
    False,
    'a conditional one sees one half of the target and the other half of the '
    'canvas (SPIRAL++), instead of both side by side',
  )


@dataclasses.dataclass(frozen=True)
class RewardConfig(fields.Section):
  """What the agent is paid for (equation 4, sections 4.3 and 4.5)."""

  _PATH = 'reward.'

  discriminator: float = fields.learning(
    1.0, "weight of the discriminator's score (equation 4)", fields.at_least(0)
  )
  l2: float = fields.learning(
    0.0, 'weight of the distance to the target (appendix A)', fields.at_least(0)
  )
  color_emd: float = fields.learning(
    0.0,
    "weight of the earth mover's distance between the colour histograms of "
    'canvas and target (section 4.5)',
    fields.at_least(0),
  )
  temporal_credit: bool = fields.learning(
    False,
    'pay at each step what it added to the weighted sum of those three '
    '(SPIRAL++), instead of the sum at the end',
  )
  stroke_start_penalty: float = fields.learning(
    0.0,
    'paid for starting each continuous sequence of strokes',
    fields.at_least(0),
  )
  blank_penalty: float = fields.learning(
    0.0, 'paid at the end for a blank canvas', fields.at_least(0)
  )
