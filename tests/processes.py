"""Whether processes still run."""

import time

import psutil


def is_alive(pid):
  """Whether a process runs; one that ended may stay, as a zombie."""
  try:
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
  except psutil.NoSuchProcess:
    return False


def wait_until_gone(*pids, seconds=10):
  """Waits until processes have ended; a kill takes effect after it is sent."""
  end = time.monotonic() + seconds
  while left := [pid for pid in pids if is_alive(pid)]:
    assert time.monotonic() < end, f'still there: {left}'
    time.sleep(0.02)
