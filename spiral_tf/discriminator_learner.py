"""Trains the discriminator on real images and final canvases.

Equation 1, and for conditional agents equation 6.
"""

import time
from typing import Dict, Optional, Union

import sonnet as snt
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import learner as learner_lib
from spiral_tf import metrics
from spiral_tf import replay
from spiral_tf import replay_control
from spiral_tf import watchdog
from spiral_tf.losses import cross_entropy
from spiral_tf.losses import wasserstein


class DiscriminatorUpdate(tf.Module):
  """One step of the discriminator: the mathematics, without the traffic."""

  def __init__(self, config: config_lib.Config):
    """Builds discriminator and optimizer."""
    super().__init__()
    self._learner = config.discriminator_learner
    self.discriminator = builders.make_discriminator(config)
    self.optimizer = snt.optimizers.Adam(
      self._learner.learning_rate,
      beta1=self._learner.adam_beta1,
      beta2=self._learner.adam_beta2,
    )
    # Now, not with the first update: a checkpoint before it has them too.
    self.optimizer._initialize(self.discriminator.trainable_variables)

  @tf.function
  def step(
    self,
    real: tf.Tensor,
    fake: tf.Tensor,
    target: Optional[tf.Tensor] = None,
    apply: Union[bool, tf.Tensor] = True,
  ) -> Dict[str, tf.Tensor]:
    """Updates the discriminator, unless that would spoil it.

    Args:
      real: uint8 `[B, W, W, C]`, from the data set; the targets themselves for
        a conditional agent (equation 6).
      fake: uint8 `[B, W, W, C]`, final canvases.
      target: uint8 `[B, W, W, C]`, what a conditional agent should have
        reproduced in `fake`.
      apply: bool `[]`; False to see the metrics only.

    Returns:
      Metrics, float32 `[]` each, and those of `watchdog.apply_if_finite`.
    """
    self.discriminator.update_spectral_norms()
    sides = self.discriminator.random_sides(tf.shape(fake)[0])

    def score(images: tf.Tensor) -> tf.Tensor:
      return self.discriminator(images, target, sides)

    with tf.GradientTape() as tape:
      if self._learner.loss == 'cross_entropy':
        loss = cross_entropy.discriminator_loss(score, real, fake)
      else:
        loss = wasserstein.discriminator_loss(
          score,
          real,
          fake,
          gradient_penalty=self._learner.gradient_penalty,
          zero_mean_penalty=self._learner.zero_mean_penalty,
        )
    variables = self.discriminator.trainable_variables
    gradients = tape.gradient(loss.total, variables)
    outcome = watchdog.apply_if_finite(
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


class DiscriminatorLearner(learner_lib.Learner):
  """Reads renders and real images, updates, hands out the weights.

  What it trains on is saved with it: the renders in replay.
  """

  def __init__(
    self,
    config: config_lib.Config,
    workdir: str,
    replay_client: replay.Client,
    member: bool = False,
  ):
    """Creates the learner, from its last checkpoint if there is one.

    Args:
      config: the experiment.
      workdir: folder of the run.
      replay_client: client of the replay server.
      member: whether this is part of a population.
    """
    learner = config.discriminator_learner
    self._module = DiscriminatorUpdate(config)
    super().__init__(
      workdir,
      checkpoint.DISCRIMINATOR_LEARNER,
      config.training.checkpoint_seconds,
      network=self._module.discriminator,
      optimizer=self._module.optimizer,
      step=self._module.step,
      served=self._module.discriminator.variables,
      trackables={
        'discriminator': self._module.discriminator,
        'optimizer': self._module.optimizer,
      },
      hyperparameters={},
      member=member,
    )
    self._config = config
    self._replay_client = replay_client
    if not config.conditional:
      # A continued run goes on with images in another order.
      self._real = builders.load_dataset(config).batches(
        'train', learner.batch_size, seed=config.seed + int(self._updates)
      )
    spec = builders.environment_spec(config)
    self._reader = replay.Reader(
      replay_client,
      replay.RENDERS,
      replay.render_signature(spec.observation),
      learner.batch_size,
    )
    self._metrics = metrics.MetricsWriter(
      workdir, checkpoint.DISCRIMINATOR_LEARNER
    )
    self._last_log = time.monotonic()

  def _gather(self) -> Optional[Dict[str, tf.Tensor]]:
    if self._diverged:
      self._stop.wait(0.5)
      return None
    renders = self._reader.read()
    if renders is None:
      return None
    target = renders.get('target')
    real = tf.constant(next(self._real)) if target is None else target
    return {'real': real, 'fake': renders['canvas'], 'target': target}

  def _update(self, data: Dict[str, tf.Tensor]) -> None:
    values = self._guarded_update(**data)
    if not values:
      return
    now = time.monotonic()
    if now - self._last_log >= self._config.training.log_seconds:
      self._last_log = now
      updates = int(self._updates)
      self._metrics.scalars(
        self._frames(updates), {**values, 'updates': updates}
      )
      self._metrics.flush()
    if self._save_if_due():
      replay_control.save(self._replay_client, wait=0)

  def _frames(self, updates: int) -> int:
    """Environment frames by now, from the ratio that replay keeps to."""
    learner = self._config.discriminator_learner
    policy_updates = updates / learner.updates_per_policy_update
    return config_lib.frames(self._config, policy_updates)

  def _finish(self) -> None:
    self._reader.close()
    self._save()
    replay_control.save(self._replay_client)
