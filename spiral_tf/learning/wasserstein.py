"""The discriminator's loss: WGAN-GP, with scores kept around zero."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from spiral_tf import shapes


class DiscriminatorLoss(NamedTuple):
  """The loss and what it is made of, each float32 `[]`.

  That of `cross_entropy` is one too, so that learners report them alike.

  Attributes:
    total: what the discriminator minimises.
    gap: mean score of real images minus mean score of generated ones.
    gradient_penalty: mean of (||gradient|| - 1)^2, unweighted; 0 if the loss
      has none.
    mean_score: mean over an even mixture of real and generated images.
  """

  total: tf.Tensor
  gap: tf.Tensor
  gradient_penalty: tf.Tensor
  mean_score: tf.Tensor


def discriminator_loss(
  score_fn: Callable[[tf.Tensor], tf.Tensor],
  real: tf.Tensor,
  fake: tf.Tensor,
  gradient_penalty: float,
  zero_mean_penalty: float,
  alpha: tf.Tensor | None = None,
) -> DiscriminatorLoss:
  """Computes equation 1.

  R is the gradient penalty of Gulrajani et al. (2017), at random points between
  a real and a generated image. Equation 1 leaves a constant open; as section
  3.2 suggests, D(x) is kept close to 0 on average for x ~ p_g / 2 + p_d / 2.

  Args:
    score_fn: maps float32 images `[B, W, W, C]` to scores `[B]`, each from its
      own image only; a conditional one holds the targets.
    real: uint8 `[B, W, W, C]`, or float32 in [0, 1], images of p_d.
    fake: the same, of p_g.
    gradient_penalty: weight of the gradient penalty.
    zero_mean_penalty: weight of the squared mean score.
    alpha: float32 `[B]`, share of the real image at each point; by default
      uniformly random in [0, 1).

  Returns:
    The loss and its parts.

  Raises:
    ValueError: shapes are not as above.
  """
  shapes.check([('real', real, 'BWWC'), ('fake', fake, 'BWWC')])
  real = tf.image.convert_image_dtype(real, tf.float32)
  fake = tf.image.convert_image_dtype(fake, tf.float32)
  if alpha is None:
    alpha = tf.random.uniform([tf.shape(real)[0]])
  real_score = tf.reduce_mean(score_fn(real))
  fake_score = tf.reduce_mean(score_fn(fake))
  penalty = _gradient_penalty(score_fn, real, fake, alpha)
  gap = real_score - fake_score
  mean_score = 0.5 * (real_score + fake_score)
  total = (
    -gap
    + gradient_penalty * penalty
    + zero_mean_penalty * tf.square(mean_score)
  )
  return DiscriminatorLoss(total, gap, penalty, mean_score)


def _gradient_penalty(
  score_fn: Callable[[tf.Tensor], tf.Tensor],
  real: tf.Tensor,
  fake: tf.Tensor,
  alpha: tf.Tensor,
) -> tf.Tensor:
  """Mean of (||gradient of the score by the image||_2 - 1)^2."""
  share = tf.reshape(alpha, [-1] + [1] * (real.shape.rank - 1))
  between = share * real + (1.0 - share) * fake
  with tf.GradientTape() as tape:
    tape.watch(between)
    scores = score_fn(between)
  gradient = tape.gradient(scores, between)
  squares = tf.reduce_sum(tf.square(gradient), range(1, real.shape.rank))
  # The square root has no derivative at 0.
  norms = tf.sqrt(squares + 1e-12)
  return tf.reduce_mean(tf.square(norms - 1.0))
