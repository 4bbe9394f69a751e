"""The policy learner's losses: policy gradient, value and entropy."""

from collections.abc import Mapping

import tensorflow as tf

from spiral_tf import shapes


def joint_log_prob(
  log_probs: Mapping[str, tf.Tensor], masks: Mapping[str, tf.Tensor]
) -> tf.Tensor:
  """Sums the log-probabilities of what of each action had an effect.

  Args:
    log_probs: float32 `[T, B]` for each action component.
    masks: float32 `[T, B]` for each, 1 where that component of action t had an
      effect (so it is found in the observation *after* action t), else 0.

  Returns:
    float32 `[T, B]`.

  Raises:
    ValueError: shapes are not as above.
  """
  return _masked_sum(log_probs, masks)


def joint_entropy(
  entropies: Mapping[str, tf.Tensor], masks: Mapping[str, tf.Tensor]
) -> tf.Tensor:
  """Sums the entropies of what of each action had an effect.

  Args:
    entropies: float32 `[T, B]` for each action component, in nats.
    masks: as in `joint_log_prob`.

  Returns:
    float32 `[T, B]`, in nats.
  """
  return _masked_sum(entropies, masks)


def _masked_sum(
  values: Mapping[str, tf.Tensor], masks: Mapping[str, tf.Tensor]
) -> tf.Tensor:
  shapes.check(
    [
      *((key, value, 'TB') for key, value in values.items()),
      *((f'mask of {key}', masks[key], 'TB') for key in values),
    ]
  )
  return tf.add_n([masks[key] * values[key] for key in values])


def normalize(values: tf.Tensor) -> tf.Tensor:
  """Divides advantages or rewards by their standard deviation over the batch.

  The mean is kept: that of advantages is what the value function has yet to
  learn, that of rewards says whether episodes are any good. A tiny constant
  keeps values that are all alike from being blown up.

  Args:
    values: float32 `[T, B]`.

  Returns:
    float32 `[T, B]`.
  """
  return values / (tf.math.reduce_std(values) + 1e-3)


def policy_gradient_loss(
  log_prob: tf.Tensor, advantages: tf.Tensor
) -> tf.Tensor:
  """The loss whose gradient is the policy gradient (equation 3).

  Args:
    log_prob: float32 `[T, B]`, of the actions.
    advantages: float32 `[T, B]`; no gradient flows through them.

  Returns:
    float32 `[]`, a mean over steps and batch.
  """
  shapes.check([('log_prob', log_prob, 'TB'), ('advantages', advantages, 'TB')])
  return -tf.reduce_mean(log_prob * tf.stop_gradient(advantages))


def value_loss(values: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
  """Half the mean squared error of the value function.

  Args:
    values: float32 `[T, B]`.
    targets: float32 `[T, B]`; no gradient flows through them.

  Returns:
    float32 `[]`.
  """
  shapes.check([('values', values, 'TB'), ('targets', targets, 'TB')])
  return 0.5 * tf.reduce_mean(tf.square(tf.stop_gradient(targets) - values))


def entropy_loss(entropy: tf.Tensor) -> tf.Tensor:
  """The entropy penalty (section 3.4): minus the mean of `[T, B]`."""
  shapes.check([('entropy', entropy, 'TB')])
  return -tf.reduce_mean(entropy)
