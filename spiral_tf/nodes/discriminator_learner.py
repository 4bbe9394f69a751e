"""The node that trains the discriminator, around a `DiscriminatorUpdate`."""

import time

import tensorflow as tf

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.nodes import graphics
from spiral_tf.nodes import learner as learner_lib
from spiral_tf.replay import control as replay_control
from spiral_tf.replay import episodes
from spiral_tf.replay import snapshots
from spiral_tf.workdir import metrics


class DiscriminatorLearner(learner_lib.Learner):
  """Reads renders and real images, updates, hands out the weights.

  What it trains on is saved with it: the renders in replay.
  """

  def __init__(
    self,
    config: experiment.Config,
    workdir: str,
    replay: episodes.Replay,
    member: bool = False,
  ):
    """Creates the learner, from its last checkpoint if there is one.

    Args:
      config: the experiment.
      workdir: folder of the run.
      replay: where renders come from.
      member: whether this is part of a population.
    """
    graphics.check(config, node_kinds.DISCRIMINATOR_LEARNER)
    learner = config.discriminator_learner
    super().__init__(
      builders.make_discriminator_update(config),
      workdir,
      node_kinds.DISCRIMINATOR_LEARNER,
      config.training.checkpoint_seconds,
      member,
    )
    self._config = config
    self._replay = replay
    self._replay_folder = snapshots.folder(config, workdir)
    if not config.conditional:
      # A continued run goes on with images in another order.
      self._real = builders.load_dataset(config).batches(
        'train', learner.batch_size, seed=config.seed + int(self._updates)
      )
    spec = builders.environment_spec(config)
    self._reader = replay.reader(
      episodes.RENDERS,
      episodes.render_signature(spec.observation),
      learner.batch_size,
    )
    self._metrics = metrics.MetricsWriter(
      workdir, node_kinds.DISCRIMINATOR_LEARNER
    )
    self._last_log = time.monotonic()

  def _gather(self) -> dict[str, tf.Tensor] | None:
    if self._diverged:
      self._rest()
      return None
    with activity.CURRENT.waiting(node_kinds.REPLAY):
      renders = self._reader.read()
    if renders is None:
      return None
    target = renders.get('target')
    real = tf.constant(next(self._real)) if target is None else target
    return {'real': real, 'fake': renders['canvas'], 'target': target}

  def _update(self, data: dict[str, tf.Tensor]) -> None:
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
      self._save_replay(wait=0)

  def _frames(self, updates: int) -> int:
    """Environment frames by now, from the ratio that replay keeps to."""
    learner = self._config.discriminator_learner
    policy_updates = updates / learner.updates_per_policy_update
    return experiment.frames(self._config, policy_updates)

  def _finish(self) -> None:
    self._reader.close()
    self._save()
    self._save_replay()

  def _save_replay(self, **kwargs) -> None:
    replay_control.save(
      self._replay, self._replay_folder, self._claim.check, **kwargs
    )
