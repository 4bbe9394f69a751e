"""Tests of spiral_tf.learning.optimization."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests import squares


def test_finite_updates_are_those_of_the_optimizer():
  plain, guarded = squares.Learner(guarded=False), squares.Learner(guarded=True)
  for scale in (1.0, 0.5, 2.0):
    plain.step(tf.constant(scale))
    values = guarded.step(tf.constant(scale))
    assert values['finite'].numpy()
    squares.assert_same(guarded.state(), plain.state())
  norm = math.sqrt(sum(np.sum(v.numpy() ** 2) for v in plain.weights))
  assert values['weight_norm'].numpy() == pytest.approx(norm)


@pytest.mark.parametrize(
  'scale,gradient_scale,bad',
  [
    (math.nan, 1.0, 'loss'),
    (math.inf, 0.0, 'loss'),
    (1.0, math.nan, 'gradient_norm'),
    # Finite, but not its square, which the optimizer keeps.
    (1.0, 1e30, 'gradient_norm'),
  ],
)
def test_others_change_nothing(scale, gradient_scale, bad):
  plain, guarded = squares.Learner(guarded=False), squares.Learner(guarded=True)
  scale, gradient_scale = tf.constant(scale), tf.constant(gradient_scale)
  # Before there are any slots, and after.
  for _ in range(2):
    before = guarded.weights[0].numpy(), guarded.weights[1].numpy()
    values = guarded.step(scale, gradient_scale)
    assert not values['finite'].numpy()
    assert not np.isfinite(values[bad].numpy())
    squares.assert_same([w.numpy() for w in guarded.weights], before)
    plain.step(tf.constant(1.0), tf.constant(1.0))
    guarded.step(tf.constant(1.0), tf.constant(1.0))
    squares.assert_same(guarded.state(), plain.state())


def test_an_update_that_spoils_the_weights_is_not_finite():
  learner = squares.Learner(guarded=True, learning_rate=1e30)
  values = learner.step(tf.constant(1.0))
  assert np.isfinite(values['loss'].numpy())
  assert not values['finite'].numpy()


def test_nothing_is_updated_when_numbers_are_only_looked_at():
  learner = squares.Learner(guarded=True)
  before = learner.state()
  values = learner.step(tf.constant(1.0), apply=False)
  assert values['finite'].numpy()
  assert values['loss'].numpy() == 1 + 4 + 9
  learner.step(tf.constant(0.0), apply=False)
  squares.assert_same([w.numpy() for w in learner.weights], before[:2])
  assert learner.optimizer.step.numpy() == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
