"""Checkpoints of the learners.

Whatever ends a learner, a kill or a power cut, leaves one that can be read; and
of those, a damaged one leaves the one before, see `checkpoint_files`.
"""

from collections.abc import Mapping
import os
import sys
import time
from typing import Any

import tensorflow as tf

from spiral_tf import files
from spiral_tf import node_kinds
from spiral_tf.workdir import checkpoint_files
from spiral_tf.workdir import claims
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

_LEARNERS = (node_kinds.POLICY_LEARNER, node_kinds.DISCRIMINATOR_LEARNER)
# Checkpoints that are kept: the newest, and one in case it is damaged.
_KEPT = 2


class Checkpointer:
  """Saves and restores one learner, as long as no other was started for it.

  Attributes:
    node: name of the learner.
    claim: the right to save it.
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

    Raises:
      damage.DamagedError: there are checkpoints, but none is sound.
    """
    self.node = node
    self._folder = folder(workdir, node)
    self.claim = claims.Claim(self._folder)
    for parent in (workdir, os.path.dirname(self._folder)):
      files.sync(parent)
    checkpoint_files.clean(self._folder)
    self._checkpoint = tf.train.Checkpoint(**trackables)
    self._save_every = save_every
    self._saved = time.monotonic()
    # Paths of those that are known to be sound, the oldest first.
    self._sound: list[str] = []
    path, damaged = checkpoint_files.newest(self._folder)
    for line in damaged:
      print(line, flush=True)
    if path:
      self._checkpoint.read(path)
      self._sound.append(path)

  def save(self) -> str:
    """Writes a checkpoint and returns its path; then it is on the disk.

    Raises:
      claims.SupersededError: another process was started for this learner;
        nothing was written.
    """
    self._saved = time.monotonic()
    try:
      path = checkpoint_files.write(
        self._folder, self.claim.token, self._checkpoint.write, self.claim.check
      )
    except Exception:
      self.claim.check()  # A successor removes what is half written.
      raise
    self._sound = [*self._sound, path][-_KEPT:]
    checkpoint_files.remove_before(
      self._folder, checkpoint_files.number_of(self._sound[0])
    )
    return path

  def is_due(self) -> bool:
    """Whether it is time for the next checkpoint."""
    return time.monotonic() - self._saved >= self._save_every

  def last_path(self) -> str | None:
    """Path of the last checkpoint, None if there is none."""
    return self._sound[-1] if self._sound else None


def folder(workdir: str, node: str) -> str:
  """Where the checkpoints of a learner lie."""
  return os.path.join(workdir, 'checkpoints', node)


def restore(workdir: str, node: str, trackables: Mapping[str, Any]) -> str:
  """Restores parts of a learner for inference.

  Args:
    workdir: folder of the run, which may be being trained.
    node: name of the learner.
    trackables: what to restore, all of whose variables exist already.

  Returns:
    The checkpoint's path.

  Raises:
    FileNotFoundError: there is no checkpoint.
    damage.DamagedError: there are checkpoints, but none is sound.
  """
  path, damaged = _restore(workdir, node, trackables)
  for line in damaged:
    print(line, file=sys.stderr, flush=True)
  if path is None:
    raise FileNotFoundError(
      f'There is no checkpoint in {folder(workdir, node)}. Train first: '
      f'python -m launch.train --workdir={workdir}'
    )
  return path


def done_so_far(workdir: str) -> tuple[int, float]:
  """Policy updates, and seconds of training, that a run's checkpoint holds.

  Args:
    workdir: folder of the run.

  Returns:
    Both, or zeros if there is no checkpoint.

  Raises:
    damage.DamagedError: there are checkpoints, but none is sound.
  """
  updates = tf.Variable(0, dtype=tf.int64, trainable=False)
  seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
  _restore(
    workdir,
    node_kinds.POLICY_LEARNER,
    {'updates': updates, 'seconds': seconds},
  )
  return int(updates), float(seconds)


def check(workdir: str) -> list[str]:
  """Looks, before a run goes on, whether its learners will find what they need.

  Args:
    workdir: folder of the run.

  Returns:
    A line for each that will not go on from the newest that there was.

  Raises:
    damage.DamagedError: a learner has checkpoints, but none is sound.
  """
  found = {
    node: checkpoint_files.newest(folder(workdir, node)) for node in _LEARNERS
  }
  lines = [line for newest in found.values() for line in newest.damaged]
  for node, newest in found.items():
    last = json_lines.last_line(metrics.metrics_path(workdir, node)) or {}
    has_learned = any(other.path for other in found.values()) or last
    if newest.path is None and has_learned:
      lines.append(
        f'There is no checkpoint in {folder(workdir, node)}, though the run '
        f'has begun: its {node} starts anew, from update 0. If there was one, '
        'stop, and put it back.'
      )
  return lines


def _restore(
  workdir: str, node: str, trackables: Mapping[str, Any]
) -> checkpoint_files.Newest:
  """Restores the newest sound checkpoint, if there is one."""
  where = folder(workdir, node)
  while True:
    found = checkpoint_files.newest(where)
    if found.path is None:
      return found
    try:
      status = tf.train.Checkpoint(**trackables).read(found.path)
    except (tf.errors.OpError, IndexError):
      # A learner removes checkpoints when it has newer ones.
      number = checkpoint_files.number_of(found.path)
      if number in checkpoint_files.numbers(where):
        raise
      continue
    status.assert_existing_objects_matched().expect_partial()
    return found
