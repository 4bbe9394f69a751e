"""Shapes are checked where they are known, and only there."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import shapes


def test_equal_letters_are_equal_sizes():
  canvas, mask = tf.zeros([2, 4, 4, 1]), np.zeros([2])
  shapes.check([('canvas', canvas, ('B', 'W', 'W', 1)), ('mask', mask, 'B')])
  shapes.check([('canvas', canvas, ('B', ...)), ('mask', mask, ('B', ...))])


@pytest.mark.parametrize(
  'shape, wanted, message',
  [
    ((2, 3), ('B', 4), r'x has the shape \(2, 3\), but it must be \[B, 4\]'),
    ((3, 4), ('B', 4), r'must be \[B, 4\], where B is 2\.'),
    ((2,), ('B', 4), r'\(2,\), but'),
    ((2, 4, 1), ('B', 4), r'\(2, 4, 1\), but'),
    ((), ('B',), r'\(\), but .* \[B\]'),
    ((2, 5, 6), ('B', 'W', 'W'), 'where B is 2, W is 5'),
    ((3, 5, 6), ('B', ...), r'must be \[B, \.\.\.\], where B is 2'),
    ((), ('B', ...), r'must be \[B, \.\.\.\]'),
  ],
)
def test_other_shapes_are_refused(shape, wanted, message):
  with pytest.raises(ValueError, match=message):
    shapes.check([('y', np.zeros([2]), 'B'), ('x', np.zeros(shape), wanted)])


def test_in_a_graph_unknown_sizes_pass_and_known_ones_are_checked():
  def trace(*given):
    @tf.function(input_signature=[tf.TensorSpec(shape) for shape in given])
    def function(x, y):
      shapes.check([('x', x, ('B', 4)), ('y', y, ('B',))])
      return x

    return function.get_concrete_function().graph

  for given in (([None, 4], [None]), ([2, None], [None]), (None, [2])):
    operations = [op.type for op in trace(*given).get_operations()]
    assert sorted(operations) == ['Identity', 'Placeholder', 'Placeholder']
  with pytest.raises(ValueError, match=r'x has the shape \(None, 3\)'):
    trace([None, 3], [None])
  with pytest.raises(ValueError, match=r'y .* where B is 2'):
    trace([2, 4], [3])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
