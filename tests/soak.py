"""Does harm to a population for long, and looks whether training goes on.

    python -m tests.soak --minutes=30 --seconds=20 --seed=0 [--exploit]

It is the long form of `chaos_test`, to be run by hand: a population of two, so
small that it makes many updates, whose nodes are killed, alone, two at once or
once more while they come back, or held, so that they give no sign of life. The
node is drawn, not its kind: each learner and each Reverb server is as likely as
the controller. In the middle a second launcher is tried, and the first is
killed while a node is down. With --exploit the members copy each other every
few seconds, and are struck while they do.

The last sixth of the time is without harm, to see whether processes grow.

It ends with code 1, and a reason, if training ends by itself, if a node does
not work any more, if updates are lost, if an episode or a render is used twice,
if memory or descriptors grow, or if processes are left behind.
"""

import argparse
import contextlib
import dataclasses
import functools
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from spiral_tf import node_kinds
from tests import launched
from tests import patience
from tests import records as records_lib
from tests import small
from tests import soak_report
from tests import soaked
from tests import works

_CONFIG = small.POPULATION
# Starts of TensorFlow after which a node that gives no sign of life is killed:
# as many as all nodes need when they start at once.
_HANG_STARTS = 20
_MEMBERS = [f'member_{index:02d}' for index in range(_CONFIG.population.size)]
_KINDS = (
  *(node_kinds.ACTOR, node_kinds.EVALUATOR, node_kinds.POLICY_LEARNER),
  *(node_kinds.DISCRIMINATOR_LEARNER, node_kinds.REPLAY),
)
_GROUPS = [
  node_kinds.CONTROLLER,
  *(f'{member}/{kind}' for member in _MEMBERS for kind in _KINDS),
]


def run(folder, minutes, seconds, seed, exploit):
  """Trains, does harm, stops and reports.

  Args:
    folder: an empty folder.
    minutes: how long, without the start and the stop.
    seconds: from one harm to the next.
    seed: of what is done.
    exploit: whether members copy each other.

  Raises:
    AssertionError: see above.
  """
  config = dataclasses.replace(
    _CONFIG,
    training=dataclasses.replace(
      _CONFIG.training, hang_seconds=_HANG_STARTS * patience.measure()
    ),
    population=dataclasses.replace(_CONFIG.population, exploit=exploit),
  )
  workdir = os.path.join(folder, 'run')
  records = records_lib.Records(os.path.join(folder, 'records'))
  members = works.Run(workdir, _MEMBERS, records)
  with contextlib.ExitStack() as stack:
    # A file, as a pipe that nobody reads would fill.
    log = stack.enter_context(open(f'{workdir}.log', 'a+'))
    start = functools.partial(
      *(launched.start, launched.write_config(folder, config), workdir),
      module='tests.recorded',
      env=records.environment,
      stdout=log,
    )
    soak = soaked.Soaked(
      *(start, config, members, records, _GROUPS, _HANG_STARTS),
      random.Random(seed),
    )
    try:
      soak.wait_for_all()
      third = 60 * minutes * 5 / 6 / 3
      soak.harm(third, seconds)
      soak.try_another()
      soak.harm(third, seconds)
      soak.kill_launcher()
      soak.harm(third, seconds)
      soak.havoc.settle()
      soak.wait_for_all()
      soak.watch(60 * minutes / 6, sampling=True)
      soak.stop()
    finally:
      launched.kill_all(soak.process)
      log.seek(0)
      output = log.read()
      slopes = soak.growth.slopes()
      soak_report.print_nodes(soak.havoc, soak.vigil, slopes, output)
      copies = len(members.records_of('copy'))
      soak_report.print_learners(members.folders, copies, time.time())
  soak.check_end(output)


def main():
  """Runs it in a temporary folder, which stays if a check fails."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--minutes', type=float, default=30)
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
  print('Passed: stopped in order, nothing left, nothing lost, nothing twice.')
  return 0


if __name__ == '__main__':
  sys.exit(main())
