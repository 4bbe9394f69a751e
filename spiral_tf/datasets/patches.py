"""Windows of two photographs, at all scales: what a tiled painting is made of.

The photographs, china.jpg and flower.jpg, come with scikit-learn.
"""

import numpy as np
from PIL import Image

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import dataset

_NUM_TRAIN = 20_000
_NUM_VALIDATION = 1_000
# Share of each photograph's width, at its right, for held-out windows only.
_HELD_OUT = 0.4
# Factor by which the smallest window is enlarged; in a smaller one there would
# be little to see.
_ENLARGED = 2
# Width of images, at most, pixels: 20,000 of them in colour are 1 GB.
_MAX_WIDTH = 128


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Cuts random square windows out of the photographs.

  Their sides are log-uniform from half the canvas's width to all that fits,
  their places uniform. Half of them are mirrored and half inverted, and their
  channels are permuted, because two photographs have few colours. The right
  two fifths of each photograph are held out: windows to train with end before
  them, those to validate with lie in them, and so are at most 256 pixels wide.

  Args:
    config: `path` must be empty; nothing else is used.
    canvas_width: `W`, width and height of the images, pixels, at most 128.
    channels: `C`, 3 for colour or 1 for luminance.
    seed: of the windows; the same seed gives the same ones.

  Returns:
    A `Dataset` of 20,000 and 1,000 uint8 `[N, W, W, C]` images without labels
    and without a test split.

  Raises:
    ValueError: a path is given, or the canvas is too wide.
  """
  fields.check(
    not config.path,
    'data.path',
    config.path,
    'the photographs of "patches" are built in; leave it empty, or take whole '
    'pictures of a folder with data.name="images"',
  )
  fields.check(
    canvas_width <= _MAX_WIDTH,
    'environment.canvas_width',
    canvas_width,
    f'with data.name="patches" it must be at most {_MAX_WIDTH}',
  )
  # Imported here: it takes a second, which only users of this data set owe.
  from sklearn import datasets as sklearn_datasets

  left, right = [], []
  for photograph in sklearn_datasets.load_sample_images().images:
    column = round(photograph.shape[1] * (1 - _HELD_OUT))
    # Two pictures from here on, so that no filter reaches across the border.
    left.append(Image.fromarray(photograph[:, :column]))
    right.append(Image.fromarray(photograph[:, column:]))
  train, validation = np.random.SeedSequence(seed).spawn(2)
  return dataset.Dataset(
    name='patches',
    train=_windows(left, _NUM_TRAIN, canvas_width, channels, train),
    validation=_windows(
      right, _NUM_VALIDATION, canvas_width, channels, validation
    ),
    test_cure=(
      'Each of the two photographs has a part for "train" and one for '
      '"validation" only: use "validation".'
    ),
  )


def _windows(
  photographs: list[Image.Image],
  number: int,
  width: int,
  channels: int,
  seed: np.random.SeedSequence,
) -> np.ndarray:
  """Random windows of RGB photographs, uint8 `[number, width, width, C]`."""
  random = np.random.default_rng(seed)
  images = np.empty([number, width, width, channels], np.uint8)
  for image in images:
    photograph = photographs[random.integers(len(photographs))]
    largest = min(photograph.size)
    smallest = min(width / _ENLARGED, largest)
    # Rounding in `exp` may make the largest side a bit too large.
    side = min(np.exp(random.uniform(*np.log([smallest, largest]))), largest)
    x, y = (random.uniform(0, size - side) for size in photograph.size)
    # This filter widens with the window, which avoids aliasing.
    window = photograph.resize(
      (width, width), Image.Resampling.BILINEAR, (x, y, x + side, y + side)
    )
    pixels = np.asarray(window)[..., random.permutation(3)]
    if random.random() < 0.5:
      pixels = pixels[:, ::-1]
    if random.random() < 0.5:
      pixels = 255 - pixels
    if channels == 1:
      pixels = np.asarray(Image.fromarray(pixels).convert('L'))[..., None]
    image[:] = pixels
  return images
