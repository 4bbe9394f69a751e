"""Kills a node at random every so often, and looks whether training goes on.

    python -m tests.soak --minutes=20 --seconds=20 --seed=0 [--exploit]

It is the long form of `chaos_test`, to be run by hand: a population of two, so
small that it makes many updates, any of whose processes may be the next that is
killed. The node is drawn, not its kind, among those that run at the time: each
learner and each Reverb server is as likely as the controller. With --exploit
the members copy each other every few seconds, and are killed while they do.

It ends with code 1, and a reason, if training ends by itself, stands still, or
loses or repeats updates, or if processes are left behind.
"""

import argparse
import collections
import dataclasses
import itertools
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

import psutil

from launch.runtime import restarts
from spiral_tf.population import lineage
from spiral_tf.population import members
from tests import counters
from tests import launched
from tests import small

_CONFIG = small.POPULATION
# Without a kill, until the next update. A process needs half a minute to start
# on a busy machine, and waits for up to as long before.
_RECOVERY_SECONDS = 120
# The launcher's exit code when it is stopped before the end of training.
_STOPPED = 130
_MEMBERS = [f'member_{index:02d}' for index in range(_CONFIG.population.size)]
_KINDS = (
  *('actor', 'evaluator', 'policy_learner', 'discriminator_learner', 'replay'),
)
_GROUPS = [
  'controller',
  *(f'{member}/{kind}' for member in _MEMBERS for kind in _KINDS),
]
_END = re.compile(
  r'^(\S+)/\d+ (was killed by signal 9|was killed|ended).* after (\d+) s; it',
  re.M,
)


class _Soak:
  """A population that is trained, and what was done to it."""

  def __init__(self, config, process, workdir):
    """Creates it of an experiment, its launcher's process and its folder."""
    self._config = config
    self._process = process
    self._lineage = members.lineage_path(workdir)
    self._folders = {
      member: members.member_workdir(workdir, index)
      for index, member in enumerate(_MEMBERS)
    }
    self._kills = []  # Times and groups.
    self._ended = None  # When it was told to stop.

  def _lines(self, member, learner):
    return launched.learner_lines(self._folders[member], learner)

  def courses(self):
    """The course of each learner, by group, of those that made updates."""
    courses = {}
    for member, learner in itertools.product(_MEMBERS, counters.LEARNERS):
      lines = self._lines(member, learner)
      if lines:
        kills = [t for t, group in self._kills if group.startswith(member)]
        now = max(self._ended or time.time(), lines[-1]['time'])
        courses[f'{member}/{learner}'] = counters.course(lines, kills, now)
    return courses

  def _check(self):
    """Checks what must be true at any time."""
    assert self._process.poll() is None, 'training ended by itself'
    for folder, node in itertools.product(
      self._folders.values(), counters.LEARNERS
    ):
      counters.assert_lost_little(self._config, folder, node)
    for group, course in self.courses().items():
      assert course.quiet < _RECOVERY_SECONDS, (
        f'{group} made no update for {course.quiet:.0f} s without a kill'
      )

  def wait_for_all(self, seconds, number=5):
    """Waits until each learner has made some more updates."""
    end = time.monotonic() + seconds
    goals = {
      f'{member}/{learner}': number
      for member, learner in itertools.product(_MEMBERS, counters.LEARNERS)
    }
    for group, course in self.courses().items():
      goals[group] += course.updates
    while goals:
      assert self._process.poll() is None, 'training ended by itself'
      assert time.monotonic() < end, f'no updates of {", ".join(goals)}'
      time.sleep(0.5)
      for group, course in self.courses().items():
        if course.updates >= goals.get(group, course.updates + 1):
          del goals[group]

  def kill_for(self, seconds, period, rng):
    """Kills a node every `period` seconds, and checks."""
    start = time.monotonic()
    for number in itertools.count(1):
      due = start + number * period
      if due > start + seconds:
        return
      while time.monotonic() < due:
        assert self._process.poll() is None, 'training ended by itself'
        time.sleep(0.1)
      # All in random order, of which the first that runs is killed.
      for group in rng.sample(_GROUPS, len(_GROUPS)):
        victims = launched.nodes(self._process, group)
        if victims:
          victims[0].kill()
          self._kills.append((time.time(), group))
          break
      else:
        raise AssertionError('no node runs')
      courses = self.courses()
      frames = sum(
        self._lines(m, 'policy_learner')[-1]['frames'] for m in _MEMBERS
      )
      updates = ' '.join(str(course.updates) for course in courses.values())
      print(
        f'[{time.monotonic() - start:6.0f} s of {seconds:.0f}] killed {group} '
        f'({victims[0].pid}); {frames:,} frames; updates {updates}',
        flush=True,
      )
      self._check()

  def stop(self):
    """Stops it in order, and checks that nothing is left."""
    self._check()
    for group in _GROUPS:
      assert launched.nodes(self._process, group), f'{group} is not there'
    children = psutil.Process(self._process.pid).children(recursive=True)
    self._ended, start = time.time(), time.monotonic()
    self._process.terminate()
    while self._process.poll() is None:
      seconds = time.monotonic() - start
      assert seconds < _RECOVERY_SECONDS, 'it does not stop'
      time.sleep(0.1)
    print(f'Stopped in {time.monotonic() - start:.1f} s.')
    code = self._process.returncode
    assert code == _STOPPED, f'exit code {code} and not {_STOPPED}'
    launched.assert_none_left(self._process.pid)
    _, left = psutil.wait_procs(children, 10)
    assert not left, f'still there: {left}'

  def check_end(self, output):
    """Checks what the launcher printed, and checkpoints."""
    assert 'did not stop in' not in output, 'a node had to be killed to stop'
    kills = collections.Counter(group for _, group in self._kills)
    killed = collections.Counter(
      name for name, how, _ in _END.findall(output) if how.endswith('9')
    )
    assert killed == kills, f'killed: {kills}, started again: {killed}'
    for folder in self._folders.values():
      for node in counters.LEARNERS:
        counters.assert_lost_little(self._config, folder, node)
      if self._config.population.exploit:
        counters.assert_copied_together(self._config, folder)
      else:  # A copy is of the optimizers' counts, too.
        counters.assert_no_update_twice(self._config, folder)

  def report(self, output):
    """Prints a table of what was killed, and one of what came of it."""
    kills = collections.Counter(
      group.rpartition('/')[2] for _, group in self._kills
    )
    again, others, row = (collections.Counter() for _ in range(3))
    in_a_row = 0
    for name, how, seconds in _END.findall(output):
      kind = name.rpartition('/')[2]
      again[kind] += 1
      others[kind] += not how.endswith('9')
      if int(seconds) >= restarts.SOUND_SECONDS:
        row[name] = 0
      row[name] += how.endswith('9')
      in_a_row = max(in_a_row, row[name])
    print(f'\n{"kind":28}{"kills":>9}{"restarts":>9}{"not ours":>9}')
    for kind in (*_KINDS, 'controller'):
      print(f'{kind:28}{kills[kind]:9}{again[kind]:9}{others[kind]:9}')
    sums = [sum(counts.values()) for counts in (kills, again, others)]
    print(f'{"all":28}{sums[0]:9}{sums[1]:9}{sums[2]:9}')
    print(
      'Most kills of a node in a row, all but the first within '
      f'{restarts.SOUND_SECONDS:.0f} s of its start: {in_a_row}; the most '
      f'that are allowed: {restarts.MOST_KILLS}.\n'
    )
    print(
      f'{"learner":33}{"updates":>8}{"made":>8}{"pause":>8}{"quiet":>8}'
      f'{"back":>6}{"age":>6}'
    )
    for group, course in self.courses().items():
      print(
        f'{group:33}{course.updates:8}{course.made:8}{course.pause:8.1f}'
        f'{course.quiet:8.1f}{course.back:6}{course.back_seconds:6.1f}'
      )
    records = []
    if os.path.exists(self._lineage):
      records = lineage.read(self._lineage)
    copies = sum(record['kind'] == 'copy' for record in records)
    print(
      'pause: longest time without an update, s; quiet: the same, since the '
      'last kill in the member;\nback: greatest step back, updates; age: of '
      f'the checkpoint that it went back to, s. Copies: {copies}.'
    )


def run(folder, minutes, seconds, seed, exploit):
  """Trains, kills, stops and reports.

  Args:
    folder: an empty folder.
    minutes: how long to kill.
    seconds: from one kill to the next.
    seed: of what is killed.
    exploit: whether members copy each other.

  Raises:
    AssertionError: see above.
  """
  config = dataclasses.replace(
    _CONFIG,
    population=dataclasses.replace(_CONFIG.population, exploit=exploit),
  )
  config_path = launched.write_config(folder, config)
  workdir = os.path.join(folder, 'run')
  # A file, as a pipe that nobody reads would fill.
  with open(f'{workdir}.log', 'w+') as log:
    process = launched.start(config_path, workdir, stdout=log)
    soak, output = _Soak(config, process, workdir), ''
    try:
      soak.wait_for_all(2 * _RECOVERY_SECONDS)
      soak.kill_for(60 * minutes, seconds, random.Random(seed))
      soak.wait_for_all(_RECOVERY_SECONDS)
      soak.stop()
    finally:
      launched.kill_all(process)
      log.seek(0)
      output = log.read()
      soak.report(output)
  soak.check_end(output)


def main():
  """Runs it in a temporary folder, which stays if a check fails."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--minutes', type=float, default=20)
  parser.add_argument('--seconds', type=float, default=20)
  parser.add_argument('--seed', type=int, default=0)
  parser.add_argument('--exploit', action='store_true')
  args = parser.parse_args()
  # So that it takes the launcher, in a session of its own, along.
  signal.signal(signal.SIGTERM, signal.default_int_handler)
  folder = tempfile.mkdtemp()
  try:
    run(folder, **vars(args))
  except AssertionError as error:
    print(f'FAILED: {error}\nSee {folder}.')
    return 1
  shutil.rmtree(folder)
  checked = 'no half copy' if args.exploit else 'no update made twice'
  print(f'Passed: stopped in order, nothing left, {checked}.')
  return 0


if __name__ == '__main__':
  sys.exit(main())
