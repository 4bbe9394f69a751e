"""Crosses, drawn when they are loaded: a vertical and a horizontal line."""

import numpy as np

from spiral_tf.config import sections
from spiral_tf.datasets import dataset

_NUM = 200


def load(
  config: sections.DataConfig, canvas_width: int, channels: int, seed: int
) -> dataset.Dataset:
  """Draws the crosses; see `datasets.load`."""
  images = np.full([_NUM, canvas_width, canvas_width, 1], 255, np.uint8)
  places = np.random.default_rng(0).integers(canvas_width, size=[_NUM, 2])
  for image, (row, column) in zip(images, places):
    image[row], image[:, column] = 0, 0
  train, validation = dataset.split_indices(
    _NUM, config.validation_fraction, seed
  )
  return dataset.Dataset(
    name='crosses',
    train=dataset.repeat_channel(images[train], channels),
    validation=dataset.repeat_channel(images[validation], channels),
  )
