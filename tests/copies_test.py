"""Tests of spiral_tf.population.copies."""

import os

import pytest

from spiral_tf.population import copies
from tests import damages

_STATES = {'policy': b'p' * 100, 'discriminator': b'd' * 100}


def test_what_was_written_is_read_until_it_is_removed(tmp_path):
  folder = str(tmp_path)
  sums = copies.write(folder, 3, _STATES)
  assert copies.read(folder, 3, sums) == copies.read(folder, 3, None) == _STATES
  with pytest.raises(ValueError, match=r'copy_04_policy\.npz is missing'):
    copies.read(folder, 4, sums)
  (tmp_path / 'notes').touch()
  copies.remove(folder, 3)
  copies.remove(folder, 3)
  assert os.listdir(folder) == ['notes']


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('part', _STATES)
def test_damage_is_found_and_named(tmp_path, part, harm):
  sums = copies.write(str(tmp_path), 3, _STATES)
  path = tmp_path / f'copy_03_{part}.npz'
  harm(path)
  with pytest.raises(ValueError, match=r'missing|damaged') as error:
    copies.read(str(tmp_path), 3, sums)
  assert str(path) in str(error.value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
