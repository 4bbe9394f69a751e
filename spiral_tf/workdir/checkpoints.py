"""Checkpoints of the learners.

A checkpoint is written beside the last one and becomes the current one by a
rename, so whatever kills a learner leaves one that can be read.
"""

from collections.abc import Mapping
import contextlib
import os
import time
from typing import Any

import tensorflow as tf

from spiral_tf import node_kinds


class Checkpointer:
  """Saves and restores one learner.

  Attributes:
    node: name of the learner.
  """

  def __init__(
    self,
    workdir: str,
    node: str,
    save_every: float,
    trackables: Mapping[str, Any],
  ):
    """Creates a checkpointer and restores the last checkpoint, if there is one.

    Args:
      workdir: folder of the run.
      node: name of the learner; its checkpoints lie in `checkpoints/<node>`.
      save_every: seconds between checkpoints, see `is_due`.
      trackables: what to save: variables, modules, optimizers.
    """
    self.node = node
    self._manager = tf.train.CheckpointManager(
      tf.train.Checkpoint(**trackables),
      os.path.join(workdir, 'checkpoints', node),
      max_to_keep=2,
    )
    self._save_every = save_every
    self._saved = time.monotonic()
    self._manager.restore_or_initialize()

  def save(self) -> str:
    """Writes a checkpoint and returns its path."""
    self._saved = time.monotonic()
    return self._manager.save()

  def is_due(self) -> bool:
    """Whether it is time for the next checkpoint."""
    return time.monotonic() - self._saved >= self._save_every

  def last_path(self) -> str | None:
    """Path of the last checkpoint, None if there is none."""
    return self._manager.latest_checkpoint


def restore(workdir: str, node: str, trackables: Mapping[str, Any]) -> str:
  """Restores parts of a learner for inference.

  Args:
    workdir: folder of the run.
    node: name of the learner.
    trackables: what to restore, all of whose variables exist already.

  Returns:
    The checkpoint's path.

  Raises:
    FileNotFoundError: there is no checkpoint.
  """
  folder = os.path.join(workdir, 'checkpoints', node)
  path = tf.train.latest_checkpoint(folder)
  if path is None:
    raise FileNotFoundError(
      f'There is no checkpoint in {folder}. Train first: '
      f'python -m launch.train --workdir={workdir}'
    )
  status = tf.train.Checkpoint(**trackables).restore(path)
  status.assert_existing_objects_matched().expect_partial()
  return path


def done_so_far(workdir: str) -> tuple[int, float]:
  """Policy updates, and seconds of training, that a run's checkpoint holds.

  Args:
    workdir: folder of the run.

  Returns:
    Both, or zeros if there is no checkpoint.
  """
  updates = tf.Variable(0, dtype=tf.int64, trainable=False)
  seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
  with contextlib.suppress(FileNotFoundError):
    restore(
      workdir,
      node_kinds.POLICY_LEARNER,
      {'updates': updates, 'seconds': seconds},
    )
  return int(updates), float(seconds)
