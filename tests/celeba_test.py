"""Tests of the reader of CelebA on small sets in its format."""

import io
import zipfile

import numpy as np
from PIL import Image
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections

COUNT = 20
ZIP = 'img_align_celeba.zip'
PARTITION = 'list_eval_partition.txt'


def _names(count=COUNT):
  return [f'{i:06}.jpg' for i in range(1, count + 1)]


def _members(count=COUNT):
  """178x218 JPEG files: grey as its number, red above and below the square."""
  members = {}
  for i, name in enumerate(_names(count)):
    pixels = np.full([218, 178, 3], 10 * i, np.uint8)
    pixels[:12] = pixels[-12:] = (255, 0, 0)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, 'JPEG', quality=95)
    members[f'img_align_celeba/{name}'] = file.getvalue()
  return members


@pytest.fixture
def folder(tmp_path):
  folder = tmp_path / 'celeba'
  folder.mkdir()
  with zipfile.ZipFile(folder / ZIP, 'w') as file:
    for name, data in _members().items():
      file.writestr(name, data)
  return folder


def _load(path, channels=3, seed=0):
  config = sections.DataConfig(
    name='celeba',
    path=str(path),
    cache=str(path.parent / 'cache'),
    validation_fraction=0.25,
  )
  return datasets.load(config, 32, channels, seed)


def _numbers(images):
  return [round(float(image.mean()) / 10) for image in images]


def _partition(folder, splits, names=None):
  names = names or _names(len(splits))
  lines = [f'{name} {split}\n' for name, split in zip(names, splits)]
  (folder / PARTITION).write_text(''.join(lines))


@pytest.mark.parametrize('channels', [1, 3])
def test_the_square_in_the_middle_is_kept(folder, channels):
  data = _load(folder, channels)
  assert data.train.shape == (15, 32, 32, channels)
  assert data.validation.shape == (5, 32, 32, channels)
  numbers = _numbers(data.train) + _numbers(data.validation)
  assert sorted(numbers) == list(range(COUNT))
  for image in data.train:
    assert np.ptp(image) <= 3  # No red from above or below.


def test_split_follows_the_seed_without_a_partition(folder):
  assert _numbers(_load(folder).train) == _numbers(_load(folder).train)
  others = _numbers(_load(folder, seed=1).validation)
  assert sorted(_numbers(_load(folder).validation)) != sorted(others)
  with pytest.raises(ValueError, match=f'no split "test".*{PARTITION}'):
    _load(folder).images('test')


def test_official_partition(folder):
  # More names than pictures: some may have been skipped.
  _partition(folder, [0] * 12 + [1] * 5 + [2] * 3 + [2] * 4)
  data = _load(folder)
  assert _numbers(data.train) == list(range(12))
  assert _numbers(data.validation) == list(range(12, 17))
  assert _numbers(data.images('test')) == list(range(17, 20))


def test_partition_without_test_pictures(folder):
  _partition(folder, [1] * 5 + [0] * 15)
  data = _load(folder)
  assert _numbers(data.validation) == list(range(5))
  with pytest.raises(ValueError, match=r'no picture .* Get all') as error:
    data.images('test')
  assert str(folder / PARTITION) in str(error.value)


@pytest.mark.parametrize(
  'lines, message',
  [
    ('000001.jpg 0\n000002.jpg 3\n', "line 2: expected .* '000002.jpg 3'"),
    ('000001.jpg\n', 'line 1: expected a name and 0, 1 or 2'),
    ('000001.jpg 0\n', r'does not list .*000002\.jpg'),
  ],
)
def test_unsound_partition(folder, lines, message):
  (folder / PARTITION).write_text(lines)
  with pytest.raises(ValueError, match=message) as error:
    _load(folder)
  assert str(folder / PARTITION) in str(error.value)


def test_partition_that_leaves_a_split_empty(folder):
  _partition(folder, [0] * COUNT)
  with pytest.raises(ValueError, match=r'20 of the 20 .* 0 into the val'):
    _load(folder)


def test_folders_serve_like_zips(folder, tmp_path):
  extracted = tmp_path / 'extracted'
  for name, data in _members().items():
    (extracted / name).parent.mkdir(parents=True, exist_ok=True)
    (extracted / name).write_bytes(data)
  for where in (folder, extracted):
    _partition(where, [0] * 12 + [1] * 5 + [2] * 3)
  expected = _load(folder)
  for path in (extracted, extracted / 'img_align_celeba', folder / ZIP):
    data = _load(path)
    for split in ('train', 'validation', 'test'):
      np.testing.assert_array_equal(
        data.images(split)[:], expected.images(split)[:]
      )


def test_missing_pictures_say_what_to_download(tmp_path):
  with pytest.raises(FileNotFoundError) as error:
    _load(tmp_path)
  message = str(error.value)
  assert str(tmp_path / ZIP) in message
  assert 'mmlab.ie.cuhk.edu.hk/projects/CelebA.html' in message
  assert 'config.data.path' in message


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
