"""Tests of spiral_tf.types."""

import copy
import pickle

from dm_env import specs
import numpy as np
import pytest

from spiral_tf import types


def test_location_counts_the_cells_of_its_grid():
  spec = types.LocationArray(6, name='end')
  assert spec.grid_width == 6
  assert spec.num_values == 36
  assert (spec.shape, spec.dtype, spec.name) == ((), np.int32, 'end')


def test_location_validates_like_any_discrete_array():
  spec = types.LocationArray(3)
  for cell in (0, 8):
    assert spec.validate(np.int32(cell)) == cell
  for wrong in (np.int32(9), np.int32(-1), np.int64(1), np.zeros(1, np.int32)):
    with pytest.raises(ValueError):
      spec.validate(wrong)


def test_location_says_where_its_cells_are():
  even = types.LocationArray(2)
  assert even.centers is None
  np.testing.assert_array_equal(
    even.places, [[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]]
  )
  centers = np.linspace(0.1, 0.8, 8).reshape(4, 2)
  spec = types.LocationArray(2, centers=centers)
  for same in (
    spec,
    spec.replace(name='end'),
    pickle.loads(pickle.dumps(spec)),
  ):
    np.testing.assert_array_equal(same.places, centers)
  with pytest.raises(ValueError, match=r'\[4, 2\].*\[9, 2\]'):
    types.LocationArray(3, centers=centers)


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_location_survives_pickling(protocol):
  spec = types.LocationArray(5, name='control')
  other = pickle.loads(pickle.dumps(spec, protocol))
  assert type(other) is types.LocationArray
  assert (other.grid_width, other.num_values) == (5, 25)
  assert (other.dtype, other.name) == (np.int32, 'control')
  assert other == spec
  assert copy.deepcopy(spec).grid_width == 5


def test_location_replace_changes_only_what_is_named():
  spec = types.LocationArray(5, name='control')
  wider = spec.replace(grid_width=7)
  assert type(wider) is types.LocationArray
  assert (wider.grid_width, wider.num_values, wider.name) == (7, 49, 'control')
  renamed = spec.replace(name='end')
  assert (renamed.grid_width, renamed.name) == (5, 'end')
  assert spec.grid_width == 5


def test_location_is_no_plain_discrete_array():
  assert isinstance(types.LocationArray(4), specs.DiscreteArray)
  assert not isinstance(specs.DiscreteArray(16), types.LocationArray)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
