"""Tests of launch.runtime.jobs."""

import contextlib
import signal
import sys
from typing import NamedTuple

import cloudpickle
import launchpad as lp
import pytest

from launch.runtime import heartbeats
from launch.runtime import jobs
from launch.runtime import roles
from tests import patience


def _program():
  program = lp.Program('test')

  def first(*others):
    return others

  with program.group('server'):
    server = program.add_node(lp.CourierNode(first))
  with program.group('client'):
    for _ in range(2):
      program.add_node(lp.CourierNode(first, server))
  return program


_ENDPOINTS = {
  'server/0': 'a:1',
  'client/0': 'b:2',
  'client/1': 'c:3',
}


class _Says(NamedTuple):
  """What a node's loop does, always the same."""

  doing: heartbeats.Doing

  def __call__(self):
    return self.doing


_GOAL = 10
_ROLES = {
  'server': roles.Role('server', endings={9: roles.Ending(False, 'broke')}),
  'client': roles.Role(
    'client',
    endings={
      9: roles.Ending(False, 'broke'),
      _GOAL: roles.Ending(True, 'has reached its goal'),
    },
  ),
}


def _node(job):
  (run,) = cloudpickle.loads(job)
  (function,) = run.args
  return function.__self__


def test_each_node_knows_its_own_address_and_those_it_asks():
  made = jobs.make(_program(), _ENDPOINTS, _ROLES)
  assert set(made) == set(_ENDPOINTS)
  for name, endpoint in _ENDPOINTS.items():
    (address,) = _node(made[name]).addresses
    assert address.resolve() == endpoint
  (server,) = _node(made['client/1'])._args
  assert server._address.resolve() == 'a:1'


def test_to_stop_the_program_a_node_ends_with_a_code_of_its_own():
  made = jobs.make(_program(), _ENDPOINTS, _ROLES)
  stop = _node(made['client/0']).launch_context.program_stopper
  with pytest.raises(SystemExit) as end:
    stop()
  assert end.value.code == _GOAL
  stop = _node(made['server/0']).launch_context.program_stopper
  with pytest.raises(ValueError, match=r"kind 'server' called lp.stop"):
    stop()


class _HopelessError(RuntimeError):
  exit_code = 9


def test_an_errors_exit_code_is_that_of_its_node(capsys):
  def hopeless():
    raise _HopelessError('there is no more paint')

  with pytest.raises(SystemExit) as end:
    jobs.run(hopeless)
  assert end.value.code == 9
  # What the launcher quotes is the last line.
  last = capsys.readouterr().err.splitlines()[-1]
  assert last.endswith('_HopelessError: there is no more paint')

  def ordinary():
    raise RuntimeError('as ever')

  with pytest.raises(RuntimeError, match='as ever'):
    jobs.run(ordinary)
  with pytest.raises(SystemExit) as end:
    jobs.run(lambda: sys.exit(10))
  assert end.value.code == 10


def test_a_node_gives_signs_of_life_while_it_runs(tmp_path):
  doing = heartbeats.Doing('working', '', 5)
  beats = heartbeats.Beats(str(tmp_path), _Says(doing), 0.01)
  made = jobs.make(_program(), _ENDPOINTS, _ROLES, beats)
  (run,) = cloudpickle.loads(made['client/1'])
  assert run.keywords == {'name': 'client/1', 'beats': beats}
  path = tmp_path / 'client' / '1'

  def work():
    patience.wait_until(
      lambda: path.exists() and path.read_bytes(), 'a sign of life'
    )

  jobs.run(work, **run.keywords)
  assert heartbeats.parse(path.read_bytes()) == doing


@pytest.mark.parametrize('error', [None, RuntimeError, _HopelessError])
def test_no_alarm_meets_a_node_that_leaves(error):
  def work():
    signal.alarm(1000)  # As Launchpad does when a node is told to stop.
    if error:
      raise error('a mistake')

  with contextlib.suppress(RuntimeError, SystemExit):
    jobs.run(work)
  assert signal.alarm(0) == 0


def test_names_are_of_groups_and_numbers():
  names = [name for name, _, _ in jobs.named_nodes(_program())]
  assert names == ['server/0', 'client/0', 'client/1']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
