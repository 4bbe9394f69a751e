"""Omniglot: handwritten characters of 50 alphabets, each drawn by 20 people."""

import os

import numpy as np
from PIL import Image
from PIL import ImageOps

from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.datasets import archive
from spiral_tf.datasets import dataset
from spiral_tf.datasets import decoding
from spiral_tf.datasets import rows

_BACKGROUND, _EVALUATION = 'images_background', 'images_evaluation'
_SOURCE = 'https://github.com/brendenlake/omniglot (folder python)'
_LAYOUT = 'alphabet/character/drawing.png'


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Loads Omniglot: `images_background` and, for tests, `images_evaluation`.

  Either may be a zip file or the folder in it; the latter is opened by who asks
  for the test split. The 105x105 drawings are resized bilinearly (with
  antialiasing where that is smaller). Whole alphabets of the background set are
  held out, `validation_fraction` of them and at least one, so that no character
  of the validation set is one to learn from.

  Labels are indices of characters, those of the evaluation set after those of
  the background set.

  Args:
    config: `path` is the folder that holds them, or one of them itself, which
      is then split into train and validation and has no test split;
      `validation_fraction`, `bad_images` and `cache` are used.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`; with 3, all are the same.
    seed: of the split into train and validation, and of the order in all
      splits.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images, black ink on white paper, left
    on disk.

  Raises:
    FileNotFoundError: the background set is missing.
    ValueError: no path is given, or a file is damaged or foreign.
  """
  fields.check(
    bool(config.path),
    'data.path',
    config.path,
    f'Omniglot is needed. {_cure()}',
  )
  path = os.path.expanduser(config.path)
  background, evaluation = _find(path)
  if background is None:
    raise FileNotFoundError(
      f'{os.path.join(path, _BACKGROUND)}.zip is missing, and so is the folder '
      f'of that name. {_cure()}'
    )
  rng = np.random.default_rng(seed)
  cached = archive.load(config, background, canvas_width, channels, _fit)
  alphabets, labels = _classes(background, cached.names)
  count = alphabets.max() + 1
  if count < 2:
    raise ValueError(
      f'{background} holds {count} alphabet, but at least 2 are needed: one to '
      f'learn from and one to hold out. {_cure()}'
    )
  _, held_out = dataset.split_indices(count, config.validation_fraction, seed)
  is_held_out = np.isin(alphabets, held_out)
  train = rng.permutation(np.flatnonzero(~is_held_out))
  validation = rng.permutation(np.flatnonzero(is_held_out))

  def load_test() -> dataset.Split:
    tests = archive.load(config, evaluation, canvas_width, channels, _fit)
    _, characters = _classes(evaluation, tests.names)
    order = np.random.default_rng(seed).permutation(len(characters))
    return dataset.Split(
      rows.Rows([tests.images], order),
      characters[order] + np.int32(labels.max() + 1),
    )

  return dataset.Dataset(
    name='omniglot',
    train=rows.Rows([cached.images], train),
    validation=rows.Rows([cached.images], validation),
    train_labels=labels[train],
    validation_labels=labels[validation],
    load_test=None if evaluation is None else load_test,
    test_cure=(
      f'{path} is all of its images: use "validation", or an agent whose '
      f'config.data.path is a folder with {_EVALUATION} in it, too.'
      if background == path
      else _cure(_EVALUATION)
    ),
  )


def _cure(name: str = _BACKGROUND) -> str:
  return (
    f'Download {name}.zip from {_SOURCE} and put it, or the folder {name} that '
    'is in it, into the folder config.data.path.'
  )


def _find(path: str) -> tuple[str | None, str | None]:
  """Returns where the background and the evaluation set are, or None."""
  name = os.path.basename(os.path.abspath(path))
  if os.path.isfile(path) or (os.path.isdir(path) and name == _BACKGROUND):
    return path, None
  found = []
  for name in (_BACKGROUND, _EVALUATION):
    inside = [os.path.join(path, name + '.zip'), os.path.join(path, name)]
    found.append(next(filter(os.path.exists, inside), None))
  return found[0], found[1]


def _classes(path: str, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
  """Returns the alphabet and the character of each drawing, int32 `[N]`."""
  alphabets, characters = [], []
  for name in names:
    parts = name.split('/')
    if len(parts) < 3:
      raise ValueError(
        f'{path} holds {name}, but its drawings are in {_LAYOUT}. {_cure()}'
      )
    alphabets.append('/'.join(parts[:-2]))
    characters.append('/'.join(parts[:-1]))
  indices = [
    np.unique(names, return_inverse=True)[1].astype(np.int32)
    for names in (alphabets, characters)
  ]
  return indices[0], indices[1]


def _fit(image: Image.Image, width: int) -> Image.Image:
  """Resizes a drawing, made dark on light if its border says otherwise."""
  pixels = np.asarray(image)
  border = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
  if np.median(np.concatenate(border)) < 128:
    image = ImageOps.invert(image)
  # Other filters ring, which would leave traces on the paper around the ink.
  return decoding.centre_square(image, width, Image.Resampling.BILINEAR)
