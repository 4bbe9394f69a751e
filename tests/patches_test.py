"""Tests of the windows of photographs."""

import itertools

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.datasets import patches

_CONFIG = sections.DataConfig(name='patches')


def _load(monkeypatch, channels=3, seed=0, width=16):
  monkeypatch.setattr(patches, '_NUM_TRAIN', 300)
  monkeypatch.setattr(patches, '_NUM_VALIDATION', 100)
  return datasets.load(_CONFIG, width, channels, seed)


def _paint_photographs(monkeypatch, photographs):
  source = sklearn_datasets.load_sample_images()
  source.images = photographs
  monkeypatch.setattr(sklearn_datasets, 'load_sample_images', lambda: source)


def test_shapes_and_seeds(monkeypatch):
  data = _load(monkeypatch)
  assert data.name == 'patches'
  assert data.train.shape == (300, 16, 16, 3)
  assert data.validation.shape == (100, 16, 16, 3)
  again, other = _load(monkeypatch), _load(monkeypatch, seed=1)
  for split in ('train', 'validation'):
    np.testing.assert_array_equal(data.images(split), again.images(split))
    assert not np.array_equal(data.images(split), other.images(split))
  assert len(np.unique(data.train, axis=0)) == 300


def test_no_pixel_is_shared_by_train_and_validation(monkeypatch):
  photograph = np.zeros([427, 640, 3], np.uint8)
  photograph[:, :384, 0] = 200
  photograph[:, 384:, :] = 90
  _paint_photographs(monkeypatch, [photograph])
  data = _load(monkeypatch)
  for image in itertools.chain(data.train, 255 - data.train):
    assert not (image == 90).any()
  assert set(np.unique(data.train)) <= {0, 200, 255, 55}
  assert set(np.unique(data.validation)) == {90, 165}


def test_windows_are_of_all_places_scales_and_sides(monkeypatch):
  # What is at (x, y) is told by red and green there.
  rows, columns = np.mgrid[:427, :640] // 3
  blue = np.full_like(rows, 250)
  photograph = np.stack([columns, rows, blue], -1).astype(np.uint8)
  _paint_photographs(monkeypatch, [photograph])
  data = _load(monkeypatch)
  sides, lefts, mirrored, inverted, orders = [], [], [], [], set()
  for image in data.train.astype(np.int32):
    constant = [len(np.unique(image[..., c])) == 1 for c in range(3)]
    if sum(constant) != 1:
      continue  # Too small to tell its channels apart.
    third = constant.index(True)
    inverted.append(image[0, 0, third] != 250)
    if inverted[-1]:
      image = 255 - image
    across = [np.ptp(image[0, :, c]) for c in range(3)]
    red = int(np.argmax(across))
    orders.add((third, red))
    steps = image[0, -1, red] - image[0, 0, red]
    mirrored.append(steps < 0)
    sides.append(3 * abs(steps) * 16 / 15)
    lefts.append(3 * image[0, :, red].min())
    # Square, and resized without a shift.
    green = 3 - third - red
    down = np.ptp(image[:, 0, green])
    assert abs(down - abs(steps)) <= 2
  assert len(sides) > 250
  assert min(sides) < 12 and 360 < max(sides) < 390
  # Log-uniform from 8 to 384: the median is their geometric mean, 55.
  assert 40 < np.median(sides) < 80
  assert max(lefts) > 330 and min(lefts) < 10
  assert 0.4 < np.mean(mirrored) < 0.6
  assert 0.4 < np.mean(inverted) < 0.6
  assert len(orders) == 6


def test_shrinking_makes_no_aliases(monkeypatch):
  photograph = np.zeros([427, 640, 3], np.uint8)
  photograph[::2] = 200
  _paint_photographs(monkeypatch, [photograph])
  monkeypatch.setattr(patches, '_ENLARGED', 1 / 6)  # At least 96 pixels.
  images = _load(monkeypatch).train.astype(np.int32)
  assert (np.minimum(images, 255 - images) > 80).all()


def test_luminance(monkeypatch):
  photograph = np.zeros([427, 640, 3], np.uint8)
  photograph[..., 0] = 255
  _paint_photographs(monkeypatch, [photograph])
  images = _load(monkeypatch, channels=1).train
  assert images.shape == (300, 16, 16, 1)
  # Of red, green, blue, cyan, magenta and yellow.
  assert set(np.unique(images)) == {76, 150, 29, 179, 105, 226}


def test_refuses_a_path_and_a_canvas_that_would_not_fit_into_memory():
  config = sections.DataConfig(name='patches', path='photos')
  with pytest.raises(ValueError, match=r'config\.data\.path.*photos.*images'):
    datasets.load(config, 16, 3, 0)
  with pytest.raises(ValueError, match=r'canvas_width.*256.*128'):
    datasets.load(_CONFIG, 256, 3, 0)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
