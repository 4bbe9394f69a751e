"""Tests of spiral_tf.learning.optimization."""

import math

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf

from spiral_tf.learning import optimization


class _Learner(tf.Module):
  """Two weights, of which the loss is a weighted sum of squares."""

  def __init__(self, guarded, learning_rate=0.1):
    super().__init__()
    self.weights = [tf.Variable([1.0, 2.0]), tf.Variable(3.0)]
    self.optimizer = snt.optimizers.Adam(learning_rate)
    self._guarded = guarded

  @tf.function
  def step(self, scale, gradient_scale=1.0, apply=True):
    with tf.GradientTape() as tape:
      loss = scale * tf.add_n([tf.reduce_sum(w**2) for w in self.weights])
    gradients = [
      gradient_scale * gradient
      for gradient in tape.gradient(loss, self.weights)
    ]
    if not self._guarded:
      self.optimizer.apply(gradients, self.weights)
      return {}
    norm = tf.linalg.global_norm(gradients)
    return optimization.apply_if_finite(
      self.optimizer, gradients, self.weights, loss, norm, apply
    )

  def state(self):
    variables = [*self.weights, *self.optimizer.m, *self.optimizer.v]
    return [v.numpy() for v in (*variables, self.optimizer.step)]


def _assert_same(actual, expected):
  for one, other in zip(actual, expected, strict=True):
    np.testing.assert_array_equal(one, other)


def test_finite_updates_are_those_of_the_optimizer():
  plain, guarded = _Learner(guarded=False), _Learner(guarded=True)
  for scale in (1.0, 0.5, 2.0):
    plain.step(tf.constant(scale))
    values = guarded.step(tf.constant(scale))
    assert values['finite'].numpy()
    _assert_same(guarded.state(), plain.state())
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
  plain, guarded = _Learner(guarded=False), _Learner(guarded=True)
  scale, gradient_scale = tf.constant(scale), tf.constant(gradient_scale)
  # Before there are any slots, and after.
  for _ in range(2):
    before = guarded.weights[0].numpy(), guarded.weights[1].numpy()
    values = guarded.step(scale, gradient_scale)
    assert not values['finite'].numpy()
    assert not np.isfinite(values[bad].numpy())
    _assert_same([w.numpy() for w in guarded.weights], before)
    plain.step(tf.constant(1.0), tf.constant(1.0))
    guarded.step(tf.constant(1.0), tf.constant(1.0))
    _assert_same(guarded.state(), plain.state())


def test_an_update_that_spoils_the_weights_is_not_finite():
  learner = _Learner(guarded=True, learning_rate=1e30)
  values = learner.step(tf.constant(1.0))
  assert np.isfinite(values['loss'].numpy())
  assert not values['finite'].numpy()


def test_nothing_is_updated_when_numbers_are_only_looked_at():
  learner = _Learner(guarded=True)
  before = learner.state()
  values = learner.step(tf.constant(1.0), apply=False)
  assert values['finite'].numpy()
  assert values['loss'].numpy() == 1 + 4 + 9
  learner.step(tf.constant(0.0), apply=False)
  _assert_same([w.numpy() for w in learner.weights], before[:2])
  assert learner.optimizer.step.numpy() == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
