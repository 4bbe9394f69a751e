"""Tests of spiral_tf.nodes.worker."""

import threading

import pytest

from spiral_tf import activity
from spiral_tf.nodes import guard
from spiral_tf.nodes import worker
from tests import patience


class _Counter(worker.Worker):
  """Counts to a limit; `events` says what happened, in order."""

  def __init__(
    self, limit=3, fail_at=None, block=None, diverge_at=None, stop_at=None
  ):
    super().__init__()
    self.events = []
    self.lock_held = []
    self._limit = limit
    self._fail_at = fail_at
    self._block = block
    self._diverge_at = diverge_at
    self._stop_at = stop_at
    self._count = 0

  def _gather(self):
    assert not self._lock.locked()
    if self._stop_at == self._count:
      worker._program().stopping.set()
    if self._block is not None:
      worker._program().stopping.set()
      self._block.wait()
      self.events.append('went on')
    if self._count == self._fail_at:
      raise ValueError('broken')
    return self._count

  def _update(self, data):
    if data == self._diverge_at:
      raise guard.NonFiniteError('diverged')
    self.lock_held.append(self._lock.locked())
    self.events.append(data)
    self._count += 1

  def _finish(self):
    self.lock_held.append(self._lock.locked())
    self.events.append('finish')

  def _done(self):
    return self._count >= self._limit


@pytest.fixture
def program(monkeypatch):
  """Stands in for the program that a node is part of."""
  stop = threading.Event()
  made = worker.Program(stop, stop.set)
  monkeypatch.setattr(worker, '_program', lambda: made)
  monkeypatch.setattr(worker, '_PATIENCE_SECONDS', patience.HANG_SECONDS)
  return stop


@pytest.fixture
def impatient(program, monkeypatch):
  """Nobody waits for what does not come."""
  monkeypatch.setattr(worker, '_PATIENCE_SECONDS', 0.1)


def test_works_until_done_then_saves_and_stops_the_program(program):
  counter = _Counter(limit=3)
  counter.run()
  assert counter.events == [0, 1, 2, 'finish']
  assert counter.lock_held == [True] * 4
  assert program.is_set()


def test_stops_and_saves_when_the_program_stops(program):
  counter = _Counter(limit=10**9, stop_at=3)
  counter.run()
  assert counter.events[-1] == 'finish'
  assert counter.events[:3] == [0, 1, 2]
  assert not counter._done()


def test_it_says_what_it_does_and_when_it_gets_on(program, monkeypatch):
  current = activity.Activity()
  monkeypatch.setattr(activity, 'CURRENT', current)
  said = []

  class Saying(_Counter):
    def _gather(self):
      said.append(current.report())
      return super()._gather()

    def _update(self, data):
      said.append(current.report())
      super()._update(data)

  assert current.report()[0] == 'starting'
  Saying(limit=2).run()
  assert said == [
    *[('compiling', '', 0)] * 2,
    *[('working', '', 1)] * 2,
  ]
  assert current.report() == ('working', '', 2)


def test_an_error_surfaces_after_saving(program, impatient):
  counter = _Counter(fail_at=2)
  with pytest.raises(ValueError, match='broken'):
    counter.run()
  assert counter.events == [0, 1, 'finish']
  assert not program.is_set()


def test_an_error_while_the_program_stops_is_an_echo(program):
  counter = _Counter(fail_at=2)

  def stop_after_the_error():
    patience.wait_until(lambda: counter._error, 'an error')
    program.set()

  thread = threading.Thread(target=stop_after_the_error)
  thread.start()
  counter.run()
  thread.join()
  assert counter.events == [0, 1, 'finish']


def test_numbers_that_are_not_finite_surface_and_are_not_saved(program):
  for stopping in (False, True):
    counter = _Counter(diverge_at=2)
    if stopping:
      program.set()
      counter._stop.set = lambda: None  # The stop comes during the update.
    with pytest.raises(guard.NonFiniteError, match='diverged'):
      counter.run()
    assert counter.events == [0, 1]


def test_an_error_is_known_before_the_lock_is_free(program):
  class Failing(_Counter):
    def _update(self, data):
      raise ValueError('broken')

  failing = Failing()
  with pytest.raises(ValueError, match='broken'):
    failing._locked_update(0)
  assert isinstance(failing._error, ValueError)
  assert not failing._lock.locked()


def test_a_loop_that_is_blocked_does_not_keep_the_node(program, impatient):
  never = threading.Event()
  counter = _Counter(block=never)
  counter.run()
  assert counter.events == ['finish']
  never.set()


def test_nothing_gathered_is_nothing_to_do(program):
  class Idle(_Counter):
    def _gather(self):
      self._count += 1
      if self._count == 5:
        program.set()
        self._stop.wait()

  idle = Idle(limit=10)
  idle.run()
  assert idle.events == ['finish']


def test_the_program_is_launchpads(monkeypatch):
  lp = pytest.importorskip('launchpad')
  stop = threading.Event()
  monkeypatch.setattr(lp, 'stop_event', lambda: stop)
  monkeypatch.setattr(lp, 'stop', stop.set)
  program = worker._program()
  assert not program.stopping.is_set()
  program.stop()
  assert program.stopping.is_set()


class _Turns(_Counter):
  """Has something to do every other time."""

  _asked = 0

  def _gather(self):
    self._asked += 1
    if self._asked % 2:
      self._rest()
      return None
    return super()._gather()


def test_in_turns_nobody_waits_and_all_is_saved(monkeypatch):
  monkeypatch.setattr(worker, '_REST_SECONDS', 1e6)
  counter = _Turns(limit=2)
  did = []
  while not worker.done(counter):
    did.append(worker.turn(counter))
  worker.finish(counter)
  assert did == [False, True, False, True]
  assert counter.events == [0, 1, 'finish']
  assert counter.lock_held == [True] * 3


def test_in_turns_errors_are_raised_and_bad_numbers_are_not_saved():
  for counter, error, events in (
    (_Counter(fail_at=0), ValueError, ['finish']),
    (_Counter(diverge_at=0), guard.NonFiniteError, []),
  ):
    with pytest.raises(error):
      worker.turn(counter)
    worker.finish(counter)
    assert counter.events == events


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
