"""Notices that a program is told to stop."""

import signal
from types import FrameType
from typing import Any


class StopSignals:
  """A context in which signals are noticed, and do nothing else.

  These are SIGINT, SIGTERM and SIGHUP, which comes, perhaps twice, when a
  terminal is closed. Where SIGHUP is ignored, as by `nohup`, it stays so.

  Attributes:
    wanted: whether the program is to stop.
    urgent: whether it is to stop at once, as somebody said so again.
  """

  def __init__(self):
    """Creates a context, to be entered in the main thread."""
    self._count = 0
    self._hung_up = False
    self._before = {}

  @property
  def wanted(self) -> bool:
    return self._hung_up or self._count > 0

  @property
  def urgent(self) -> bool:
    return self._count > 1

  def __enter__(self) -> 'StopSignals':
    """Begins to notice."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
      if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
        continue
      self._before[number] = signal.signal(number, self._notice)
    return self

  def __exit__(self, *unused: Any) -> None:
    """Has signals do what they did before."""
    for number, handler in self._before.items():
      signal.signal(number, handler)

  def _notice(self, number: int, frame: FrameType | None) -> None:
    del frame
    if number == signal.SIGHUP:
      self._hung_up = True
    else:
      self._count += 1
