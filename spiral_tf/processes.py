"""How processes of a pool hear of Ctrl-C, and of the end of their parent."""

from collections.abc import Iterator
import contextlib
import multiprocessing
import os
import signal
import threading


@contextlib.contextmanager
def interrupts_ignored() -> Iterator[None]:
  """Ignores Ctrl-C; processes that are started meanwhile always will.

  A terminal sends it to all of them, but only the parent can end in order.
  """
  previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
  try:
    yield
  finally:
    signal.signal(signal.SIGINT, previous)


def end_with_parent() -> None:
  """Lets this process end when its parent has, even if that was killed."""

  def watch():
    multiprocessing.parent_process().join()
    os._exit(1)

  threading.Thread(target=watch, daemon=True).start()
