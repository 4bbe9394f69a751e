"""Any pictures of the user's: a folder of them, or a zip file."""

import os

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import archive
from spiral_tf.datasets import dataset
from spiral_tf.datasets import rows


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Loads all pictures of a zip file or, however deep, of a folder.

  Each is cropped to the largest centred square and resized.

  Args:
    config: `path`, `validation_fraction`, `bad_images` and `cache` are used.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`, 3 for colour or 1 for luminance.
    seed: of the split into train and validation.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images, left on disk, without labels
    and without a test split.

  Raises:
    FileNotFoundError: there is no such folder or file.
    ValueError: no path is given, a file is damaged, or there are fewer than
      two pictures.
  """
  fields.check(
    bool(config.path),
    'data.path',
    config.path,
    'it must be a folder of pictures or a zip file of them',
  )
  path = os.path.expanduser(config.path)
  if not os.path.exists(path):
    raise FileNotFoundError(
      f'{path} does not exist. Put pictures into a folder, or into a zip '
      'file, and name it with --config.data.path=...'
    )
  images, names = archive.load(config, path, canvas_width, channels)
  if len(names) < 2:
    raise ValueError(
      f'{path} holds {len(names)} picture, but a split into train and '
      'validation needs at least 2. Add some.'
    )
  train, validation = dataset.split_indices(
    len(names), config.validation_fraction, seed
  )
  return dataset.Dataset(
    name='images',
    train=rows.Rows([images], train),
    validation=rows.Rows([images], validation),
    test_cure=(
      f'The pictures of {path} are split into "train" and "validation" only: '
      'use "validation".'
    ),
  )
