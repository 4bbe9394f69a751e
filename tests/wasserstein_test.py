"""Tests of the discriminator's loss."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.learning import wasserstein


def _images(seed, batch=5):
  random = np.random.RandomState(seed)
  return random.uniform(size=(batch, 4, 4, 1)).astype(np.float32)


def _linear(seed=0, offset=0.0):
  """D(x) = w.x + offset; its gradient is w everywhere."""
  w = np.random.RandomState(seed).normal(size=(4, 4, 1)).astype(np.float32)
  return w, lambda x: tf.reduce_sum(x * w, axis=[1, 2, 3]) + offset


def test_equation_1_for_a_linear_discriminator():
  w, score = _linear(offset=0.7)
  real, fake = _images(1), _images(2)
  loss = wasserstein.discriminator_loss(score, real, fake, 10.0, 0.5)
  d_real = (real * w).sum((1, 2, 3)).mean() + 0.7
  d_fake = (fake * w).sum((1, 2, 3)).mean() + 0.7
  penalty = (np.sqrt((w**2).sum()) - 1) ** 2
  mean = (d_real + d_fake) / 2
  np.testing.assert_allclose(loss.gap, d_real - d_fake, rtol=1e-4)
  np.testing.assert_allclose(loss.gradient_penalty, penalty, rtol=1e-4)
  np.testing.assert_allclose(loss.mean_score, mean, rtol=1e-4)
  np.testing.assert_allclose(
    loss.total,
    -d_real + d_fake + 10 * penalty + 0.5 * mean**2,
    rtol=1e-4,
  )


def test_penalty_is_taken_between_real_and_fake():
  # D(x) = |x|^2 / 2 has the gradient x: the penalty is (|x| - 1)^2.
  def score(x):
    return 0.5 * tf.reduce_sum(x**2, axis=[1, 2, 3])

  real, fake = _images(1), _images(2)
  alpha = np.array([0.0, 0.1, 0.5, 0.8, 1.0], np.float32)
  loss = wasserstein.discriminator_loss(score, real, fake, 1.0, 0.0, alpha)
  norms = [
    np.linalg.norm(a * r + (1 - a) * f) for a, r, f in zip(alpha, real, fake)
  ]
  np.testing.assert_allclose(
    loss.gradient_penalty, np.mean((np.array(norms) - 1) ** 2), rtol=1e-4
  )


def test_points_are_random_by_default():
  seen = []

  def score(x):
    seen.append(x.numpy())
    return tf.reduce_sum(x, axis=[1, 2, 3])

  ones, zeros = np.ones([64, 4, 4, 1], 'f'), np.zeros([64, 4, 4, 1], 'f')
  for _ in range(2):
    wasserstein.discriminator_loss(score, ones, zeros, 1.0, 0.0)
  first, second = seen[2], seen[5]
  # One share an image, the same for all its pixels, spread over [0, 1).
  np.testing.assert_array_equal(first, first[:, :1, :1] + zeros)
  assert first.min() < 0.2 and first.max() > 0.8
  assert not np.allclose(first, second)


def test_bytes_are_shares_of_white():
  _, score = _linear()
  random = np.random.RandomState(3)
  real, fake = random.randint(256, size=(2, 5, 4, 4, 1)).astype(np.uint8)
  alpha = np.full(5, 0.3, np.float32)
  from_bytes = wasserstein.discriminator_loss(score, real, fake, 1, 1, alpha)
  from_floats = wasserstein.discriminator_loss(
    score, real.astype('f') / 255, fake.astype('f') / 255, 1, 1, alpha
  )
  np.testing.assert_allclose(from_bytes, from_floats, rtol=1e-3, atol=1e-5)


def test_gradient_of_the_penalty_reaches_the_weights():
  # D(x) = tanh(k w.x): the penalty's derivative by k needs second derivatives.
  w = np.random.RandomState(0).normal(size=(4, 4, 1)).astype(np.float32)
  k = tf.Variable(0.5)
  real, fake = _images(1), _images(2)
  alpha = np.linspace(0, 1, 5).astype(np.float32)

  def penalty():
    return wasserstein.discriminator_loss(
      lambda x: tf.tanh(k * tf.reduce_sum(x * w, axis=[1, 2, 3])),
      real,
      fake,
      1.0,
      0.0,
      alpha,
    ).gradient_penalty

  with tf.GradientTape() as tape:
    value = penalty()
  gradient = tape.gradient(value, k).numpy()
  step = 1e-2
  k.assign_add(step)
  above = penalty().numpy()
  k.assign_sub(2 * step)
  below = penalty().numpy()
  assert abs(gradient) > 1e-2
  np.testing.assert_allclose(gradient, (above - below) / (2 * step), rtol=1e-2)


def test_a_flat_discriminator_gives_no_nan():
  scale = tf.Variable(0.0)
  with tf.GradientTape() as tape:
    loss = wasserstein.discriminator_loss(
      lambda x: scale * tf.reduce_sum(x, axis=[1, 2, 3]),
      _images(1),
      _images(2),
      10.0,
      0.1,
    )
  np.testing.assert_allclose(loss.gradient_penalty, 1.0, rtol=1e-4)
  assert np.isfinite(tape.gradient(loss.total, scale).numpy())


def test_works_in_a_graph():
  _, score = _linear()
  real, fake = _images(1), _images(2)

  @tf.function
  def total(real, fake):
    return wasserstein.discriminator_loss(score, real, fake, 10.0, 0.1).total

  expected = wasserstein.discriminator_loss(score, real, fake, 10.0, 0.1).total
  np.testing.assert_allclose(total(real, fake), expected, rtol=1e-4)


def test_other_shapes_are_refused():
  images = tf.zeros([4, 8, 8, 1])
  for fake in (images[:2], images[..., 0], images[:, :4]):
    with pytest.raises(ValueError, match=r'must be \[B, W, W, C\]'):
      wasserstein.discriminator_loss(
        lambda x: tf.reduce_sum(x, [1, 2, 3]),
        images,
        fake,
        gradient_penalty=10.0,
        zero_mean_penalty=0.0,
      )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
