"""Tests of spectral normalisation: the truth is NumPy's decomposition."""

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf

from spiral_tf.networks import spectral


def _convolution(seed=0):
  tf.random.set_seed(seed)
  layer = snt.Conv2D(6, 3, stride=2, with_bias=False)
  return layer, spectral.SpectralNorm(layer)


def _images(seed=0):
  random = np.random.RandomState(seed)
  return random.uniform(size=(2, 8, 8, 4)).astype(np.float32)


def _norm(weight):
  matrix = np.reshape(weight, [-1, weight.shape[-1]])
  return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)[0]


def _set_weight(layer, seed=1):
  random = np.random.RandomState(seed)
  layer.w.assign(random.normal(size=layer.w.shape))
  return layer.w.numpy()


def _vector(normalized):
  (u,) = (v for v in normalized.variables if not v.trainable)
  return u


def test_sigma_becomes_the_largest_singular_value():
  layer, normalized = _convolution()
  normalized(_images())
  weight = _set_weight(layer)
  truth = _norm(weight)
  assert normalized.sigma() < 0.99 * truth
  for _ in range(100):
    normalized.update()
  np.testing.assert_allclose(normalized.sigma(), truth, rtol=1e-4)


def test_an_update_is_one_iteration():
  layer, normalized = _convolution()
  normalized(_images())
  matrix = _set_weight(layer).reshape(-1, 6)
  u = _vector(normalized)
  expected = matrix.T @ (matrix @ u.numpy())
  expected /= np.linalg.norm(expected)
  normalized.update()
  np.testing.assert_allclose(u, expected, rtol=1e-4)
  np.testing.assert_allclose(
    normalized.sigma(), np.linalg.norm(matrix @ u.numpy()), rtol=1e-4
  )


def test_a_new_weight_is_normal_from_the_start():
  layer, normalized = _convolution()
  normalized(_images())
  np.testing.assert_allclose(normalized.sigma(), _norm(layer.w), rtol=0.02)


def test_equals_the_layer_with_its_weight_divided():
  layer, normalized = _convolution()
  normalized(_images())
  weight = _set_weight(layer)
  for _ in range(100):
    normalized.update()
  (bias,) = (v for v in normalized.trainable_variables if v.shape.rank == 1)
  bias.assign(np.arange(6))
  expected = tf.nn.conv2d(
    _images(), weight / np.float32(_norm(weight)), 2, 'SAME'
  ) + np.arange(6, dtype=np.float32)
  np.testing.assert_allclose(normalized(_images()), expected, atol=1e-4)


def test_a_linear_layer_has_norm_1():
  layer = snt.Linear(3, with_bias=False)
  normalized = spectral.SpectralNorm(layer)
  normalized(np.zeros([1, 5], 'f'))
  _set_weight(layer)
  for _ in range(100):
    normalized.update()
  matrix = normalized(np.eye(5, dtype='f')).numpy()
  np.testing.assert_allclose(_norm(matrix), 1, rtol=1e-4)


def test_the_gradient_is_that_of_the_normalised_weight():
  # At the fixed point: by finite differences of the exact decomposition.
  layer = snt.Linear(3, with_bias=False)
  normalized = spectral.SpectralNorm(layer)
  inputs = np.random.RandomState(0).normal(size=(2, 4)).astype(np.float32)
  normalized(inputs)
  weight = _set_weight(layer).astype(np.float64)
  for _ in range(200):
    normalized.update()
  with tf.GradientTape() as tape:
    value = tf.reduce_sum(tf.square(normalized(inputs)))
  gradient = tape.gradient(value, layer.w).numpy()

  def truth(w):
    return np.square(inputs.astype(np.float64) @ w / _norm(w)).sum()

  expected = np.zeros_like(weight)
  for index in np.ndindex(*weight.shape):
    step = np.zeros_like(weight)
    step[index] = 1e-5
    expected[index] = (truth(weight + step) - truth(weight - step)) / 2e-5
  np.testing.assert_allclose(gradient, expected, rtol=1e-2, atol=1e-3)
  # Along the weight itself nothing changes.
  assert abs((gradient * weight).sum()) < 1e-3


def test_a_weight_of_zeros_gives_no_nan():
  layer, normalized = _convolution()
  normalized(_images())
  layer.w.assign(tf.zeros_like(layer.w))
  normalized.update()
  with tf.GradientTape() as tape:
    outputs = normalized(_images())
    value = tf.reduce_sum(outputs)
  np.testing.assert_array_equal(outputs, 0)
  assert np.isfinite(tape.gradient(value, layer.w).numpy()).all()


@pytest.mark.slow
def test_works_in_graphs_and_when_saved(tmp_path):
  layer, normalized = _convolution()
  call = tf.function(normalized, [tf.TensorSpec([None, 8, 8, 4])])
  call(_images())  # Creates the variables while tracing.
  _set_weight(layer)
  tf.function(lambda: normalized.update(100))()
  expected = normalized(_images())
  np.testing.assert_allclose(call(_images()), expected, atol=1e-5)
  module = tf.Module()
  module.call, module.normalized = call, normalized
  tf.saved_model.save(module, str(tmp_path))
  loaded = tf.saved_model.load(str(tmp_path))
  for _ in range(2):
    outputs = loaded.call(_images())
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
