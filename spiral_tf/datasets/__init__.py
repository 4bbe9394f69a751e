"""Real images, one file a data set, one interface.

`load` is the only function the rest of the system needs.
"""

from spiral_tf.config import sections
from spiral_tf.datasets import celeba
from spiral_tf.datasets import digits
from spiral_tf.datasets import images
from spiral_tf.datasets import mnist
from spiral_tf.datasets import omniglot
from spiral_tf.datasets import patches
from spiral_tf.datasets import scenes
from spiral_tf.datasets.dataset import Dataset
from spiral_tf.datasets.dataset import Images

__all__ = ['Dataset', 'Images', 'load']

_LOADERS = {
  'celeba': celeba.load,
  'digits': digits.load,
  'images': images.load,
  'mnist': mnist.load,
  'omniglot': omniglot.load,
  'patches': patches.load,
  'scenes': scenes.load,
}


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> Dataset:
  """Loads the data set that a config names.

  Args:
    config: which data set, from where, and the share to hold out.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`; 3 for colour, 1 for grey, to which colour is turned. The
      channels of grey data sets are all the same.
    seed: of the split into train and validation.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images, with ink dark on white paper.

  Raises:
    FileNotFoundError: files of the data set are missing.
    OSError: decoded images cannot be kept.
    ValueError: a file, or an argument, is not what it must be.
  """
  return _LOADERS[config.name](config, canvas_width, channels, seed)
