"""Whether processes still run."""

import psutil

from tests import patience


def is_alive(pid):
  """Whether a process runs; one that ended may stay, as a zombie."""
  try:
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
  except psutil.NoSuchProcess:
    return False


def wait_until_gone(*pids):
  """Waits until processes have ended; a kill takes effect after it is sent."""
  patience.wait_until(
    lambda: not any(map(is_alive, pids)),
    'the end of processes',
    tell=lambda: f'Still there: {[pid for pid in pids if is_alive(pid)]}',
  )
