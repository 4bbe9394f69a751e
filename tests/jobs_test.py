"""Tests of launch.jobs."""

import cloudpickle
import launchpad as lp
import pytest

from launch import jobs


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


def _node(job):
  (function,) = cloudpickle.loads(job)
  return function.__self__


def test_each_node_knows_its_own_address_and_those_it_asks():
  made = jobs.make(_program(), _ENDPOINTS)
  assert set(made) == set(_ENDPOINTS)
  for name, endpoint in _ENDPOINTS.items():
    (address,) = _node(made[name]).addresses
    assert address.resolve() == endpoint
  (server,) = _node(made['client/1'])._args
  assert server._address.resolve() == 'a:1'


def test_to_stop_the_program_a_node_ends_with_a_code_of_its_own():
  made = jobs.make(_program(), _ENDPOINTS)
  stop = _node(made['client/0']).launch_context.program_stopper
  with pytest.raises(SystemExit) as end:
    stop()
  assert end.value.code == jobs.REACHED_GOAL


def test_names_are_of_groups_and_numbers():
  names = [name for name, _, _ in jobs.named_nodes(_program())]
  assert names == ['server/0', 'client/0', 'client/1']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
