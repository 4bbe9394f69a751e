"""Lets a few work at a time, some wait, and sends the others away."""

from collections.abc import Iterator
import contextlib
import os
import threading

# How many may wait for those that work.
_WAITING = 16


class FullError(RuntimeError):
  """Too many wait already."""


class Queue:
  """Places for work that keeps a processor busy."""

  def __init__(self, working: int = 0, waiting: int = _WAITING):
    """Creates a queue.

    Args:
      working: how many work at the same time; 0 for one a processor.
      waiting: how many may wait for them.
    """
    working = working or len(os.sched_getaffinity(0))
    self._working = threading.Semaphore(working)
    self._places = threading.Semaphore(working + waiting)

  @contextlib.contextmanager
  def place(self) -> Iterator[None]:
    """Waits for a turn.

    Raises:
      FullError: too many wait already.
    """
    if not self._places.acquire(blocking=False):
      raise FullError(
        'many people are painting just now; try again in a moment.'
      )
    try:
      with self._working:
        yield
    finally:
      self._places.release()
