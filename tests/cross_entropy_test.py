"""Tests of the standard GAN loss: the truth is written with logarithms."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.learning import cross_entropy


def _images(seed, batch=5):
  random = np.random.RandomState(seed)
  return random.randint(256, size=(batch, 4, 4, 1)).astype(np.uint8)


def _linear(offset=0.4):
  w = np.random.RandomState(0).normal(size=(4, 4, 1)).astype(np.float32)
  return w, lambda x: tf.reduce_sum(x * w, axis=[1, 2, 3]) + offset


def _sigmoid(x):
  return 1 / (1 + np.exp(-x))


def test_is_the_loss_of_goodfellow_et_al():
  w, score = _linear()
  real, fake = _images(1), _images(2)
  loss = cross_entropy.discriminator_loss(score, real, fake)
  d_real = (real / 255 * w).sum((1, 2, 3)) + 0.4
  d_fake = (fake / 255 * w).sum((1, 2, 3)) + 0.4
  total = -np.log(_sigmoid(d_real)).mean() - np.log(1 - _sigmoid(d_fake)).mean()
  np.testing.assert_allclose(loss.total, total, rtol=1e-4)
  np.testing.assert_allclose(loss.gap, (d_real - d_fake).mean(), rtol=1e-3)
  mean = np.concatenate([d_real, d_fake]).mean()
  np.testing.assert_allclose(loss.mean_score, mean, rtol=1e-3)
  assert loss.gradient_penalty == 0


def test_floats_are_shares_of_white():
  _, score = _linear()
  real, fake = _images(1), _images(2)
  from_bytes = cross_entropy.discriminator_loss(score, real, fake)
  from_floats = cross_entropy.discriminator_loss(
    score, real.astype('f') / 255, fake.astype('f') / 255
  )
  np.testing.assert_allclose(from_bytes, from_floats, rtol=1e-3, atol=1e-5)


def test_a_discriminator_that_cannot_tell_loses_2_log_2():
  loss = cross_entropy.discriminator_loss(
    lambda x: 0 * x[:, 0, 0, 0], _images(1), _images(2)
  )
  np.testing.assert_allclose(loss.total, 2 * np.log(2), rtol=1e-5)


def test_large_logits_keep_finite_losses_and_gradients():
  scale = tf.Variable(1e4)
  ones, zeros = np.full([3, 4, 4, 1], 255, 'u1'), np.zeros([3, 4, 4, 1], 'u1')
  with tf.GradientTape() as tape:  # Sure of itself, and wrong throughout.
    loss = cross_entropy.discriminator_loss(
      lambda x: scale * (x[:, 0, 0, 0] - 0.5), zeros, ones
    )
  np.testing.assert_allclose(loss.total, 1e4, rtol=1e-4)
  np.testing.assert_allclose(tape.gradient(loss.total, scale), 1, rtol=1e-4)


def test_its_optimum_is_the_log_ratio_of_densities():
  # Real images are white in 3 of 4 cases, fake ones in 1 of 4.
  white, black = np.ones([1, 4, 4, 1], 'f'), np.zeros([1, 4, 4, 1], 'f')
  real = np.concatenate([white, white, white, black])
  fake = np.concatenate([white, black, black, black])
  logits = tf.Variable([0.0, 0.0])  # Of black, of white.
  for _ in range(200):
    with tf.GradientTape() as tape:
      total = cross_entropy.discriminator_loss(
        lambda x: logits[0] + (logits[1] - logits[0]) * x[:, 0, 0, 0],
        real,
        fake,
      ).total
    logits.assign_sub(2.0 * tape.gradient(total, logits))
  np.testing.assert_allclose(logits, [-np.log(3), np.log(3)], atol=1e-3)


def test_works_in_a_graph():
  _, score = _linear()
  real, fake = _images(1), _images(2)

  @tf.function
  def total(real, fake):
    return cross_entropy.discriminator_loss(score, real, fake).total

  expected = cross_entropy.discriminator_loss(score, real, fake).total
  np.testing.assert_allclose(total(real, fake), expected, rtol=1e-4)


def test_other_shapes_are_refused():
  images = tf.zeros([4, 8, 8, 1])
  for fake in (images[:2], images[..., 0], images[:, :4]):
    with pytest.raises(ValueError, match=r'must be \[B, W, W, C\]'):
      cross_entropy.discriminator_loss(
        lambda x: tf.reduce_sum(x, [1, 2, 3]), images, fake
      )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
