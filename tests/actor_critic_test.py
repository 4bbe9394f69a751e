"""Tests of the policy learner's losses."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.learning import actor_critic


def _random(*shape, seed=0):
  values = np.random.RandomState(seed).normal(size=shape)
  return tf.constant(values.astype(np.float32))


def test_joint_counts_only_components_that_had_an_effect():
  values = {
    'flag': tf.constant([[-1.0, -2.0]]),
    'size': tf.constant([[-0.5, -0.25]]),
  }
  masks = {
    # In another order than the values, as dictionaries may be.
    'size': tf.constant([[0.0, 1.0]]),
    'flag': tf.constant([[1.0, 1.0]]),
  }
  expected = [[-1.0, -2.25]]
  np.testing.assert_allclose(
    actor_critic.joint_log_prob(values, masks), expected
  )
  np.testing.assert_allclose(
    actor_critic.joint_entropy(values, masks), expected
  )


def test_policy_gradient_is_reinforce_of_a_softmax():
  logits, advantages = _random(3, 2, 5), _random(3, 2, seed=1)
  actions = np.random.RandomState(2).randint(5, size=(3, 2))
  with tf.GradientTape() as tape:
    tape.watch([logits, advantages])
    log_prob = tf.gather(tf.nn.log_softmax(logits), actions, batch_dims=2)
    loss = actor_critic.policy_gradient_loss(log_prob, advantages)
  gradient, through = tape.gradient(loss, [logits, advantages])
  # d log softmax(l)_a / d l = onehot(a) - softmax(l); six actions in the mean.
  p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
  truth = -(np.eye(5)[actions] - p) * advantages.numpy()[..., None] / 6
  np.testing.assert_allclose(gradient, truth, atol=1e-6)
  assert through is None


def test_value_loss_is_half_the_mean_squared_error():
  values, targets = tf.constant([[1.0, 2.0]]), tf.constant([[0.0, 5.0]])
  with tf.GradientTape() as tape:
    tape.watch([values, targets])
    loss = actor_critic.value_loss(values, targets)
  np.testing.assert_allclose(loss, 0.5 * (1 + 9) / 2)
  gradient, through = tape.gradient(loss, [values, targets])
  np.testing.assert_allclose(gradient, [[0.5, -1.5]])
  assert through is None


def test_less_entropy_costs_more():
  assert actor_critic.entropy_loss(tf.constant([[1.0], [2.0]])).numpy() == -1.5


def test_normalize_divides_by_the_spread_and_keeps_the_mean():
  advantages = 3 + 2 * _random(20, 30)
  normalized = actor_critic.normalize(advantages).numpy()
  std = np.std(advantages)
  np.testing.assert_allclose(normalized, advantages / (std + 1e-3), rtol=1e-4)
  np.testing.assert_allclose(normalized.std(), 1, atol=1e-3)
  assert normalized.mean() > 1


def test_normalize_of_equal_advantages_is_finite():
  normalized = actor_critic.normalize(tf.zeros([4, 4])).numpy()
  np.testing.assert_array_equal(normalized, 0)


@pytest.mark.parametrize(
  'function,wrong',
  [
    (actor_critic.policy_gradient_loss, ([4, 2], [4, 1])),
    (actor_critic.policy_gradient_loss, ([4], [4])),
    (actor_critic.value_loss, ([4, 2], [2])),
    (actor_critic.entropy_loss, ([4, 2, 1],)),
  ],
)
def test_other_shapes_are_refused(function, wrong):
  with pytest.raises(ValueError, match=r'must be \[T, B\]'):
    function(*(tf.zeros(shape) for shape in wrong))


@pytest.mark.parametrize(
  'function', [actor_critic.joint_log_prob, actor_critic.joint_entropy]
)
def test_masks_of_other_shapes_are_refused(function):
  values = {'a': tf.zeros([4, 2]), 'b': tf.zeros([4, 2])}
  with pytest.raises(ValueError, match=r'must be \[T, B\]'):
    function(values, {'a': tf.ones([4, 2]), 'b': tf.ones([4, 1])})


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
