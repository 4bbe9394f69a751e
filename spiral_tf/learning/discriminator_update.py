"""One update of the discriminator (equation 1; conditional: equation 6)."""

from collections.abc import Sequence

import tensorflow as tf

from spiral_tf import shapes
from spiral_tf.config import learners
from spiral_tf.learning import cross_entropy
from spiral_tf.learning import optimization
from spiral_tf.learning import wasserstein


class DiscriminatorUpdate(tf.Module):
  """One step of the discriminator: the mathematics, without the traffic.

  Attributes:
    discriminator: the network that is trained.
    optimizer: Adam, with its moments made.
    hyperparameters: what a population may change: nothing.
  """

  def __init__(
    self,
    config: learners.DiscriminatorLearnerConfig,
    discriminator: tf.Module,
  ):
    """Creates an update of a discriminator.

    Args:
      config: of loss and optimizer.
      discriminator: see `networks.discriminator.Discriminator`.
    """
    super().__init__()
    self._config = config
    self.discriminator = discriminator
    self.hyperparameters: dict[str, tf.Variable] = {}
    self.optimizer = optimization.adam(
      config.learning_rate,
      config.adam_beta1,
      config.adam_beta2,
      discriminator.trainable_variables,
    )

  @property
  def network(self) -> tf.Module:
    """What is trained."""
    return self.discriminator

  @property
  def served(self) -> Sequence[tf.Variable]:
    """The variables that the policy learner needs."""
    return self.discriminator.variables

  @property
  def trackables(self) -> dict[str, tf.Module]:
    """What a checkpoint must hold, by name."""
    return {'discriminator': self.discriminator, 'optimizer': self.optimizer}

  @tf.function(autograph=False)
  def step(
    self,
    real: tf.Tensor,
    fake: tf.Tensor,
    target: tf.Tensor | None = None,
    apply: bool | tf.Tensor = True,
  ) -> dict[str, tf.Tensor]:
    """Updates the discriminator, unless that would spoil it.

    Args:
      real: uint8 `[B, W, W, C]`, from the data set; the targets themselves for
        a conditional agent (equation 6).
      fake: uint8 `[B, W, W, C]`, final canvases.
      target: uint8 `[B, W, W, C]`, what a conditional agent should have
        reproduced in `fake`.
      apply: bool `[]`; False to see the metrics only.

    Returns:
      Metrics, float32 `[]` each, and those of `optimization.apply_if_finite`.
    """
    images = {'real': real, 'fake': fake, 'target': target}
    shapes.check(
      [(name, x, 'BWWC') for name, x in images.items() if x is not None]
    )
    self.discriminator.update_spectral_norms()
    sides = self.discriminator.random_sides(tf.shape(fake)[0])

    def score(images: tf.Tensor) -> tf.Tensor:
      return self.discriminator(images, target, sides)

    with tf.GradientTape() as tape:
      if self._config.loss == 'cross_entropy':
        loss = cross_entropy.discriminator_loss(score, real, fake)
      else:
        loss = wasserstein.discriminator_loss(
          score,
          real,
          fake,
          gradient_penalty=self._config.gradient_penalty,
          zero_mean_penalty=self._config.zero_mean_penalty,
        )
    variables = self.discriminator.trainable_variables
    gradients = tape.gradient(loss.total, variables)
    outcome = optimization.apply_if_finite(
      self.optimizer,
      gradients,
      variables,
      loss.total,
      tf.linalg.global_norm(gradients),
      apply,
    )
    return {
      'gap': loss.gap,
      'gradient_penalty': loss.gradient_penalty,
      'mean_score': loss.mean_score,
      **outcome,
    }
