"""Notes of which episodes a run played, and which it trained on.

They are taken by `tests.recorded`, in the processes of nodes, and outlive them.
An episode is told from all others by its actions and their probabilities, which
noise made.
"""

import collections
import hashlib
import os
import pathlib
from typing import NamedTuple

import numpy as np

from spiral_tf import node_kinds

# Environment variable that names their folder.
VARIABLE = 'SPIRAL_TEST_RECORDS'
# Whoever notes, and the kinds of notes.
KINDS = (
  *(node_kinds.ACTOR, node_kinds.POLICY_LEARNER),
  node_kinds.DISCRIMINATOR_LEARNER,
)


class Record(NamedTuple):
  """A note.

  Attributes:
    pid: of the node's process.
    word: an episode's name, or a number of renders.
  """

  pid: int
  word: str


def names(episodes, axis):
  """Names of a batch of episodes, whose axis of episodes is `axis`."""
  arrays = [np.asarray(episodes.log_prob)]
  arrays += [np.asarray(x) for _, x in sorted(episodes.action.items())]
  for i in range(arrays[0].shape[axis]):
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
      digest.update(np.take(array, i, axis).tobytes())
    yield digest.hexdigest()


def note(kind, run, words):
  """Notes words of a node of a kind; `run` is the folder of its run, or ''."""
  name = '.'.join(filter(None, [kind, os.path.basename(run)]))
  text = ''.join(f'{os.getpid()} {word}\n' for word in words)
  with open(
    os.path.join(os.environ[VARIABLE], name), 'ab', buffering=0
  ) as file:
    file.write(text.encode())  # At once, as others write, too.


class Records:
  """What was noted so far."""

  def __init__(self, folder):
    """Creates it of the folder that `VARIABLE` names."""
    self._folder = pathlib.Path(folder)

  def of(self, kind, run='*'):
    """Records of a kind, those of a run or of all of them."""
    name = kind if kind == node_kinds.ACTOR else f'{kind}.{run}'
    return [
      Record(int(pid), word)
      for path in sorted(self._folder.glob(name))
      for pid, word in map(str.split, path.read_text().splitlines())
    ]

  def has_worked(self, kind, pid):
    """Whether a process of that kind has noted anything."""
    return any(record.pid == pid for record in self.of(kind))

  def assert_nothing_twice(self, config, restarts=0):
    """Checks that no episode was trained on twice, nor renders too often.

    Args:
      config: the experiment.
      restarts: times that a replay server was started again.
    """
    played = {record.word for record in self.of(node_kinds.ACTOR)}
    assert len(played) == len(self.of(node_kinds.ACTOR)), 'no names of episodes'
    trained = collections.Counter(
      record.word for record in self.of(node_kinds.POLICY_LEARNER)
    )
    twice = [word for word, number in trained.items() if number > 1]
    assert not twice, f'{len(twice)} episodes were trained on more than once'
    strange = trained.keys() - played
    assert not strange, f'{len(strange)} episodes were played by nobody'
    renders = sum(
      int(record.word) for record in self.of(node_kinds.DISCRIMINATOR_LEARNER)
    )
    # A discriminator may be behind by two of the policy's updates, and a server
    # that starts again may lend it so much once more.
    policy, discriminator = config.policy_learner, config.discriminator_learner
    batch = max(policy.batch_size, config.training.environments_per_actor)
    lent = restarts * (discriminator.batch_size + 2 * batch)
    ratio = discriminator.updates_per_policy_update
    ratio *= discriminator.batch_size / policy.batch_size
    assert renders <= ratio * (len(played) + lent), (
      f'{renders} renders of {len(played)} episodes, {restarts} restarts'
    )

  def assert_enough(self, config, run, updates):
    """Checks that so many updates of a run were not made of fewer episodes."""
    trained = len(self.of(node_kinds.POLICY_LEARNER, os.path.basename(run)))
    batches = trained / config.policy_learner.batch_size
    assert updates <= batches, f'{updates} updates of {batches} batches'
