"""Tests of spiral_tf.discriminator_learner."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import discriminator_learner
from tests import small


def test_learns_to_tell_real_from_generated():
  rng = np.random.default_rng(0)
  shape = (8, 16, 16, 1)
  update = discriminator_learner.DiscriminatorUpdate(small.CONFIG)
  for _ in range(150):
    real = rng.integers(200, 256, shape, np.uint8)
    fake = rng.integers(0, 56, shape, np.uint8)
    values = update.step(tf.constant(real), tf.constant(fake))
  light = update.discriminator(tf.fill(shape, tf.constant(228, tf.uint8)))
  dark = update.discriminator(tf.fill(shape, tf.constant(28, tf.uint8)))
  assert (light.numpy() > dark.numpy() + 1).all()
  assert values['gap'].numpy() > 1
  # Lipschitz, and centred, as far as the penalties can make it so.
  assert values['gradient_penalty'].numpy() < 0.5
  assert abs(values['mean_score'].numpy()) < values['gap'].numpy() / 2


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
