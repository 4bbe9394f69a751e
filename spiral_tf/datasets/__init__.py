"""Real images, one file a data set, one interface.

`load` is the only function the rest of the system needs.
"""

from spiral_tf import config as config_lib
from spiral_tf.datasets import digits
from spiral_tf.datasets import mnist
from spiral_tf.datasets.dataset import Dataset

__all__ = ['Dataset', 'load']

_LOADERS = {'digits': digits.load, 'mnist': mnist.load}


def load(
  config: config_lib.DataConfig, canvas_width: int, seed: int
) -> Dataset:
  """Loads the data set that a config names.

  Args:
    config: which data set, from where, and the share to hold out.
    canvas_width: `W`, width and height of the images, pixels.
    seed: of the split into train and validation.

  Returns:
    A `Dataset` of uint8 `[N, W, W, 1]` images, white paper 255 and ink 0.

  Raises:
    FileNotFoundError: files of the data set are missing.
    ValueError: a file, or an argument, is not what it must be.
  """
  return _LOADERS[config.name](config, canvas_width, seed)
