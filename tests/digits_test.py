"""Tests of the data-set interface on the built-in digits."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections


@pytest.fixture(scope='module')
def digits():
  return datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )


def test_shapes_types_and_sizes(digits):
  assert digits.name == 'digits'
  assert digits.train.shape == (1617, 32, 32, 1)
  assert digits.validation.shape == (180, 32, 32, 1)
  assert digits.train.dtype == digits.validation.dtype == np.uint8
  assert digits.train_labels.shape == (1617,)
  assert digits.train_labels.dtype == digits.validation_labels.dtype == np.int32
  assert set(digits.train_labels) == set(digits.validation_labels)
  assert set(digits.train_labels) == set(range(10))


def test_ink_is_black_on_white_paper_and_centred(digits):
  frame = digits.train.copy()
  frame[:, 4:28, 4:28] = 255
  assert (frame == 255).all()
  assert digits.train.min() == 0
  ink = 255.0 - digits.train.mean(0)[..., 0]
  rows, columns = np.mgrid[:32, :32] - 15.5
  assert abs((ink * rows).sum() / ink.sum()) < 1
  assert abs((ink * columns).sum() / ink.sum()) < 1


def test_enlarged_images_still_show_the_source():
  from sklearn import datasets as sklearn_datasets

  source = sklearn_datasets.load_digits()
  data = datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=3
  )
  images = np.concatenate([data.train, data.validation])
  labels = np.concatenate([data.train_labels, data.validation_labels])
  # Pixel centres of the 8x8 image are the centres of 3x3 blocks of the large.
  small = (255.0 - images[:, 5:28:3, 5:28:3, 0]) / 255 * 16
  order = np.random.default_rng(3).permutation(1797)
  train, held_out = order[180:], order[:180]
  order = np.concatenate([train, held_out])
  np.testing.assert_allclose(small, source.images[order], atol=0.04)
  np.testing.assert_array_equal(labels, source.target[order])


@pytest.mark.parametrize('width', [33, 64])
def test_other_widths(width):
  data = datasets.load(
    sections.DataConfig(), canvas_width=width, channels=1, seed=0
  )
  assert data.train.shape == (1617, width, width, 1)
  assert data.train.min() == 0 and data.train.max() == 255


def test_split_is_seeded_and_complete(digits):
  again = datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )
  other = datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=1
  )
  np.testing.assert_array_equal(digits.validation, again.validation)
  assert not np.array_equal(digits.validation, other.validation)
  everything = [
    sorted(image.tobytes() for image in itertools.chain(d.train, d.validation))
    for d in (digits, other)
  ]
  assert everything[0] == everything[1]


def test_validation_fraction():
  config = sections.DataConfig(validation_fraction=0.5)
  data = datasets.load(config, canvas_width=8, channels=1, seed=0)
  assert len(data.validation) == round(1797 / 2)


def test_missing_split_is_named(digits):
  with pytest.raises(
    ValueError, match=r'"digits" has no split "test".*"mnist"'
  ):
    digits.images('test')
  with pytest.raises(ValueError, match='no split "held_out"'):
    digits.batches('held_out', 4, seed=0)


def test_importing_data_sets_does_not_import_tensorflow():
  code = 'import sys, spiral_tf.datasets; sys.exit("tensorflow" in sys.modules)'
  result = subprocess.run(
    [sys.executable, '-c', code],
    env={'PYTHONPATH': ':'.join(sys.path)},
    check=False,
  )
  assert result.returncode == 0


def test_colour_canvases(digits):
  colour = datasets.load(
    sections.DataConfig(), canvas_width=32, channels=3, seed=0
  )
  for split in ('train', 'validation'):
    assert colour.images(split).shape[1:] == (32, 32, 3)
    for channel in range(3):
      np.testing.assert_array_equal(
        colour.images(split)[..., channel], digits.images(split)[..., 0]
      )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
