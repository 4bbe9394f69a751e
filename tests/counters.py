"""What a run counted, on disk: whether a failure lost or repeated updates."""

import dataclasses
import itertools

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.workdir import checkpoints
from tests import launched

# Names of the learners in checkpoints, and what makes their updates.
LEARNERS = {
  node_kinds.POLICY_LEARNER: builders.make_policy_update,
  node_kinds.DISCRIMINATOR_LEARNER: builders.make_discriminator_update,
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
  checkpoints.restore(workdir, node, state)
  return {
    'step': int(module.optimizer.step),
    'updates': int(state['updates']),
    'generation': int(state['generation']),
  }


def assert_whole(config, workdir):
  """Checks that no learner goes on with a part of what it saved.

  Adam counts updates, too.
  """
  for node in LEARNERS:
    counts = saved(config, workdir, node)
    assert counts['step'] == counts['updates'], (workdir, node, counts)


def assert_copied_together(config, workdir):
  """Checks that copies were of policy and discriminator alike."""
  generations = [saved(config, workdir, n)['generation'] for n in LEARNERS]
  # The run may be stopped between the two.
  assert np.ptp(generations) <= 1, (workdir, generations)


def assert_lost_little(config, workdir, node=node_kinds.POLICY_LEARNER):
  """Checks that updates went back by no more than a checkpoint's age.

  Args:
    config: the experiment.
    workdir: folder of the run.
    node: name of the learner.

  Returns:
    The greatest step back, in updates.
  """
  may_be_lost = config.training.checkpoint_seconds + _SAVING_SECONDS
  most = 0
  # Lines of updates that have not been lost, as far as one is looked at.
  kept = []
  for line in launched.learner_lines(workdir, node):
    if kept and line['updates'] < kept[-1]['updates']:
      most = max(most, kept[-1]['updates'] - line['updates'])
      # The process began before it could log.
      since = kept[-1]['time'] - may_be_lost
      must = [x['updates'] for x in kept if x['time'] <= since]
      assert not must or line['updates'] >= must[-1], (node, line)
      # What was lost now, as it may be, is not to be asked for again.
      kept = [x for x in kept if x['updates'] < line['updates']]
    kept.append(line)
  return most


@dataclasses.dataclass
class Course:
  """What became of a learner.

  Attributes:
    updates: its counter's last value.
    made: updates that it made, those among them that were lost.
    pause: seconds of the longest time without an update.
    back: updates of the greatest step back.
    back_seconds: how old the checkpoint was that it went back to, at most.
  """

  updates: int = 0
  made: int = 0
  pause: float = 0.0
  back: int = 0
  back_seconds: float = 0.0


def course(lines, now):
  """Follows a learner by its log.

  Args:
    lines: of the log, at least one.
    now: time until which to look.

  Returns:
    A `Course`.
  """
  result, since = Course(), lines[0]['time']
  steps = list(itertools.pairwise(lines))
  result.made = result.updates = int(lines[0]['updates'])
  for i, (before, line) in enumerate(steps):
    change = int(line['updates'] - before['updates'])
    if change < 0:
      result.back = max(result.back, -change)
      older = (x['time'] for x in reversed(lines[: i + 1]))
      values = (x['updates'] for x in reversed(lines[: i + 1]))
      age = before['time'] - next(
        (t for t, n in zip(older, values) if n <= line['updates']), since
      )
      result.back_seconds = max(result.back_seconds, age)
    # The first line of a new process comes with its first update.
    result.made += change if change >= 0 else 1
    result.updates = int(line['updates'])
  times = [lines[0]['time']]
  times += [b['time'] for a, b in steps if a['updates'] != b['updates']]
  for start, end in itertools.pairwise([*times, now]):
    result.pause = max(result.pause, end - start)
  return result
