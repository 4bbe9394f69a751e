"""Tests of spiral_tf.nodes.transfer."""

import io
import pickle

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.nodes import transfer


def _variables(scale):
  return [
    tf.Variable(scale * np.arange(6, dtype=np.float32).reshape(2, 3)),
    tf.Variable(scale, dtype=tf.int64),
    *(tf.Variable(np.float32(scale + i)) for i in range(20)),
  ]


def test_values_arrive_in_their_order():
  source, target = _variables(3), _variables(0)
  transfer.unpack(transfer.pack(source), target)
  for a, b in zip(source, target, strict=True):
    np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize(
  'wrong',
  [
    _variables(0)[1:],
    [tf.Variable(np.zeros([3, 2], np.float32)), *_variables(0)[1:]],
    [*_variables(0)[:-1], tf.Variable(np.float64(0))],
  ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(wrong):
  before = [variable.numpy() for variable in wrong]
  with pytest.raises(ValueError, match='same networks'):
    transfer.unpack(transfer.pack(_variables(3)), wrong)
  for old, variable in zip(before, wrong):
    np.testing.assert_array_equal(old, variable.numpy())


def test_nothing_is_unpickled():
  file = io.BytesIO()
  np.savez(file, np.array([print], dtype=object))
  with pytest.raises(ValueError, match='allow_pickle'):
    transfer.unpack(file.getvalue(), [tf.Variable(0.0)])
  with pytest.raises(ValueError):
    transfer.unpack(pickle.dumps([1.0]), [tf.Variable(0.0)])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
