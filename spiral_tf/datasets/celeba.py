"""CelebA: photographs of faces, from its aligned JPEG files."""

from collections.abc import Sequence
import os

import numpy as np

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import archive
from spiral_tf.datasets import dataset
from spiral_tf.datasets import rows

_NAME = 'img_align_celeba'
_PARTITION = 'list_eval_partition.txt'
_CURE = (
  f'Download {_NAME}.zip ("Align&Cropped Images") from '
  'https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, and put it, or the '
  f'folder {_NAME} that is in it, into the folder config.data.path.'
)


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Loads CelebA from `img_align_celeba.zip` or from the folder in it.

  Each picture of 178x218 pixels is cropped to the 178x178 in its middle and
  then resized. The splits are those of `list_eval_partition.txt` where that is
  beside the pictures; else a share is held out, and there is no test split. All
  splits are in one file, which training decodes whole.

  Args:
    config: `path` is the folder that holds either, or one of them itself;
      `validation_fraction`, `bad_images` and `cache` are used.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`, 3 for colour or 1 for luminance.
    seed: of the split without an official partition.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images, left on disk, without labels.

  Raises:
    FileNotFoundError: there are no pictures.
    ValueError: no path is given, or a file is damaged.
  """
  fields.check(
    bool(config.path), 'data.path', config.path, f'CelebA is needed. {_CURE}'
  )
  path, folder = _find(os.path.expanduser(config.path))
  images, names = archive.load(config, path, canvas_width, channels)
  partition = os.path.join(folder, _PARTITION)
  cure = f'It needs the official partition, {_PARTITION}, in {folder}.'
  if os.path.exists(partition):
    train, validation, test = _official(partition, names)
    cure = f'{partition} puts no picture of {path} into it. Get all pictures.'
  else:
    train, validation = dataset.split_indices(
      len(names), config.validation_fraction, seed
    )
    test = None
  return dataset.Dataset(
    name='celeba',
    train=rows.Rows([images], train),
    validation=rows.Rows([images], validation),
    load_test=(
      None if test is None else lambda: dataset.Split(rows.Rows([images], test))
    ),
    test_cure=cure,
  )


def _find(path: str) -> tuple[str, str]:
  """Returns where the pictures are, and the folder that this is in."""
  inside = [os.path.join(path, _NAME + '.zip'), os.path.join(path, _NAME)]
  for found in inside:
    if os.path.exists(found):
      return found, path
  folder, name = os.path.split(os.path.abspath(path))
  if os.path.isfile(path) or (os.path.isdir(path) and name == _NAME):
    return path, folder
  raise FileNotFoundError(
    f'{inside[0]} is missing, and so is {inside[1]}. {_CURE}'
  )


def _official(
  partition: str, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
  """Returns the indices of train, validation and, unless empty, test images."""
  split_of = _read_partition(partition)
  splits = []
  for name in names:
    split = split_of.get(os.path.basename(name))
    if split is None:
      raise ValueError(
        f'{partition} does not list {name}. Remove that picture, or move the '
        'partition away to hold out a share of all.'
      )
    splits.append(split)
  train, validation, test = (
    np.flatnonzero(np.asarray(splits) == split) for split in range(3)
  )
  if not len(train) or not len(validation):
    raise ValueError(
      f'{partition} puts {len(train)} of the {len(names)} pictures into the '
      f'training set and {len(validation)} into the validation set. Get all '
      'pictures, or move the partition away to hold out a share of them.'
    )
  return train, validation, test if len(test) else None


def _read_partition(path: str) -> dict[str, int]:
  """Reads lines of a name and 0 (train), 1 (validation) or 2 (test)."""
  split_of = {}
  with open(path, encoding='utf-8', errors='replace') as file:
    for number, line in enumerate(file, 1):
      words = line.split()
      if not words:
        continue
      if len(words) != 2 or words[1] not in ('0', '1', '2'):
        raise ValueError(
          f'{path}, line {number}: expected a name and 0, 1 or 2, found '
          f'{line.strip()[:60]!r}. Download it again.'
        )
      split_of[words[0]] = int(words[1])
  return split_of
