"""A learner of two weights, of which the loss is a weighted sum of squares."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf.learning import optimization


class Learner(tf.Module):
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


def assert_same(actual, expected):
  for one, other in zip(actual, expected, strict=True):
    np.testing.assert_array_equal(one, other)
