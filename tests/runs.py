"""Runs as training leaves them, without the training."""

import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file


def make(
  workdir: str, config: experiment.Config, updates: int = 5, minutes: float = 2
) -> None:
  """Writes the config and a policy learner's checkpoint into `workdir`."""
  config_file.save(workdir, config)
  trackables = {
    'policy': builders.make_policy(config),
    'updates': tf.Variable(updates, dtype=tf.int64),
    'seconds': tf.Variable(60 * minutes, dtype=tf.float64),
  }
  checkpoints.Checkpointer(
    workdir, node_kinds.POLICY_LEARNER, 1e6, trackables
  ).save()
