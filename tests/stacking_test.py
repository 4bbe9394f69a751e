"""Tests of the stacking of structures."""

import numpy as np
import pytest

from spiral_tf import stacking


def test_leaves_are_stacked_and_keep_their_types():
  structures = [
    {
      'canvas': np.full([2, 3], i, np.uint8),
      'inner': {'mask': np.float32(i / 2), 'end': np.array(i, np.int32)},
    }
    for i in range(4)
  ]
  stacked = stacking.stack(structures)
  assert list(stacked) == ['canvas', 'inner']
  assert stacked['canvas'].dtype == np.uint8
  np.testing.assert_array_equal(stacked['canvas'][:, 1, 2], range(4))
  mask, end = stacked['inner']['mask'], stacked['inner']['end']
  assert (mask.dtype, end.dtype) == (np.float32, np.int32)
  np.testing.assert_array_equal(mask, [0, 0.5, 1, 1.5])
  np.testing.assert_array_equal(end, range(4))


def test_what_is_stacked_is_a_copy():
  canvas = np.zeros([2], np.uint8)
  stacked = stacking.stack([canvas, canvas])
  canvas[:] = 1
  assert not stacked.any()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
