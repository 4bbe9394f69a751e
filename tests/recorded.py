"""`python -m launch.train` whose nodes note what they play and train on.

    SPIRAL_TEST_RECORDS=FOLDER python -m tests.recorded --config=... ...

Nodes are those of the product, with a note before each piece of work, see
`tests.records`.
"""

import os
import types

from absl import flags

from launch import commands
from launch import graph
from launch import train
from spiral_tf import node_kinds
from spiral_tf.nodes import actor
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import policy_learner
from tests import records


def _run():
  """Name of the run that this process is of, "member_00" of a population.

  Not all nodes are told; they all print to .../logs/member_00/actor/0, say.
  """
  workdir, _, node = os.readlink('/proc/self/fd/1').rpartition('/logs/')
  member, _, _ = node.partition('/')
  return member if node.count('/') > 1 else os.path.basename(workdir)


class _Writer:
  """A writer of episodes that notes them first."""

  def __init__(self, writer):
    self._writer = writer

  def write(self, episodes, *args, **kwargs):
    """Notes and writes a time-major batch of episodes."""
    words = records.names(episodes, axis=1)
    records.note(node_kinds.ACTOR, _run(), words)
    return self._writer.write(episodes, *args, **kwargs)


class Actor(actor.Actor):
  """Notes what it plays."""

  def __init__(self, *args, **kwargs):
    super().__init__(*args, **kwargs)
    self._writer = _Writer(self._writer)


class PolicyLearner(policy_learner.PolicyLearner):
  """Notes what it trains on."""

  def _update(self, data):
    words = records.names(data['episodes'], axis=0)
    records.note(node_kinds.POLICY_LEARNER, _run(), words)
    super()._update(data)


class DiscriminatorLearner(discriminator_learner.DiscriminatorLearner):
  """Notes how many renders it trains on."""

  def _update(self, data):
    number = int(data['fake'].shape[0])
    records.note(node_kinds.DISCRIMINATOR_LEARNER, _run(), [number])
    super()._update(data)


if __name__ == '__main__':
  flags.FLAGS.set_default('lp_launch_type', 'local_mp')
  graph.actor = types.SimpleNamespace(Actor=Actor)
  graph.policy_learner = types.SimpleNamespace(PolicyLearner=PolicyLearner)
  graph.discriminator_learner = types.SimpleNamespace(
    DiscriminatorLearner=DiscriminatorLearner
  )
  commands.run(train.main, train.output)
