"""V-trace: value targets and advantages for data from a slightly old policy."""

from typing import NamedTuple

import tensorflow as tf

from spiral_tf import shapes


class VTraceOutput(NamedTuple):
  """Targets; no gradient flows through them.

  Attributes:
    vs: float32 `[T, B]`, what the values should have been.
    pg_advantages: float32 `[T, B]`, what multiplies the gradient of log pi.
  """

  vs: tf.Tensor
  pg_advantages: tf.Tensor


def vtrace(
  log_rhos: tf.Tensor,
  discounts: tf.Tensor,
  rewards: tf.Tensor,
  values: tf.Tensor,
  bootstrap_value: tf.Tensor,
  clip_rho: float = 1.0,
  clip_pg_rho: float = 1.0,
  lambda_: float = 1.0,
) -> VTraceOutput:
  """Computes V-trace (Espeholt et al., 2018, section 4.1).

  With the behaviour policy equal to the target policy and all discounts 1, the
  advantages are Monte-Carlo returns minus values: A2C, equation 3.

  Args:
    log_rhos: float32 `[T, B]`, log pi(a) - log mu(a), target over behaviour
      policy; T is static.
    discounts: float32 `[T, B]`, what the value after each step is worth, 0
      after an episode's last.
    rewards: float32 `[T, B]`, for each action.
    values: float32 `[T, B]`, the value function's before each action.
    bootstrap_value: float32 `[B]`, the value function's after the last action.
    clip_rho: upper bound of the importance weights in the temporal
      differences.
    clip_pg_rho: upper bound of those of the advantages.
    lambda_: weight of longer returns, 1 for all of them.

  Returns:
    Value targets and advantages.

  Raises:
    ValueError: shapes are not as above; before anything is computed.
  """
  shapes.check(
    [
      ('log_rhos', log_rhos, 'TB'),
      ('discounts', discounts, 'TB'),
      ('rewards', rewards, 'TB'),
      ('values', values, 'TB'),
      ('bootstrap_value', bootstrap_value, 'B'),
    ]
  )
  rhos = tf.exp(log_rhos)
  traces = lambda_ * tf.minimum(1.0, rhos)
  next_values = tf.concat([values[1:], bootstrap_value[tf.newaxis]], axis=0)
  deltas = tf.minimum(clip_rho, rhos) * (
    rewards + discounts * next_values - values
  )
  # v_s - V(x_s) = delta_s + gamma_s c_s (v_{s+1} - V(x_{s+1})), from the end.
  error = tf.zeros_like(bootstrap_value)
  errors = []
  for t in reversed(range(rewards.shape[0])):
    error = deltas[t] + discounts[t] * traces[t] * error
    errors.append(error)
  vs = values + tf.stack(errors[::-1])
  next_vs = tf.concat([vs[1:], bootstrap_value[tf.newaxis]], axis=0)
  pg_advantages = tf.minimum(clip_pg_rho, rhos) * (
    rewards + discounts * next_vs - values
  )
  return VTraceOutput(tf.stop_gradient(vs), tf.stop_gradient(pg_advantages))
