"""Tests of views of rows: whatever the key, they answer like an array."""

import numpy as np
import pytest

from spiral_tf.datasets import rows

_ARRAY = np.arange(11 * 2 * 3, dtype=np.uint8).reshape(11, 2, 3)
_ORDER = np.array([10, 0, 7, 3, 3, 4])
_VIEW = rows.Rows([_ARRAY[:4], _ARRAY[4:8], _ARRAY[8:]], _ORDER)


@pytest.mark.parametrize(
  'key',
  [
    0,
    -1,
    np.int64(2),
    slice(None),
    slice(1, 5, 2),
    slice(3, 3),
    [5, 0, 0],
    np.array([[0, 1], [2, 3]]),
    np.array([True, False, True, False, False, True]),
    np.zeros([0], np.int64),
  ],
  ids=str,
)
def test_a_key_means_what_it_means_to_an_array(key):
  expected = _ARRAY[_ORDER][key]
  found = _VIEW[key]
  assert found.dtype == expected.dtype
  np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize('key', [6, -7, [0, 6], (0, 1)], ids=str)
def test_what_is_not_there_is_an_error(key):
  with pytest.raises(IndexError):
    _VIEW[key]


def test_looks_like_an_array():
  assert _VIEW.shape == (6, 2, 3) and _VIEW.ndim == 3 and len(_VIEW) == 6
  assert _VIEW.dtype == np.uint8
  np.testing.assert_array_equal(np.asarray(_VIEW), _ARRAY[_ORDER])
  assert np.asarray(_VIEW, np.float32).dtype == np.float32
  np.testing.assert_array_equal(np.stack(list(_VIEW)), _ARRAY[_ORDER])


def test_a_subset_is_counted_from_the_view():
  subset = _VIEW.subset(np.array([2, 0]))
  np.testing.assert_array_equal(subset[:], _ARRAY[[7, 10]])


def test_follows_its_parts_but_returns_copies():
  array = _ARRAY.copy()
  view = rows.Rows([array[:6], array[6:]], np.array([7, 1]))
  view[:][:] = 0
  view[0][:] = 0
  np.testing.assert_array_equal(array, _ARRAY)
  array[7] = 99
  assert np.all(view[0] == 99)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
