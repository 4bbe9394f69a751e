"""Nodes for tests of engines, and what is to be seen of them."""

import functools
import os
import sys
import time

import cloudpickle

from launch.runtime import jobs
from launch.runtime.engines import engine as engine_lib

_SECONDS = 60

# The nodes' processes need not be able to import this.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def task(folder, name, function):
  """A task that runs a function, with `A=b` in its environment."""
  log = str(folder / 'logs' / name)
  job = cloudpickle.dumps([functools.partial(jobs.run, function)])
  return engine_lib.Task(name, job, {'A': 'b'}, log)


def run_until_stopped():
  """What a node may do: it starts a process, and prints both their ids."""
  import subprocess

  import launchpad as lp

  child = subprocess.Popen(['sleep', '1000'])
  print(os.getpid(), child.pid, flush=True)
  lp.wait_for_stop()


def wait_for_ids(of, number=1):
  """What `run_until_stopped` prints, of the last of so many runs of a task."""
  end = time.monotonic() + _SECONDS
  while True:
    if os.path.exists(of.log):
      with open(of.log) as file:
        lines = [line.split() for line in file if line[0].isdigit()]
      if len(lines) >= number:
        return [int(word) for word in lines[-1]]
    assert time.monotonic() < end, of.log
    time.sleep(0.05)


def poll(engine, number=1):
  """Waits for so many ends, and returns them in order of names."""
  ended = []
  end = time.monotonic() + _SECONDS
  while len(ended) < number:
    assert time.monotonic() < end, ended
    ended += engine.poll()
    time.sleep(0.05)
  return sorted(ended)
