"""Tests of the stack of residual blocks."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.networks import residual


def _center(kernel):
  """What a SAME convolution of a 1x1 map does: the kernel's middle."""
  return kernel[kernel.shape[0] // 2, kernel.shape[1] // 2]


def test_equals_pre_activation_blocks_written_out():
  stack = residual.ResidualStack(channels=6, blocks=2)
  x = np.random.RandomState(0).randn(4, 1, 1, 3).astype(np.float32)
  output = stack(x).numpy()[:, 0, 0]
  weights = {}
  for variable in stack.trainable_variables:
    variable.assign(tf.random.normal(variable.shape))
    layer, kind = variable.name.split('/')[-2:]
    weights[layer, kind[0]] = variable.numpy()

  def convolve(layer, h):
    return h @ _center(weights[layer, 'w']) + weights[layer, 'b']

  expected = convolve('first', x[:, 0, 0])
  for i in range(2):
    h = np.maximum(expected, 0)
    h = np.maximum(convolve(f'block_{i}_3x3', h), 0)
    expected = expected + convolve(f'block_{i}_1x1', h)
  expected = np.maximum(expected, 0)
  assert not np.allclose(output, expected, atol=1e-3)  # the old weights
  np.testing.assert_allclose(
    stack(x).numpy()[:, 0, 0], expected, rtol=1e-3, atol=1e-3
  )


def test_keeps_the_map_and_sets_the_channels():
  stack = residual.ResidualStack(channels=8, blocks=3)
  assert stack(tf.ones([2, 5, 7, 3])).shape == [2, 5, 7, 8]
  kernels = [v.shape.as_list() for v in stack.trainable_variables]
  assert kernels.count([3, 3, 3, 8]) == 1
  assert kernels.count([3, 3, 8, 8]) == 3
  assert kernels.count([1, 1, 8, 8]) == 3


def test_normalising_weights_keep_the_size_of_rectified_inputs():
  tf.random.set_seed(0)
  stack = residual.ResidualStack(64, 0, residual.rectified_init())
  inputs = tf.nn.relu(tf.random.normal([4, 8, 8, 64]))
  ratio = tf.reduce_mean(stack(inputs) ** 2) / tf.reduce_mean(inputs**2)
  assert 0.6 < ratio.numpy() < 1.4


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
