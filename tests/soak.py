"""Kills a node at random every so often, and looks whether training goes on.

    python -m tests.soak --minutes=20 --seconds=20

It is the long form of `chaos_test`, to be run by hand: a population of two, so
small that it makes many updates, any of whose processes may be the next that is
killed.
"""

import argparse
import collections
import itertools
import os
import random
import sys
import tempfile
import time

from spiral_tf import population
from tests import counters
from tests import launched
from tests import small

_CONFIG = small.POPULATION
_RECOVERY_SECONDS = 120
_GROUPS = [
  'controller',
  *(
    f'member_{index:02d}/{kind}'
    for index in range(_CONFIG.population.size)
    for kind in (
      *('actor', 'evaluator', 'policy_learner'),
      *('discriminator_learner', 'replay'),
    )
  ),
]


def _updates(workdir):
  lines = launched.policy_lines(workdir)
  return int(lines[-1]['updates']) if lines else 0


def _longest_pause(workdir):
  """Seconds that a policy learner was without an update."""
  times = [line['time'] for line in launched.policy_lines(workdir)]
  pauses = (end - start for start, end in itertools.pairwise(times))
  return max(pauses, default=0.0)


def _wait_for_all(process, folders, number):
  for folder in folders:
    launched.wait_for_updates(folder, process, _updates(folder) + number)


def _kill_for(process, folders, seconds, period, rng):
  """Kills for some time; returns how often nodes of each group were killed."""
  kills = collections.Counter()
  start = time.monotonic()
  for number in itertools.count(1):
    due = start + number * period
    if due > start + seconds:
      return kills
    while time.monotonic() < due:
      if process.poll() is not None:
        raise AssertionError(f'ended by itself: {launched.kill_all(process)}')
      time.sleep(0.1)
    group = rng.choice(_GROUPS)
    victims = launched.nodes(process, group)
    if victims:
      victims[0].kill()
      kills[group] += 1
    print(
      f'[{time.monotonic() - start:6.0f} s of {seconds:.0f}] '
      f'{"killed" if victims else "still down:"} {group}; updates '
      f'{" ".join(str(_updates(folder)) for folder in folders)}',
      flush=True,
    )


def run(workdir, minutes, period, seed):
  """Trains, kills, stops and reports.

  Args:
    workdir: an empty folder.
    minutes: how long to kill.
    period: seconds from one kill to the next.
    seed: of what is killed.

  Raises:
    AssertionError: training ended, stood still, lost or repeated updates, or
      left processes behind.
  """
  config_path = launched.write_config(workdir, _CONFIG)
  workdir = os.path.join(workdir, 'run')
  folders = [
    population.member_workdir(workdir, index)
    for index in range(_CONFIG.population.size)
  ]
  # A file, as a pipe that nobody reads would fill.
  with open(f'{workdir}.log', 'w+') as log:
    process = launched.start(config_path, workdir, stdout=log)
    try:
      _wait_for_all(process, folders, 5)
      kills = _kill_for(
        process, folders, 60 * minutes, period, random.Random(seed)
      )
      end = time.monotonic() + _RECOVERY_SECONDS
      goals = {folder: _updates(folder) + 5 for folder in folders}
      while any(_updates(folder) < goal for folder, goal in goals.items()):
        assert time.monotonic() < end, 'training did not go on in the end'
        time.sleep(0.1)
      process.terminate()
      process.wait(_RECOVERY_SECONDS)
    finally:
      if process.poll() is None:
        process.kill()
        process.wait()
      log.seek(0)
      output = log.read()
    assert process.returncode == 130, output
  launched.assert_none_left(process.pid)
  print(f'killed: {sum(kills.values())}')
  for group in _GROUPS:
    noticed = output.count(f'{group}/0 was killed by signal 9')
    print(f'  {group:34}{kills[group]:4}, noticed {noticed}')
    assert noticed == kills[group], output
  for index, folder in enumerate(folders):
    lost = counters.assert_lost_little(_CONFIG, folder)
    counters.assert_no_update_twice(_CONFIG, folder)
    print(
      f'member {index}: {_updates(folder)} updates, the greatest step back '
      f'{lost}, the longest pause {_longest_pause(folder):.1f} s'
    )
  print('Stopped in order; no process is left, no update was made twice.')


def main():
  """Runs it in a temporary folder."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--minutes', type=float, default=20)
  parser.add_argument('--seconds', type=float, default=20)
  parser.add_argument('--seed', type=int, default=0)
  args = parser.parse_args()
  with tempfile.TemporaryDirectory() as workdir:
    run(workdir, args.minutes, args.seconds, args.seed)


if __name__ == '__main__':
  sys.exit(main())
