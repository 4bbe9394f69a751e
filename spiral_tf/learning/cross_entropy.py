"""The discriminator's other loss: the standard GAN's, on logits."""

from collections.abc import Callable

import tensorflow as tf

from spiral_tf import shapes
from spiral_tf.learning import wasserstein


def discriminator_loss(
  score_fn: Callable[[tf.Tensor], tf.Tensor], real: tf.Tensor, fake: tf.Tensor
) -> wasserstein.DiscriminatorLoss:
  """Computes the loss of Goodfellow et al. (2014).

  `-E log sigmoid(D(x)) - E log(1 - sigmoid(D(y)))`, x ~ p_d and y ~ p_g. Mellor
  et al. 2019 ("SPIRAL++", section 2.1) train with it, under spectral
  normalisation in place of a gradient penalty.

  Their reward (section 2.2) is a difference of D, of which they do not say
  whether it is the logit or the probability. Ours is the logit, as the score of
  the other loss is: log(p_d / p_g) where the discriminator is optimal, and not
  flat where it is sure.

  Args:
    score_fn: maps float32 images `[B, W, W, C]` to logits `[B]`; a conditional
      one holds the targets.
    real: uint8 `[B, W, W, C]`, or float32 in [0, 1], images of p_d.
    fake: the same, of p_g.

  Returns:
    The loss and its parts, with logits for scores and a gradient penalty of 0.

  Raises:
    ValueError: shapes are not as above.
  """
  shapes.check([('real', real, 'BWWC'), ('fake', fake, 'BWWC')])
  real_logits = score_fn(tf.image.convert_image_dtype(real, tf.float32))
  fake_logits = score_fn(tf.image.convert_image_dtype(fake, tf.float32))
  # -log sigmoid(z) = softplus(-z), and -log(1 - sigmoid(z)) = softplus(z).
  total = tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
    tf.nn.softplus(fake_logits)
  )
  real_score = tf.reduce_mean(real_logits)
  fake_score = tf.reduce_mean(fake_logits)
  return wasserstein.DiscriminatorLoss(
    total=total,
    gap=real_score - fake_score,
    gradient_penalty=tf.zeros([]),
    mean_score=0.5 * (real_score + fake_score),
  )
