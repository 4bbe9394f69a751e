"""Notes of which episodes a run played, and which it trained on.

They are taken by `tests.recorded`, in the processes of nodes, and outlive them.
An episode is known by its actions and their probabilities, which noise made.
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
  """Notes words of a node of a kind, of a run by its name."""
  path = os.path.join(os.environ[VARIABLE], f'{run}.{kind}')
  text = ''.join(f'{os.getpid()} {word}\n' for word in words)
  with open(path, 'ab', buffering=0) as file:
    file.write(text.encode())  # At once, as others write, too.


class Records:
  """What was noted so far."""

  def __init__(self, folder):
    """Creates it of the folder that `VARIABLE` names."""
    self._folder = pathlib.Path(folder)

  @property
  def environment(self):
    """What the processes of a run need to know to note anything."""
    self._folder.mkdir(exist_ok=True)
    return {VARIABLE: str(self._folder)}

  def path(self, kind, run):
    """File of the notes of a kind in a run."""
    return self._folder / f'{run}.{kind}'

  def of(self, kind, run):
    """Records of a kind, of a run by its name."""
    path = self.path(kind, run)
    lines = path.read_text().splitlines() if path.exists() else []
    return [Record(int(pid), word) for pid, word in map(str.split, lines)]

  def has_worked(self, kind, run, pid):
    """Whether a process of that kind has noted anything."""
    return any(record.pid == pid for record in self.of(kind, run))

  def assert_nothing_twice(self, config, run, restarts=0):
    """Checks that no episode was trained on twice, nor renders too often.

    Args:
      config: the experiment.
      run: name of the run's folder.
      restarts: times that its replay server was started again.
    """
    played, trained = (
      collections.Counter(record.word for record in self.of(kind, run))
      for kind in (node_kinds.ACTOR, node_kinds.POLICY_LEARNER)
    )
    # Actors start with the same noise, and may play an episode again.
    assert len(played) > 0.9 * played.total(), 'episodes have the same names'
    twice = trained - played
    assert not twice, f'{twice.total()} episodes were trained on once too often'
    renders = sum(
      int(record.word)
      for record in self.of(node_kinds.DISCRIMINATOR_LEARNER, run)
    )
    # A discriminator may be behind by two of the policy's updates, and a server
    # that starts again may lend it so much once more.
    policy, discriminator = config.policy_learner, config.discriminator_learner
    batch = max(policy.batch_size, config.training.environments_per_actor)
    lent = restarts * (discriminator.batch_size + 2 * batch)
    ratio = discriminator.updates_per_policy_update
    ratio *= discriminator.batch_size / policy.batch_size
    assert renders <= ratio * (played.total() + lent), (
      f'{renders} renders of {played.total()} episodes, {restarts} restarts'
    )

  def assert_enough(self, config, run, updates):
    """Checks that so many updates of a run were not made of fewer episodes."""
    trained = self.of(node_kinds.POLICY_LEARNER, run)
    batches = len(trained) / config.policy_learner.batch_size
    assert updates <= batches, f'{updates} updates of {batches} batches'
