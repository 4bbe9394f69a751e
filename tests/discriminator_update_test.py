"""Tests of spiral_tf.learning.discriminator_update."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf.config import sections
from tests import small


def test_learns_to_tell_real_from_generated():
  rng = np.random.default_rng(0)
  shape = (8, 16, 16, 1)
  update = builders.make_discriminator_update(small.CONFIG)
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


@pytest.mark.parametrize(
  'network', [{}, {'complement': True}, {'spectral_norm': True}]
)
@pytest.mark.parametrize('loss', ['wasserstein', 'cross_entropy'])
def test_learns_to_tell_the_target_from_others(network, loss):
  config = dataclasses.replace(
    small.CONDITIONAL,
    discriminator_network=sections.DiscriminatorNetworkConfig(
      channels=(8, 16), **network
    ),
    discriminator_learner=dataclasses.replace(
      small.CONDITIONAL.discriminator_learner, loss=loss, learning_rate=3e-3
    ),
  )
  rng = np.random.default_rng(0)
  update = builders.make_discriminator_update(config)

  def images():
    """Each of one random shade."""
    shade = rng.integers(0, 256, [64, 1, 1, 1], np.uint8)
    return tf.constant(np.broadcast_to(shade, [64, 16, 16, 1]))

  for _ in range(150):
    target = images()
    update.step(target, images(), target)
  target, other = images(), images()
  own, strange = (update.discriminator(x, target) for x in (target, other))
  assert np.mean(own.numpy() > strange.numpy()) > 0.8


def test_spectral_norms_follow_the_weights():
  config = dataclasses.replace(
    small.CONFIG,
    discriminator_network=sections.DiscriminatorNetworkConfig(
      channels=(4, 8), spectral_norm=True
    ),
  )
  update = builders.make_discriminator_update(config)
  images = tf.constant(
    np.random.default_rng(0).integers(0, 256, (8, 16, 16, 1), np.uint8)
  )
  trained = {v.ref() for v in update.discriminator.trainable_variables}
  before = {
    v.ref(): v.numpy()
    for v in update.discriminator.variables
    if v.ref() not in trained
  }
  assert before
  update.step(images, 255 - images)
  assert any(np.any(old != v.deref().numpy()) for v, old in before.items())


def test_images_of_other_shapes_are_refused_when_it_is_traced():
  update = builders.make_discriminator_update(small.CONFIG)
  images = tf.zeros([8, 16, 16, 1], tf.uint8)
  for real, fake in (
    (images, images[..., 0]),
    (images[:4], images),
    (images, images[:, :8]),
  ):
    with pytest.raises(ValueError, match=r'must be \[B, W, W, C\]'):
      update.step(real, fake)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
