"""Tests of tests.works: that it tells what works from what is only there."""

import os
import time
import types

import pytest

from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.workdir import metrics
from tests import records as records_lib
from tests import works

_MEMBERS = ('member_00', 'member_01')
_STATUS = {
  **{'kind': 'status', 'round': 3, 'member': 1, 'updates': 9, 'seconds': 1.0},
  **{'frames': 9, 'fitness': None, 'learning_rate': 1e-4, 'generation': 0},
  **{'entropy_cost': 1e-2, 'diverged': False},
}


class _Run(works.Run):
  """A run in a folder, in which nothing happens by itself."""

  def __init__(self, folder):
    records = records_lib.Records(folder / 'records')
    self.environment = records.environment
    self.workdir = str(folder / 'run')
    super().__init__(self.workdir, _MEMBERS, records)
    os.makedirs(members.folder(self.workdir))

  def begun(self, group, pid=1):
    """The begin of a process, now."""
    process = types.SimpleNamespace(pid=pid, create_time=time.time)
    return self.begin(group, process)

  def status(self, **values):
    """Adds to the lineage."""
    record = {**_STATUS, 'time': time.time() + 1, **values}
    lineage.append(members.lineage_path(self.workdir), record)

  def log(self, member, node, **values):
    """Adds to metrics."""
    metrics.MetricsWriter(self.folders[member], node).scalars(1, values)


@pytest.fixture
def run(tmp_path):
  """A run of two members."""
  return _Run(tmp_path)


def _touch(path, age):
  """Makes a file that was written so many seconds ago."""
  os.makedirs(os.path.dirname(path), exist_ok=True)
  with open(path, 'w'):
    pass
  then = time.time() - age
  os.utime(path, (then, then))


@pytest.mark.parametrize(
  'kind', ['actor', 'policy_learner', 'discriminator_learner']
)
def test_others_work_is_not_a_nodes_own(run, monkeypatch, kind):
  for name, value in run.environment.items():
    monkeypatch.setenv(name, value)
  begin = run.begun(f'member_01/{kind}', pid=os.getpid())
  before = run.size(begin.group)
  records_lib.note(kind, 'member_00', ['x'])
  assert not run.has_worked(begin) and run.size(begin.group) == before
  records_lib.note(kind, 'member_01', ['x'])
  assert run.has_worked(begin) and run.size(begin.group) > before
  assert not run.has_worked(begin._replace(pid=1))


def test_an_evaluator_makes_a_picture_its_figures_and_a_fitness(run):
  samples = os.path.join(run.folders['member_01'], 'samples')
  _touch(os.path.join(samples, '1.png'), age=60)
  run.log('member_01', 'evaluator', mse=0.5)
  run.status(time=time.time() - 60, fitness=1.0)
  begin = run.begun('member_01/evaluator')
  assert not run.has_worked(begin)
  _touch(os.path.join(samples, '2.png'), age=-1)
  assert not run.has_worked(begin)
  run.log('member_01', 'evaluator', mse=0.5)
  run.status(member=0, fitness=1.0)
  run.status()
  assert not run.has_worked(begin)
  run.status(fitness=1.0)
  assert run.has_worked(begin)


def test_a_stale_checkpoint_of_replay_is_no_work(run):
  folder = run.folders['member_00']
  path = os.path.join(folder, 'checkpoints', 'replay', '8', 'DONE')
  run.log('member_00', 'policy_learner', updates=10)
  _touch(path, age=60)
  begin = run.begun('member_00/replay')
  run.log('member_00', 'policy_learner', updates=30)
  assert not run.has_worked(begin)
  _touch(path, age=-1)
  assert run.has_worked(begin)
  assert not run.has_worked(begin._replace(updates=25))


def test_a_controller_makes_rounds(run):
  run.status()
  begin, size = run.begun('controller'), run.size('controller')
  assert begin.round == 3
  assert not run.has_worked(begin)
  run.status(round=4)
  assert run.has_worked(begin) and run.size('controller') > size


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
