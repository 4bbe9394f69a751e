"""Tests of spiral_tf.discriminator_learner."""

import dataclasses
import types

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import discriminator_learner
from spiral_tf import watchdog
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


@pytest.mark.parametrize(
  'network', [{}, {'complement': True}, {'spectral_norm': True}]
)
@pytest.mark.parametrize('loss', ['wasserstein', 'cross_entropy'])
def test_learns_to_tell_the_target_from_others(network, loss):
  config = dataclasses.replace(
    small.CONDITIONAL,
    discriminator_network=config_lib.DiscriminatorNetworkConfig(
      channels=(8, 16), **network
    ),
    discriminator_learner=dataclasses.replace(
      small.CONDITIONAL.discriminator_learner, loss=loss, learning_rate=3e-3
    ),
  )
  rng = np.random.default_rng(0)
  update = discriminator_learner.DiscriminatorUpdate(config)

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
    discriminator_network=config_lib.DiscriminatorNetworkConfig(
      channels=(4, 8), spectral_norm=True
    ),
  )
  update = discriminator_learner.DiscriminatorUpdate(config)
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


def _images(number=8):
  rng = np.random.default_rng(0)
  return tf.constant(rng.integers(0, 256, (number, 16, 16, 1), np.uint8))


def test_a_loss_that_is_not_finite_stops_the_learner_unspoilt(tmp_path):
  node = checkpoint.DISCRIMINATOR_LEARNER
  learner = discriminator_learner.DiscriminatorLearner(
    small.CONFIG,
    str(tmp_path),
    replay_client=types.SimpleNamespace(
      server_address='localhost:1', checkpoint=lambda: None
    ),
  )
  data = {'real': _images(), 'fake': 255 - _images(), 'target': None}
  learner._locked_update(data)
  kept = learner._guard.save()
  first, *others = learner._module.discriminator.trainable_variables
  first.assign(tf.fill(first.shape, np.nan))
  before = [v.numpy() for v in others]
  with pytest.raises(watchdog.NonFiniteError, match=r'update 2\b.* loss=nan'):
    learner._locked_update(data)
  assert learner._module.optimizer.step.numpy() == 1
  for old, variable in zip(before, others):
    np.testing.assert_array_equal(old, variable.numpy())
  with pytest.raises(RuntimeError, match='failed'):
    learner.get_weights(-1)
  assert checkpoint.restore(str(tmp_path), node, {}) == kept


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
