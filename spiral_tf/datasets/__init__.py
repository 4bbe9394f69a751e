"""Real images, one file a data set, one interface.

`load` and `describe` are all that the rest of the system needs.
"""

from collections.abc import Callable
import dataclasses
from typing import NamedTuple

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

__all__ = ['Dataset', 'Images', 'describe', 'load']


class _Source(NamedTuple):
  """Where images come from.

  Attributes:
    load: loads them, see `load`.
    description: what they are, in Markdown, as in "trained on MNIST".
  """

  load: Callable[[sections.DataConfig, int, int, int], Dataset]
  description: str


_SOURCES = {
  'celeba': _Source(
    celeba.load,
    '[CelebA](https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html)',
  ),
  'digits': _Source(digits.load, "scikit-learn's handwritten digits"),
  'images': _Source(images.load, 'a folder of pictures'),
  'mnist': _Source(mnist.load, 'MNIST'),
  'omniglot': _Source(
    omniglot.load, '[Omniglot](https://github.com/brendenlake/omniglot)'
  ),
  'patches': _Source(
    patches.load,
    'windows of two photographs that come with scikit-learn: [china.jpg]'
    '(https://www.flickr.com/photos/danielbuechele/6061409035/), by '
    'danielbuechele, and [flower.jpg]'
    '(https://www.flickr.com/photos/vultilion/6056698931/), by vultilion, both '
    '[CC BY 2.0](https://creativecommons.org/licenses/by/2.0/)',
  ),
  'scenes': _Source(scenes.load, 'scenes of `python -m launch.make_scenes`'),
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
  loaded = _SOURCES[config.name].load(config, canvas_width, channels, seed)
  return dataclasses.replace(loaded, mirrored=config.mirrored)


def describe(name: str) -> str:
  """Says what the images of a data set are.

  Args:
    name: of the data set, as of `sections.DataConfig`.

  Returns:
    Markdown, as in "trained on MNIST".
  """
  return _SOURCES[name].description
