"""Scikit-learn's built-in handwritten digits: 1797 images of 8x8 pixels."""

import numpy as np
from PIL import Image

from spiral_tf.config import sections
from spiral_tf.datasets import dataset

# Share of the canvas's width that a digit fills: 24 of 32 pixels.
_FILLED = 0.75


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Loads the digits, enlarged smoothly and centred on white canvases.

  Args:
    config: `validation_fraction` is used; the images need no path.
    canvas_width: `W`, width and height of the images, pixels.
    channels: `C`; with 3, all are the same.
    seed: of the split into train and validation.

  Returns:
    A `Dataset` of uint8 `[N, W, W, C]` images without a test split.
  """
  # Imported here: it takes a second, which only users of this data set owe.
  from sklearn import datasets as sklearn_datasets

  source = sklearn_datasets.load_digits()
  images = _on_canvas(source.images, canvas_width)
  labels = source.target.astype(np.int32)
  train, validation = dataset.split_indices(
    len(images), config.validation_fraction, seed
  )
  return dataset.Dataset(
    name='digits',
    train=dataset.repeat_channel(images[train], channels),
    validation=dataset.repeat_channel(images[validation], channels),
    train_labels=labels[train],
    validation_labels=labels[validation],
    test_cure=(
      'Scikit-learn has none of these digits beside those that are split into '
      '"train" and "validation": use "validation", or an agent that is trained '
      'on "mnist".'
    ),
  )


def _on_canvas(ink: np.ndarray, canvas_width: int) -> np.ndarray:
  """Draws ink `[N, 8, 8]` in [0, 16] as uint8 `[N, W, W, 1]` canvases."""
  width = int(canvas_width * _FILLED)
  start = (canvas_width - width) // 2
  inside = slice(start, start + width)
  canvases = np.full(
    [len(ink), canvas_width, canvas_width, 1], 255, dtype=np.uint8
  )
  for canvas, digit in zip(canvases, ink):
    # A bicubic filter overshoots: floats keep that until it is clipped below.
    small = Image.fromarray((digit / 16).astype(np.float32))
    large = np.asarray(small.resize((width, width), Image.Resampling.BICUBIC))
    canvas[inside, inside, 0] = np.rint(255 * (1 - large.clip(0, 1)))
  return canvases
