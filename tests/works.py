"""Whether a node works: by what it makes, which outlives it."""

import os
from typing import NamedTuple

from spiral_tf import node_kinds
from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from tests import launched

_LEARNERS = (node_kinds.POLICY_LEARNER, node_kinds.DISCRIMINATOR_LEARNER)
# Updates that a policy learner may make of what was read before its replay
# server was lost: its reader is ahead by so many batches, and some more.
_AHEAD = 8


class Begin(NamedTuple):
  """How things were when a node's process began.

  Attributes:
    group: of the node.
    pid: of the process.
    time: of its start, in seconds since 1970.
    updates: of the policy learner of its run; 0 of a controller.
    round: of the population.
  """

  group: str
  pid: int
  time: float
  updates: int
  round: int


class Run:
  """A population that is trained, by what it writes.

  Attributes:
    folders: of its members, by their names.
  """

  def __init__(self, workdir, names, records):
    """Creates it of its folder, its members' names and `records.Records`."""
    self.folders = {
      name: members.member_workdir(workdir, index)
      for index, name in enumerate(names)
    }
    self._lineage = members.lineage_path(workdir)
    self._records = records

  def records_of(self, kind):
    """Records of a kind, of the lineage."""
    exists = os.path.exists(self._lineage)
    records = lineage.read(self._lineage) if exists else []
    return [record for record in records if record['kind'] == kind]

  def begin(self, group, process):
    """Notes the begin of a node's process, for `has_worked`."""
    member = group.partition('/')[0]
    folder = self.folders.get(member)
    rounds = [record['round'] for record in self.records_of('status')]
    return Begin(
      group,
      process.pid,
      process.create_time(),
      launched.updates(folder) if folder else 0,
      max(rounds, default=-1),
    )

  def size(self, group):
    """Bytes of what a node makes, which grow while it works."""
    member, _, kind = group.partition('/')
    if group == node_kinds.CONTROLLER:
      paths = [self._lineage]
    elif kind == node_kinds.EVALUATOR:
      paths = [metrics.metrics_path(self.folders[member], kind)]
    elif kind == node_kinds.REPLAY:  # Others make something of what it gives.
      paths = [self._records.path(learner, member) for learner in _LEARNERS]
    else:
      paths = [self._records.path(kind, member)]
    return sum(os.path.getsize(path) for path in paths if os.path.exists(path))

  def has_worked(self, begin):
    """Whether a process has made anything that it is there for."""
    member, _, kind = begin.group.partition('/')
    if begin.group == node_kinds.CONTROLLER:
      statuses = self.records_of('status')
      return any(
        status['round'] > begin.round and status['time'] > begin.time
        for status in statuses
      )
    folder = self.folders[member]
    if kind == node_kinds.EVALUATOR:
      return self._has_judged(member, folder, begin.time)
    if kind == node_kinds.REPLAY:
      # Episodes go through it, and renders are kept.
      saved = newest(os.path.join(folder, 'checkpoints', 'replay'))
      updates = launched.updates(folder)
      return saved > begin.time and updates > begin.updates + _AHEAD
    return self._records.has_worked(kind, member, begin.pid)

  def _has_judged(self, member, folder, since):
    """Whether there are a picture, its figures and a fitness since a time."""
    path = metrics.metrics_path(folder, node_kinds.EVALUATOR)
    line = json_lines.last_line(path)
    index = list(self.folders).index(member)
    return (
      newest(os.path.join(folder, 'samples')) > since
      and bool(line)
      and line['time'] > since
      and any(
        status['member'] == index
        and status['time'] > since
        and status['fitness'] is not None
        for status in self.records_of('status')
      )
    )


def newest(folder):
  """When the newest file below a folder was written; 0 if there is none."""
  times = [0.0]
  for parent, _, names in os.walk(folder):  # Passes over folders that vanish.
    for name in names:
      try:
        times.append(os.path.getmtime(os.path.join(parent, name)))
      except FileNotFoundError:  # It was removed meanwhile.
        continue
  return max(times)
