"""Notices that a program is told to stop."""

import signal
from typing import Any


class StopSignals:
  """A context in which SIGINT and SIGTERM are counted, and do nothing else.

  Attributes:
    count: how many there were.
  """

  def __init__(self):
    """Creates a context, to be entered in the main thread."""
    self.count = 0
    self._before = {}

  def __enter__(self) -> 'StopSignals':
    """Begins to count."""
    for number in (signal.SIGINT, signal.SIGTERM):
      self._before[number] = signal.signal(number, self._notice)
    return self

  def __exit__(self, *unused: Any) -> None:
    """Has signals do what they did before."""
    for number, handler in self._before.items():
      signal.signal(number, handler)

  def _notice(self, *unused: Any) -> None:
    self.count += 1
