"""Sees whether each node of a run works, within its own time.

What a node makes is on disk, and grows while it works (`works.Run.size`). A
node that makes nothing is waited for from its last work on, or from the moment
when it was killed or held; what happens to others gives it no more time.
"""

import time

from tests import patience

# For the next work of a node, whatever else is started meanwhile, on whose work
# its own depends, and which may be killed once more.
STARTS = 80


class Vigil:
  """Watches some nodes."""

  def __init__(self, run, groups, measure_time=time.monotonic):
    """Begins to wait for work of all.

    Args:
      run: a `works.Run`.
      groups: of the nodes.
      measure_time: returns the time in seconds.
    """
    self._run = run
    self._groups = tuple(groups)
    self._time = measure_time
    self._sizes = {group: run.size(group) for group in self._groups}
    self._waits = {}
    self._since = {}
    # Seconds of the longest time without work, by group.
    self.longest = dict.fromkeys(self._groups, 0.0)
    self.begin_anew()

  def begin_anew(self):
    """Gives all nodes their time: they are all started."""
    for group in self._groups:
      self._since[group] = self._time()
      self.disturb(group)

  def disturb(self, group, starts=0):
    """Notes that a node was killed, or held for so many starts."""
    self._waits[group] = patience.Wait(
      f'work of {group}', STARTS + starts, lambda: f'Others: {self.pauses()}.'
    )

  def look(self):
    """Looks at all; call it often.

    Raises:
      AssertionError: one does not work any more.
    """
    for group in self._groups:
      size, now = self._run.size(group), self._time()
      self.longest[group] = max(self.longest[group], now - self._since[group])
      if size != self._sizes[group]:
        self._sizes[group], self._since[group] = size, now
        self.disturb(group)
      else:
        self._waits[group].left()

  def pauses(self):
    """For how long each has made nothing now, in words."""
    now = self._time()
    return ', '.join(
      f'{group} {now - self._since[group]:.0f} s' for group in self._groups
    )
