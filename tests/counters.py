"""What a run counted, on disk: whether a failure lost or repeated updates."""

import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import discriminator_learner
from spiral_tf import policy_learner
from tests import launched

# Names of the learners in checkpoints, and what they train.
LEARNERS = {
  checkpoint.POLICY_LEARNER: policy_learner.PolicyUpdate,
  checkpoint.DISCRIMINATOR_LEARNER: discriminator_learner.DiscriminatorUpdate,
}
# How long a checkpoint may take to write, on a busy machine.
_SAVING_SECONDS = 4.0


def saved(config, workdir, node):
  """Reads a learner's counters, by name, from its last checkpoint."""
  module = LEARNERS[node](config)
  state = {
    'optimizer': module.optimizer,
    'updates': tf.Variable(0, dtype=tf.int64),
    'generation': tf.Variable(0, dtype=tf.int64),
  }
  checkpoint.restore(workdir, node, state)
  return {
    'step': int(module.optimizer.step),
    'updates': int(state['updates']),
    'generation': int(state['generation']),
  }


def assert_no_update_twice(config, workdir):
  """Checks that each update was made once: Adam counts them too."""
  for node in LEARNERS:
    counts = saved(config, workdir, node)
    assert counts['step'] == counts['updates'], (workdir, node, counts)


def assert_lost_little(config, workdir):
  """Checks that updates went back by no more than a checkpoint's age.

  Returns:
    The greatest step back, in updates.
  """
  may_be_lost = config.training.checkpoint_seconds + _SAVING_SECONDS
  lines, most = launched.policy_lines(workdir), 0
  for i in range(1, len(lines)):
    if lines[i]['updates'] < lines[i - 1]['updates']:
      most = max(most, lines[i - 1]['updates'] - lines[i]['updates'])
      # The process began before it could log.
      since = lines[i - 1]['time'] - may_be_lost
      must = [x['updates'] for x in lines[:i] if x['time'] <= since]
      assert not must or lines[i]['updates'] >= must[-1], lines[i]
  return most
