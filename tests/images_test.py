"""Tests of data sets made of any pictures."""

import zipfile

import numpy as np
from PIL import Image
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections


def _load(path, channels=3, seed=0, **config):
  config = sections.DataConfig(
    name='images', path=str(path), cache=str(path.parent / 'cache'), **config
  )
  return datasets.load(config, 16, channels, seed)


@pytest.fixture
def folder(tmp_path):
  folder = tmp_path / 'pictures'
  (folder / 'holiday' / 'beach').mkdir(parents=True)
  for i in range(10):
    where = folder / ('', 'holiday', 'holiday/beach')[i % 3]
    form = ('png', 'jpg', 'gif', 'webp', 'bmp')[i % 5]
    image = Image.new('RGB', (20 + 3 * i, 40), (20 * i,) * 3)
    image.save(where / f'{i}.{form}')
  return folder


def _numbers(images):
  return [round(float(image.mean()) / 20) for image in images]


@pytest.mark.parametrize('channels', [1, 3])
def test_folder_is_searched_and_split_by_the_seed(folder, channels):
  data = _load(folder, channels, validation_fraction=0.3)
  assert data.train.shape == (7, 16, 16, channels)
  assert data.validation.shape == (3, 16, 16, channels)
  numbers = _numbers(data.train) + _numbers(data.validation)
  assert sorted(numbers) == list(range(10))
  assert data.train_labels is None
  with pytest.raises(ValueError, match=r'no split "test".*use "validation"'):
    data.images('test')
  again = _load(folder, channels, validation_fraction=0.3)
  assert _numbers(again.train) == _numbers(data.train)
  other = _load(folder, channels, seed=1, validation_fraction=0.3)
  assert _numbers(other.train) != _numbers(data.train)


def test_zip_serves_like_the_folder(folder):
  path = folder.parent / 'pictures.zip'
  with zipfile.ZipFile(path, 'w') as file:
    for picture in folder.rglob('*.*'):
      file.write(picture, picture.relative_to(folder))
  np.testing.assert_array_equal(_load(path).train[:], _load(folder).train[:])


def test_bad_pictures_as_the_user_chooses(folder, capsys):
  (folder / 'broken.jpg').write_bytes(b'not a picture')
  with pytest.raises(ValueError, match=r'broken\.jpg is no sound .*bad_images'):
    _load(folder)
  data = _load(folder, bad_images='skip')
  assert len(data.train) + len(data.validation) == 10
  assert 'skipped 1 of 11 pictures: broken.jpg' in capsys.readouterr().err


def test_missing_folder(tmp_path):
  with pytest.raises(FileNotFoundError, match=r'--config\.data\.path'):
    _load(tmp_path / 'nowhere')


def test_one_picture_is_not_enough(tmp_path):
  (tmp_path / 'one').mkdir()
  Image.new('L', (9, 9)).save(tmp_path / 'one' / '1.png')
  with pytest.raises(ValueError, match=r'1 picture, .* at least 2'):
    _load(tmp_path / 'one')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
