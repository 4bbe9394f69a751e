"""Checkpoints of the learners, and the configuration that goes with them.

A checkpoint is written beside the last one and becomes the current one by a
rename, so whatever kills a learner leaves one that can be read.
"""

import contextlib
import json
import os
import time
from typing import Any, Mapping, Tuple

import tensorflow as tf

from spiral_tf import config as config_lib

# Names of the nodes that have checkpoints.
POLICY_LEARNER = 'policy_learner'
DISCRIMINATOR_LEARNER = 'discriminator_learner'

_CONFIG = 'config.json'
# What may differ between a run and its continuation.
_MAY_CHANGE = (
  'training',
  'policy_learner',
  'discriminator_learner',
  'reward',
  'population',
  'resources',
)
_MAY_CHANGE_FIELDS = ('data.path',)
_MAY_NOT_CHANGE_FIELDS = ('population.size',)


class Checkpointer:
  """Saves and restores one learner."""

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
      save_every: seconds between checkpoints, see `save_if_due`.
      trackables: what to save: variables, modules, optimizers.
    """
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

  def save_if_due(self) -> bool:
    """Writes a checkpoint if it is time to; says whether it did."""
    due = time.monotonic() - self._saved >= self._save_every
    if due:
      self.save()
    return due


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


def done_so_far(workdir: str) -> Tuple[int, float]:
  """Policy updates, and seconds of training, that a run's checkpoint holds.

  Args:
    workdir: folder of the run.

  Returns:
    Both, or zeros if there is no checkpoint.
  """
  updates = tf.Variable(0, dtype=tf.int64, trainable=False)
  seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
  with contextlib.suppress(FileNotFoundError):
    restore(workdir, POLICY_LEARNER, {'updates': updates, 'seconds': seconds})
  return int(updates), float(seconds)


def save_config(workdir: str, config: config_lib.Config) -> None:
  """Writes `config` into `workdir`, or checks it against the one there.

  Raises:
    ValueError: see `check_config`.
  """
  check_config(workdir, config)
  os.makedirs(workdir, exist_ok=True)
  text = json.dumps(config_lib.to_dict(config), indent=2) + '\n'
  replace_file(os.path.join(workdir, _CONFIG), text.encode())


def replace_file(path: str, data: bytes) -> None:
  """Writes a file that, whatever happens, is either the old or the new."""
  temporary = path + '.new'
  with open(temporary, 'wb') as file:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
  os.replace(temporary, path)


def check_config(workdir: str, config: config_lib.Config) -> None:
  """Checks that the run in `workdir`, if there is one, can go on so.

  Raises:
    ValueError: the run in `workdir` was made with networks, an environment or
      data that `config` does not describe, so it cannot go on with it.
  """
  if os.path.exists(os.path.join(workdir, _CONFIG)):
    _check_same(load_config(workdir), config, workdir)


def load_config(workdir: str) -> config_lib.Config:
  """Reads the configuration of the run in `workdir`.

  Raises:
    FileNotFoundError: there is no run in `workdir`.
    ValueError: its configuration is not valid.
  """
  path = os.path.join(workdir, _CONFIG)
  if not os.path.exists(path):
    raise FileNotFoundError(
      f'{path} does not exist, so {workdir!r} is not the folder of a run. '
      f'Train one there first: python -m launch.train --workdir={workdir}'
    )
  with open(path) as file:
    return config_lib.from_dict(json.load(file))


def _check_same(
  old: config_lib.Config, new: config_lib.Config, workdir: str
) -> None:
  values = config_lib.flat(old)
  for name, now in config_lib.flat(new).items():
    may_change = name.split('.')[0] in _MAY_CHANGE or name in _MAY_CHANGE_FIELDS
    if may_change and name not in _MAY_NOT_CHANGE_FIELDS:
      continue
    before = values[name]
    if before != now:
      raise ValueError(
        f'The run in {workdir!r} was started with config.{name}={before!r}, '
        f'now it is {now!r}, which its checkpoints do not fit. Use another '
        f'--workdir, or --config.{name}={before!r} to go on with this one.'
      )
