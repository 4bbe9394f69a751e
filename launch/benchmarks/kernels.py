"""What training costs with TensorFlow's fast kernels for CPUs and without them.

TensorFlow decides for a whole process when it is imported: so each measurement
has a process of its own, with one thread, as nodes have.
"""

import json
import os
import subprocess
import sys
import time
from typing import NamedTuple

from launch.benchmarks import memory
from launch.benchmarks import synchronous
from spiral_tf import processes
from spiral_tf.config import experiment

_SWITCH = 'TF_ENABLE_ONEDNN_OPTS'
_ROUNDS = 2
_WARM_UP_UPDATES = 3
_SECONDS = 15.0  # That are measured, after the warm-up.


class Measured(NamedTuple):
  """What a process says.

  Attributes:
    loading: seconds of the processor, for Python and its libraries.
    megabytes: of memory that it held at most.
    cpu: milliseconds of the processor a policy update, by part of the work.
  """

  loading: float
  megabytes: float
  cpu: dict[str, float]


def measure(config: experiment.Config, switch: str) -> Measured:
  """Measures in a process of its own.

  Args:
    config: the experiment.
    switch: value of the switch, '0' or '1'.

  Returns:
    What it says.

  Raises:
    RuntimeError: it failed; it says why.
  """
  path = os.pathsep.join(filter(None, sys.path))
  done = subprocess.run(
    [sys.executable, '-m', __name__, str(_WARM_UP_UPDATES), str(_SECONDS)],
    input=json.dumps(experiment.to_dict(config)),
    env={
      **os.environ,
      **processes.ONE_THREAD,
      'PYTHONPATH': path,
      _SWITCH: switch,
    },
    capture_output=True,
    text=True,
    check=False,
  )
  if done.returncode:
    raise RuntimeError(f'The process that trains failed: {done.stderr}')
  return Measured(*json.loads(done.stdout))


def run(config: experiment.Config) -> None:
  """Measures by turns and prints, of each value, the least.

  What else the machine does can only add to it.

  Args:
    config: the experiment.
  """
  frames = experiment.frames(config, 1)
  best = {}
  for _ in range(_ROUNDS):
    for switch in ('0', '1'):
      loading, megabytes, cpu = measure(config, switch)
      row = {
        **cpu,
        'all, CPU ms an update': sum(cpu.values()),
        'loading, CPU s': loading,
        'memory, MB': megabytes,
      }
      known = best.setdefault(switch, row)
      best[switch] = {name: min(known[name], row[name]) for name in row}
  off, on = best['0'], best['1']
  print(f'{"":26}{"off":>9}{"on":>9}{"ratio":>8}')
  for name in off:
    print(
      f'{name:26}{off[name]:9.1f}{on[name]:9.1f}{off[name] / on[name]:8.2f}'
    )
  rates = [1e3 * frames / row['all, CPU ms an update'] for row in (off, on)]
  print(
    f'{"frames a CPU second":26}{rates[0]:9.0f}{rates[1]:9.0f}'
    f'{rates[1] / rates[0]:8.2f}'
  )


def main(argv: list[str]) -> None:
  """Measures in this process; reads the config and prints what it found."""
  loading = time.process_time()
  config = experiment.from_dict(json.load(sys.stdin))
  costs = synchronous.measure(config, int(argv[1]), float(argv[2]))
  print(json.dumps(Measured(loading, memory.peak(), dict(costs.cpu))))


if __name__ == '__main__':
  main(sys.argv)
