"""Tests of the MNIST reader on IDX files written here."""

import gzip
import struct

import numpy as np
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections

TRAIN_IMAGES = 'train-images-idx3-ubyte.gz'
TRAIN_LABELS = 'train-labels-idx1-ubyte.gz'
TEST_IMAGES = 't10k-images-idx3-ubyte.gz'
TEST_LABELS = 't10k-labels-idx1-ubyte.gz'
COUNT = 20


def _images(count=COUNT):
  return np.random.default_rng(0).integers(
    256, size=[count, 28, 28], dtype=np.uint8
  )


def _labels(count=COUNT):
  return np.arange(count, dtype=np.uint8) % 10


def _images_idx(images, magic=2051, count=None):
  count = len(images) if count is None else count
  header = struct.pack('>4I', magic, count, *images.shape[1:])
  return header + images.tobytes()


def _labels_idx(labels, magic=2049, count=None):
  count = len(labels) if count is None else count
  return struct.pack('>2I', magic, count) + labels.tobytes()


def _write(folder, name, idx):
  (folder / name).write_bytes(gzip.compress(idx))


@pytest.fixture
def folder(tmp_path):
  _write(tmp_path, TRAIN_IMAGES, _images_idx(_images()))
  _write(tmp_path, TRAIN_LABELS, _labels_idx(_labels()))
  return tmp_path


def _load(folder, width=32):
  config = sections.DataConfig(
    name='mnist', path=str(folder), validation_fraction=0.25
  )
  return datasets.load(config, canvas_width=width, channels=1, seed=0)


def test_images_are_padded_inverted_and_keep_their_labels(folder):
  data = _load(folder)
  assert data.train.shape == (15, 32, 32, 1)
  assert data.validation.shape == (5, 32, 32, 1)
  assert data.train.dtype == np.uint8
  assert data.train_labels.dtype == np.int32
  source = {image.tobytes(): i for i, image in enumerate(_images())}
  found = []
  for images, labels in (
    (data.train, data.train_labels),
    (data.validation, data.validation_labels),
  ):
    for image, label in zip(images, labels):
      frame = image.copy()
      frame[2:30, 2:30] = 255
      assert (frame == 255).all()
      i = source[(255 - image[2:30, 2:30, 0]).tobytes()]
      assert label == i % 10
      found.append(i)
  assert sorted(found) == list(range(COUNT))


@pytest.mark.parametrize('width', [16, 64])
def test_other_widths_are_resized(folder, width):
  small, large = _load(folder).train, _load(folder, width).train
  assert large.shape == (15, width, width, 1)
  # The margin stays paper, but for what antialiasing lets in.
  assert large[:, 0].mean() > 230 and large[:, :, -1].mean() > 230
  np.testing.assert_allclose(
    large.mean((1, 2, 3)), small.mean((1, 2, 3)), atol=2
  )


def test_test_pair_is_the_test_split(folder):
  _write(folder, TEST_IMAGES, _images_idx(_images(7)))
  _write(folder, TEST_LABELS, _labels_idx(_labels(7)))
  data = _load(folder)
  source = {image.tobytes(): i for i, image in enumerate(_images(7))}
  ink = 255 - data.images('test')[:, 2:30, 2:30, 0]
  order = [source[image.tobytes()] for image in ink]
  assert sorted(order) == list(range(7)) != order
  np.testing.assert_array_equal(data.labels('test'), _labels(7)[order])
  np.testing.assert_array_equal(
    _load(folder).images('test'), data.images('test')
  )


@pytest.mark.parametrize('name', [TEST_IMAGES, TEST_LABELS])
@pytest.mark.parametrize('missing', [True, False])
def test_unsound_test_pair_troubles_only_who_asks_for_it(folder, name, missing):
  _write(folder, TEST_IMAGES, _images_idx(_images(7)))
  _write(folder, TEST_LABELS, _labels_idx(_labels(7)))
  sound = _load(folder)
  if missing:
    (folder / name).unlink()
  else:
    (folder / name).write_bytes(b'not gzip')
  data = _load(folder)
  for split in ('train', 'validation'):
    np.testing.assert_array_equal(data.images(split), sound.images(split))
    np.testing.assert_array_equal(data.labels(split), sound.labels(split))
  with pytest.raises((FileNotFoundError, ValueError)) as error:
    data.images('test')
  assert str(folder / name) in str(error.value)
  assert f'Download {name} from https://' in str(error.value)


@pytest.mark.parametrize('name', [TRAIN_IMAGES, TRAIN_LABELS])
def test_missing_file(folder, name):
  (folder / name).unlink()
  with pytest.raises(FileNotFoundError) as error:
    _load(folder)
  assert str(folder / name) in str(error.value)
  assert 'https://' in str(error.value)


def test_no_path_given():
  with pytest.raises(ValueError, match=r'data\.path'):
    _load('')


@pytest.mark.parametrize('name', [TRAIN_IMAGES, TRAIN_LABELS])
@pytest.mark.parametrize('keep', [0, 5, 0.5, -1])
def test_gzip_cut_short(folder, name, keep):
  data = (folder / name).read_bytes()
  if isinstance(keep, float):
    keep = int(keep * len(data))
  (folder / name).write_bytes(data[:keep])
  with pytest.raises(ValueError, match=r'expected .* found') as error:
    _load(folder)
  assert str(folder / name) in str(error.value)
  assert f'Download {name} from https://' in str(error.value)


def test_flipped_byte_fails_the_checksum(folder):
  data = bytearray((folder / TRAIN_IMAGES).read_bytes())
  data[len(data) // 2] ^= 0xFF
  (folder / TRAIN_IMAGES).write_bytes(data)
  with pytest.raises(ValueError, match='expected an intact gzip file'):
    _load(folder)


def test_not_gzip(folder):
  (folder / TRAIN_IMAGES).write_bytes(_images_idx(_images()))
  with pytest.raises(ValueError, match='expected an intact gzip file'):
    _load(folder)


@pytest.mark.parametrize(
  'name, idx, message',
  [
    (
      TRAIN_IMAGES,
      _labels_idx(_labels(40)),
      'expected magic number 2051, found 2049',
    ),
    (
      TRAIN_LABELS,
      _images_idx(_images()),
      'expected magic number 2049, found 2051',
    ),
    (TRAIN_IMAGES, b'\x00\x00\x08', 'expected a header of 16 bytes, found 3'),
    (
      TRAIN_IMAGES,
      _images_idx(np.zeros([COUNT, 32, 28], np.uint8)),
      'expected images of 28x28 pixels, found 32x28',
    ),
    (
      TRAIN_IMAGES,
      _images_idx(_images(), count=COUNT + 1),
      f'claims {COUNT + 1} items, 16464 bytes, found 15680',
    ),
    (TRAIN_IMAGES, _images_idx(_images(), count=COUNT - 1), 'found more'),
    (TRAIN_LABELS, _labels_idx(_labels(), count=COUNT + 1), 'found 20'),
    (TRAIN_LABELS, _labels_idx(_labels(19)), '20 images .* 19 labels'),
    (TRAIN_LABELS, _labels_idx(_labels() + 1), 'label 10'),
  ],
)
def test_foreign_content(folder, name, idx, message):
  _write(folder, name, idx)
  with pytest.raises(ValueError, match=message) as error:
    _load(folder)
  assert str(folder / name) in str(error.value)


@pytest.mark.parametrize('count', [2**32 - 1, 2_000_000, 900_000])
def test_hostile_count_is_refused_before_anything_is_read(folder, count):
  _write(folder, TRAIN_IMAGES, _images_idx(_images(), count=count))
  with pytest.raises(ValueError, match=r'more than a file of .* can hold'):
    _load(folder)


def test_empty_set_is_refused(folder):
  _write(folder, TRAIN_IMAGES, _images_idx(_images(0)))
  _write(folder, TRAIN_LABELS, _labels_idx(_labels(0)))
  with pytest.raises(ValueError, match='at least 2'):
    _load(folder)


def test_colour_canvases(folder):
  _write(folder, TEST_IMAGES, _images_idx(_images(7)))
  _write(folder, TEST_LABELS, _labels_idx(_labels(7)))
  config = sections.DataConfig(
    name='mnist', path=str(folder), validation_fraction=0.25
  )
  colour = datasets.load(config, canvas_width=32, channels=3, seed=0)
  grey = _load(folder)
  for split in ('train', 'validation', 'test'):
    assert colour.images(split).shape[1:] == (32, 32, 3)
    for channel in range(3):
      np.testing.assert_array_equal(
        colour.images(split)[..., channel], grey.images(split)[..., 0]
      )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
