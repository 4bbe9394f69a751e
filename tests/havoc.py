"""What is done to the nodes of a run: killed in several ways, or held."""

import collections
import signal

from tests import launched

# Ways, and how often each of them is drawn.
_WAYS = {'kill': 5, 'two at once': 2, 'once more': 2, 'hold': 1}


class Havoc:
  """Strikes nodes at random.

  Attributes:
    process: the launcher's, which may be replaced.
    kills: how often each node was killed, by group.
    holds: how often each was held until it was killed for that.
    ways: how often each way was drawn.
  """

  def __init__(self, rng, process, groups, vigil, hang_starts):
    """Creates it.

    Args:
      rng: a `random.Random`.
      process: the launcher's.
      groups: of the nodes.
      vigil: is told whom it happens to.
      hang_starts: starts of TensorFlow after which the launcher kills a node
        that gives no sign of life.
    """
    self.process = process
    self.kills, self.holds, self.ways = (
      collections.Counter() for _ in range(3)
    )
    self._rng = rng
    self._groups = tuple(groups)
    self._vigil = vigil
    self._hang_starts = hang_starts
    self._held = {}
    self._killed = set()  # Ids; a process may take a moment to end.

  def strike(self):
    """Does something to one node or two; returns words for it."""
    (way,) = self._rng.choices([*_WAYS], [*_WAYS.values()])
    groups = self._running()[: 2 if way == 'two at once' else 1]
    assert groups, 'no node runs'
    self.ways[way] += 1
    if way == 'hold':
      self._hold(groups[0])
    else:
      self._kill(*groups)
    if way == 'once more':
      self._kill_again(groups[0])
    return f'{way}: {" and ".join(groups)}'

  def kill_one(self):
    """Kills a node; returns its group."""
    group = self._running()[0]
    self._kill(group)
    return group

  def settle(self):
    """Waits until nodes that are held have been replaced."""
    launched.wait_for(
      self.process,
      f'end of {", ".join(self._held)}, which gives no sign of life',
      lambda: not self._still_held(),
    )

  def _running(self):
    """Groups whose node runs and is not held, in random order."""
    held = self._still_held()
    return [
      group
      for group in self._rng.sample(self._groups, len(self._groups))
      if group not in held and self._nodes(group)
    ]

  def _nodes(self, group):
    """Processes of a group that were not killed."""
    found = launched.nodes(self.process, group)
    return [node for node in found if node.pid not in self._killed]

  def _still_held(self):
    self._held = {
      group: pid
      for group, pid in self._held.items()
      if pid in [node.pid for node in launched.nodes(self.process, group)]
    }
    return self._held

  def _kill(self, *groups):
    nodes = [(group, *self._nodes(group)) for group in groups]
    for group, node in nodes:
      node.kill()
      self._killed.add(node.pid)
      self.kills[group] += 1
      self._vigil.disturb(group)

  def _kill_again(self, group):
    """Kills what takes a node's place, while it starts."""
    launched.wait_for(self.process, f'new {group}', lambda: self._nodes(group))
    self._kill(group)

  def _hold(self, group):
    (node,) = self._nodes(group)
    node.send_signal(signal.SIGSTOP)
    self._held[group] = node.pid
    self.holds[group] += 1
    self._vigil.disturb(group, self._hang_starts)
