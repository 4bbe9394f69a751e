"""The node that trains the policy: traffic around a `PolicyUpdate`."""

import time
from typing import Any

import numpy as np
import tensorflow as tf
import tree

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.nodes import graphics
from spiral_tf.nodes import learner as learner_lib
from spiral_tf.nodes import weights
from spiral_tf.replay import episodes as episodes_lib
from spiral_tf.workdir import metrics


class PolicyLearner(learner_lib.Learner):
  """Reads episodes, updates the policy, hands out its weights."""

  def __init__(
    self,
    config: experiment.Config,
    workdir: str,
    discriminator_learner: Any,
    replay: episodes_lib.Replay,
    member: bool = False,
  ):
    """Creates the learner, from its last checkpoint if there is one.

    Args:
      config: the experiment.
      workdir: folder of the run.
      discriminator_learner: client of the discriminator learner.
      replay: where episodes come from.
      member: whether this is part of a population: then the checkpoint says
        what the hyperparameters are, and the end of its training is not the
        end of the program.
    """
    graphics.check(config, node_kinds.POLICY_LEARNER)
    update = builders.make_policy_update(config)
    self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
    super().__init__(
      update,
      workdir,
      node_kinds.POLICY_LEARNER,
      config.training.checkpoint_seconds,
      member,
      counters={'seconds': self._seconds},
    )
    self._config = config
    spec = builders.environment_spec(config)
    signature = episodes_lib.episode_signature(
      spec.observation, spec.action, config.environment.episode_length
    )
    self._demonstrations = builders.make_demonstrations(
      config, int(self._updates)
    )
    self._reader = replay.reader(
      episodes_lib.TRAJECTORIES,
      signature._asdict(),
      config.policy_learner.batch_size,
    )
    self._discriminator = weights.WeightsClient(
      discriminator_learner, update.discriminator.variables
    )
    self._metrics = metrics.MetricsWriter(workdir, node_kinds.POLICY_LEARNER)
    self._last_update: float | None = None
    self._last_log = time.monotonic()
    self._waited = 0.0
    self._updates_logged = int(self._updates)
    self._values: dict[str, tf.Tensor] = {}
    self._blank: list[tf.Tensor] = []

  def status(self) -> dict[str, Any]:
    """Remote call: see `Learner.status`; with `seconds`, `frames`, `done`."""
    values = super().status()
    values['seconds'] = float(self._seconds)
    values['frames'] = experiment.frames(self._config, values['updates'])
    values['done'] = self._is_trained()
    return values

  def _frames(self) -> int:
    return experiment.frames(self._config, int(self._updates))

  def _done(self) -> bool:
    return not self._member and self._is_trained()

  def _is_trained(self) -> bool:
    return self._progress() >= 1

  def _progress(self) -> float:
    return experiment.progress(
      self._config, int(self._updates), float(self._seconds)
    )

  def _anneal(self) -> float:
    return experiment.anneal(self._config, self._progress())

  def _gather(self) -> dict[str, Any] | None:
    if self._diverged or self._is_trained():  # Others may still train.
      self._rest()
      return None
    start = time.monotonic()
    with activity.CURRENT.waiting(node_kinds.REPLAY):
      batch = self._reader.read()
    self._waited += time.monotonic() - start
    if batch is None:
      return None
    with activity.CURRENT.waiting(node_kinds.DISCRIMINATOR_LEARNER):
      self._discriminator.update()
    data = {'episodes': types.Episode(**batch)}
    if self._demonstrations is not None:
      data['demonstrations'] = tree.map_structure(
        tf.constant, next(self._demonstrations)
      )
    return data

  def _update(self, data: dict[str, Any]) -> None:
    anneal = tf.constant(self._anneal())
    self._values = self._guarded_update(**data, anneal=anneal)
    if not self._values:
      return
    self._blank.append(self._values['blank'])
    now = time.monotonic()
    if self._last_update is not None:
      self._seconds.assign_add(now - self._last_update)
    self._last_update = now
    if now - self._last_log >= self._config.training.log_seconds:
      self._log(now)
    self._save_if_due()
    if self._is_trained():
      self._last_update = None  # What follows is no time of training.

  def _log(self, now: float) -> None:
    updates = int(self._updates)
    seconds = now - self._last_log
    rate, waited = (updates - self._updates_logged) / seconds, self._waited
    self._last_log, self._updates_logged, self._waited = now, updates, 0.0
    batch_size = self._config.policy_learner.batch_size
    if self._values and self._blank:  # One batch may be blank by chance.
      self._values['blank'] = tf.reduce_mean(self._blank)
      self._blank.clear()
    self._metrics.scalars(
      self._frames(),
      {
        **self._values,
        'updates': updates,
        'done': self._is_trained(),
        'anneal': self._anneal(),
        'episodes_per_second': rate * batch_size,
        # The share of the time without an episode to learn from.
        'idle': waited / seconds,
        'seconds': float(self._seconds),
        'seconds_left': self._seconds_left(rate),
      },
    )
    self._metrics.flush()

  def _seconds_left(self, updates_per_second: float) -> float:
    """Seconds to the end of training; -1 if it has none."""
    training = self._config.training
    left = [np.inf]
    if training.minutes:
      left.append(60 * training.minutes - float(self._seconds))
    if training.frames:
      frames_per_second = (
        experiment.frames(self._config, 1) * updates_per_second
      )
      frames_left = training.frames - self._frames()
      left.append(frames_left / max(frames_per_second, 1e-6))
    return max(0.0, min(left)) if len(left) > 1 else -1.0

  def _finish(self) -> None:
    self._reader.close()
    self._save()
    self._log(time.monotonic())
