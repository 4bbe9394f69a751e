"""Runs as training leaves them, without the training."""

import tensorflow as tf

from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib


def make(
  workdir: str, config: config_lib.Config, updates: int = 5, minutes: float = 2
) -> None:
  """Writes the config and a policy learner's checkpoint into `workdir`."""
  checkpoint.save_config(workdir, config)
  trackables = {
    'policy': builders.make_policy(config),
    'updates': tf.Variable(updates, dtype=tf.int64),
    'seconds': tf.Variable(60 * minutes, dtype=tf.float64),
  }
  checkpoint.Checkpointer(
    workdir, checkpoint.POLICY_LEARNER, 1e6, trackables
  ).save()
