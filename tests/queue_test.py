"""Tests of spiral_tf.web.queue. They wait for events, never for a time."""

from concurrent import futures
import threading

import pytest

from spiral_tf.web import debts
from spiral_tf.web import queue as queue_lib
from spiral_tf.web import shares
from tests import patience

# Seconds after which something that never comes is a failure.
_FOREVER = patience.HANG_SECONDS


class _Gate:
  """Work that says when it begins, and waits until it may end."""

  def __init__(self):
    self.begun = threading.Event()
    self.opened = threading.Event()

  def __call__(self, check):
    self.begun.set()
    assert self.opened.wait(_FOREVER)
    return 'done'


def _until_ended(check):
  while True:
    check()


def _nothing(check):
  return 'done'


@pytest.fixture
def queue():
  """A queue in which one works at a time."""
  queue = queue_lib.Queue(working=1, waiting=4, share=3)
  yield queue
  queue.stop()


def test_too_many_are_sent_away(queue):
  gate = _Gate()
  jobs = [queue.submit(f'10.0.0.{i}', gate) for i in range(5)]
  with pytest.raises(shares.FullError, match='many people'):
    queue.submit('10.0.0.9', gate)
  gate.opened.set()
  assert [job.future.result(_FOREVER) for job in jobs] == ['done'] * 5
  assert queue.submit('10.0.0.9', gate).future.result(_FOREVER) == 'done'


def test_an_address_has_its_share_at_most(queue):
  gate = _Gate()
  for _ in range(3):
    queue.submit('10.0.0.1', gate)
  with pytest.raises(shares.FullError, match='limited to 3 an address'):
    queue.submit('10.0.0.1', gate)
  job = queue.submit('10.0.0.2', gate)
  gate.opened.set()
  assert job.future.result(_FOREVER) == 'done'


def test_whoever_had_least_is_next(queue):
  gate, order = _Gate(), []
  queue.submit('10.0.0.1', gate)
  assert gate.begun.wait(_FOREVER)
  jobs = [
    queue.submit(address, lambda check, address=address: order.append(address))
    for address in ('10.0.0.1', '10.0.0.1', '10.0.0.2')
  ]
  assert [job.ahead() for job in jobs] == [2, 3, 1]
  gate.opened.set()
  for job in jobs:
    job.future.result(_FOREVER)
  assert order == ['10.0.0.2', '10.0.0.1', '10.0.0.1']
  assert jobs[0].ahead() is None


def test_a_long_job_makes_room(queue):
  long = queue.submit('10.0.0.1', _until_ended)
  # It would never end, so these can only be done in a pause of it.
  for _ in range(2):
    job = queue.submit('10.0.0.2', _nothing)
    assert job.future.result(_FOREVER) == 'done'
  assert not long.future.done()
  long.cancel()
  with pytest.raises(queue_lib.GoneError):
    long.future.result(_FOREVER)


def test_the_longest_ends_if_too_many_are_in_their_middle(queue, monkeypatch):
  monkeypatch.setattr(queue_lib, '_PAUSED', 1)
  monkeypatch.setattr(queue_lib, '_LONG', 0)
  long = [queue.submit(f'10.0.0.{i}', _until_ended) for i in range(3)]
  with pytest.raises(shares.FullError, match='takes long'):
    first, _ = futures.wait(
      [job.future for job in long], _FOREVER, futures.FIRST_COMPLETED
    )
    first.pop().result()


def test_what_is_needed_is_held_by_one_and_takes_no_place():
  queue = queue_lib.Queue(working=2)
  first, second = _Gate(), _Gate()
  jobs = [
    queue.submit('10.0.0.1', first, needs='model'),
    queue.submit('10.0.0.2', second, needs='model'),
  ]
  assert first.begun.wait(_FOREVER)
  # There is a place for this one, though the second has waited longer.
  assert queue.submit('10.0.0.3', _nothing).future.result(_FOREVER) == 'done'
  assert not second.begun.is_set()
  first.opened.set()
  assert second.begun.wait(_FOREVER)
  second.opened.set()
  assert [job.future.result(_FOREVER) for job in jobs] == ['done'] * 2


def test_work_for_those_who_left_is_not_done(queue):
  gate, never = _Gate(), _Gate()
  works = queue.submit('10.0.0.1', gate)
  waits = queue.submit('10.0.0.2', never)
  waits.cancel()
  with pytest.raises(queue_lib.GoneError):
    waits.future.result(0)
  gate.opened.set()
  works.future.result(_FOREVER)
  assert queue.submit('10.0.0.2', _nothing).future.result(_FOREVER) == 'done'
  assert not never.begun.is_set()
  works = queue.submit('10.0.0.1', _until_ended)
  works.cancel()
  with pytest.raises(queue_lib.GoneError):
    works.future.result(_FOREVER)


def test_work_has_a_bound(queue, monkeypatch):
  monkeypatch.setattr(queue_lib, 'MAX_SECONDS', 0.01)
  job = queue.submit('10.0.0.1', _until_ended)
  with pytest.raises(ValueError, match='choose a smaller size'):
    job.future.result(_FOREVER)


def test_the_share_that_is_done_is_known():
  told, go_on = threading.Event(), threading.Event()

  def work(check):
    check(0.25)
    check()
    told.set()
    patience.happen(go_on, 'that the share is read')

  queue = queue_lib.Queue(working=1)
  job = queue.submit('a', work)
  patience.happen(told, 'half of the work')
  assert job.share == 0.25
  go_on.set()
  job.future.result(patience.HANG_SECONDS)


def test_errors_are_passed_on_and_leave_the_place(queue):
  def fail(check):
    raise KeyError('x')

  with pytest.raises(KeyError):
    queue.submit('10.0.0.1', fail).future.result(_FOREVER)
  assert queue.submit('10.0.0.1', _nothing).future.result(_FOREVER) == 'done'


def test_it_stops(queue):
  works = queue.submit('10.0.0.1', _until_ended)
  waits = queue.submit('10.0.0.1', _until_ended, needs='model')
  queue.stop()
  for job in (works, waits):
    with pytest.raises(shares.FullError, match='being stopped'):
      job.future.result(_FOREVER)
  with pytest.raises(shares.FullError, match='being stopped'):
    queue.submit('10.0.0.1', _nothing)


def test_it_rests_once_after_work(queue):
  assert not queue.rests()
  queue.submit('10.0.0.1', _nothing).future.result(_FOREVER)
  assert queue.rests()
  assert not queue.rests()


def test_debts_fade():
  account = debts.Debts()
  account.add('a', 8.0, now=0)
  assert account.of('a', now=0) == 8
  assert account.of('a', now=60) == 2
  account.add('a', 1.0, now=60)
  assert account.of('a', now=90) == 1.5
  assert account.of('b', now=90) == 0
  for i in range(3000):
    account.add(f'c{i}', 0.001, now=100.0 + i)
  assert len(account._seconds) < 1500  # Nobody is remembered for ever.


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
