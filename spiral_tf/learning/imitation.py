"""The loss of imitating demonstrations."""

import tensorflow as tf

from spiral_tf import shapes


def loss(log_prob: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
  """How unlikely the demonstrated actions are, in nats an action.

  Args:
    log_prob: float32 `[T, B]`, of the actions, see
      `actor_critic.joint_log_prob`.
    weight: float32 `[T, B]`, 1 for each action that is to be imitated, else 0.

  Returns:
    float32 `[]`, the mean over those; 0 if there are none.
  """
  shapes.check([('log_prob', log_prob, 'TB'), ('weight', weight, 'TB')])
  # A whole action at least: without any the sum is 0 as well.
  number = tf.maximum(tf.reduce_sum(weight), 1.0)
  return -tf.reduce_sum(weight * log_prob) / number
