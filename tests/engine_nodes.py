"""Nodes for tests of engines, and what is to be seen of them."""

import functools
import os
import re
import sys

import cloudpickle

from launch.runtime import jobs
from launch.runtime.engines import engine as engine_lib
from tests import patience

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

  def ids():
    if not os.path.exists(of.log):
      return None
    with open(of.log) as file:
      # A line may be half written.
      lines = [line.split() for line in file if re.match(r'\d+ \d+\n', line)]
    return len(lines) >= number and [int(word) for word in lines[-1]]

  return patience.wait_until(ids, f'ids in {of.log}')


def poll(engine, number=1):
  """Waits for so many ends, and returns them in order of names."""
  ended = []

  def enough():
    ended.extend(engine.poll())
    return len(ended) >= number

  patience.wait_until(enough, f'{number} ends of nodes', tell=lambda: ended)
  return sorted(ended)
