"""Tests of launch.runtime.stopping; more of it is in supervisor_test."""

import types

import pytest

from launch.runtime import roles
from launch.runtime import stopping
from launch.runtime.engines import engine as engine_lib


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
  """Nobody waits."""
  monkeypatch.setattr(stopping, '_POLL_SECONDS', 0.0)


_ROLES = {
  'actor/0': roles.Role('actor'),
  'learner/0': roles.Role('learner', stop_order=1),
  'replay/0': roles.Role('replay', stop_order=2),
}


class _Engine:
  """An engine whose nodes end when they are told to."""

  def __init__(self):
    self.events = []
    self.ends = []

  def stop(self, name, kill=False):
    self.events.append((name, kill))
    self.ends.append(engine_lib.Ended(name, 0))

  def poll(self):
    ends, self.ends = self.ends, []
    return ends


def _stopper(engine, lines, urgent=False):
  signals = types.SimpleNamespace(urgent=urgent)
  return stopping.Stopper(engine, _ROLES, signals, 600.0, lines.append)


def test_one_that_ends_before_its_turn_is_not_waited_for():
  engine, lines = _Engine(), []
  engine.ends = [engine_lib.Ended('learner/0', -9)]
  assert _stopper(engine, lines).stop(list(_ROLES), list(_ROLES)) == []
  assert [name for name, _ in engine.events] == ['actor/0', 'replay/0']
  assert lines == []


def test_what_is_not_to_be_stopped_is_left_for_others_to_see():
  engine = _Engine()
  others = [
    engine_lib.Ended('replay/0', 1),
    engine_lib.Ended('learner/0', None),
  ]
  engine.ends = list(others)
  names = ['actor/0', 'learner/0']
  assert _stopper(engine, []).stop(names, list(_ROLES)) == others


def test_an_engine_that_fails_is_no_reason_not_to_tell_the_others():
  engine, lines = _Engine(), []
  stop = engine.stop

  def fail(name, kill=False):
    if name == 'actor/0':
      raise OSError('a broken connection')
    stop(name, kill)

  def poll():
    raise OSError('a broken connection')

  engine.stop, engine.poll = fail, poll
  assert _stopper(engine, lines).stop(list(_ROLES), list(_ROLES)) == []
  assert engine.events == [('learner/0', False), ('replay/0', False)]
  assert len(lines) == 4
  assert all('a broken connection' in line for line in lines)


def test_who_insists_is_obeyed():
  engine, lines = _Engine(), []
  engine.stop = lambda name, kill=False: (
    _Engine.stop(engine, name, kill) if kill else None
  )
  _stopper(engine, lines, urgent=True).stop(list(_ROLES), list(_ROLES))
  assert engine.events == [(name, True) for name in _ROLES]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
