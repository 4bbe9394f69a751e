"""Kills every kind of node of a population, and the launcher, one by one.

It takes a minute: each process that is killed takes seconds to come back,
as each loads TensorFlow, and whether training goes on without it can only be
seen by waiting for it.
"""

import collections
import itertools
import os

import pytest

from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.workdir import checkpoints
from tests import counters
from tests import launched
from tests import small

_CONFIG = small.POPULATION
_SIZE = _CONFIG.population.size
# Who is killed, one after another. Members have no part in each other, so that
# a node of each can be killed at the same moment.
_VICTIMS = (
  ('member_00/actor', 'member_01/evaluator'),
  ('member_00/policy_learner', 'member_01/discriminator_learner'),
  ('member_00/replay', 'member_01/replay'),
  ('controller',),
)
# Recovery is a process's start and TensorFlow's traces, on a busy machine.
_RECOVERY_SECONDS = 120


def _workdirs(workdir):
  return [members.member_workdir(workdir, i) for i in range(_SIZE)]


def _records(workdir, kind):
  path = members.lineage_path(workdir)
  records = lineage.read(path) if os.path.exists(path) else []
  return [record for record in records if record['kind'] == kind]


def _rounds(workdir):
  return len({record['round'] for record in _records(workdir, 'status')})


def _wait_for_more(process, workdir, number=3):
  """Waits until each member has made so many more updates."""
  for folder in _workdirs(workdir):
    goal = launched.updates(folder) + number
    launched.wait_for_updates(folder, process, goal)


def test_training_survives_the_death_of_everything(tmp_path):
  path = launched.write_config(tmp_path, _CONFIG)
  workdir = str(tmp_path / 'run')
  process = launched.start(path, workdir)
  _wait_for_more(process, workdir, 5)

  for groups in _VICTIMS:
    victims = {group: launched.node(process, group) for group in groups}
    rounds = _rounds(workdir)
    for victim in victims.values():
      victim.kill()
    for group, victim in victims.items():
      launched.wait_for(
        process,
        f'new {group}',
        lambda group=group, victim=victim: (
          [n.pid for n in launched.nodes(process, group)]
          not in ([], [victim.pid])
        ),
        _RECOVERY_SECONDS,
      )
    _wait_for_more(process, workdir)
    if 'controller' in groups:
      launched.wait_for(
        process,
        'round after the controller came back',
        lambda rounds=rounds: _rounds(workdir) > rounds + 1,
        _RECOVERY_SECONDS,
      )

  # The launcher: nothing is left behind, and the same command goes on.
  output = launched.kill_all(process)
  for group in itertools.chain(*_VICTIMS):
    assert f'{group}/0 was killed by signal 9' in output
  launched.assert_none_left(process.pid)
  for folder in _workdirs(workdir):
    counters.assert_lost_little(_CONFIG, folder)
    assert checkpoints.done_so_far(folder)[0] > 5
    counters.assert_no_update_twice(_CONFIG, folder)
  before = [checkpoints.done_so_far(folder)[0] for folder in _workdirs(workdir)]

  process = launched.start(path, workdir, '--config.population.exploit=True')
  launched.wait_for(
    process,
    'copy',
    lambda: _records(workdir, 'copy'),
    _RECOVERY_SECONDS,
  )
  process.terminate()
  output = process.communicate(timeout=60)[0]
  assert process.returncode == 130, output
  assert 'killed' not in output, output
  launched.assert_none_left(process.pid)
  copies = collections.Counter(
    record['member'] for record in _records(workdir, 'copy')
  )
  for index, folder in enumerate(_workdirs(workdir)):
    for node in counters.LEARNERS:
      generation = counters.saved(_CONFIG, folder, node)['generation']
      # A copy that was under way may be in one learner, and is planned.
      assert generation - copies[index] in (0, 1)
    assert checkpoints.done_so_far(folder)[0] >= before[index]
    counters.assert_lost_little(_CONFIG, folder)
    replay = os.path.join(folder, 'checkpoints', 'replay')
    assert any(files for _, _, files in os.walk(replay))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
