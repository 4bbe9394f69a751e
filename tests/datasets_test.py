"""Tests of the one way to all data sets."""

import numpy as np
from PIL import Image
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections

NAMES = ('digits', 'mnist', 'omniglot', 'celeba', 'scenes', 'images')


@pytest.mark.parametrize('name', NAMES[1:])
def test_each_says_what_it_needs_when_there_is_no_path(name):
  config = sections.DataConfig(name=name)
  with pytest.raises(ValueError, match=r'config\.data\.path'):
    datasets.load(config, canvas_width=16, channels=1, seed=0)


@pytest.mark.parametrize('name', NAMES[1:])
def test_each_says_what_is_missing(name, tmp_path):
  config = sections.DataConfig(name=name, path=str(tmp_path / 'nowhere'))
  with pytest.raises(FileNotFoundError, match='nowhere'):
    datasets.load(config, canvas_width=16, channels=1, seed=0)


@pytest.mark.parametrize('channels', [1, 3])
def test_load_passes_everything_on(tmp_path, channels):
  for i in range(8):
    Image.new('RGB', (9, 9), (255, 10 * i, 0)).save(tmp_path / f'{i}.png')
  config = sections.DataConfig(
    name='images', path=str(tmp_path), cache=str(tmp_path / 'cache')
  )
  data = datasets.load(config, canvas_width=16, channels=channels, seed=3)
  assert data.name == 'images'
  assert data.train.shape == (7, 16, 16, channels)
  other = datasets.load(config, canvas_width=16, channels=channels, seed=4)
  assert not np.array_equal(data.train[:], other.train[:])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
