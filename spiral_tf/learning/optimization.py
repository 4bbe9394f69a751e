"""Optimizers that are whole from the start, and updates that spoil nothing.

Numbers that are not finite would spread to every weight of every node.
"""

from collections.abc import Sequence
from typing import Any

import sonnet as snt
import tensorflow as tf


def adam(
  learning_rate: float | tf.Variable,
  beta1: float,
  beta2: float,
  variables: Sequence[tf.Variable],
) -> snt.optimizers.Adam:
  """Adam (Kingma & Ba, 2015), with its moments made.

  Sonnet makes them with the first update; a checkpoint before it has them, too.

  Args:
    learning_rate: a variable, if it is to change.
    beta1: decay of the mean of gradients.
    beta2: decay of the mean of their squares.
    variables: what it will update.

  Returns:
    The optimizer.
  """
  optimizer = snt.optimizers.Adam(learning_rate, beta1=beta1, beta2=beta2)
  optimizer._initialize(variables)
  return optimizer


def apply_if_finite(
  optimizer: Any,
  gradients: Sequence[tf.Tensor],
  variables: Sequence[tf.Variable],
  loss: tf.Tensor,
  gradient_norm: tf.Tensor,
  apply: bool | tf.Tensor,
) -> dict[str, tf.Tensor]:
  """Makes an update, or leaves weights and optimizer alone if it would spoil.

  Args:
    optimizer: one of Sonnet's.
    gradients: one for each variable.
    variables: what to update.
    loss: float32 `[]`.
    gradient_norm: float32 `[]`, global norm of the gradients before they are
      clipped.
    apply: bool `[]`; False to see the numbers only.

  Returns:
    `loss`, `gradient_norm` and `weight_norm`, the global norm of the variables
    after the update, float32 `[]`, and `finite`, bool `[]`: whether those three
    are. The norm of weights is infinite long before they are.
  """
  finite = tf.math.is_finite(loss) & tf.math.is_finite(gradient_norm)

  def update():
    optimizer.apply(gradients, variables)
    return tf.no_op()

  tf.cond(finite & apply, update, tf.no_op)
  weight_norm = tf.linalg.global_norm(variables)
  return {
    'loss': loss,
    'gradient_norm': gradient_norm,
    'weight_norm': weight_norm,
    'finite': finite & tf.math.is_finite(weight_norm),
  }
