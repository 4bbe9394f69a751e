"""Tests of tests.patience."""

import subprocess
import sys
import threading

import pytest

from tests import clocks
from tests import patience


@pytest.fixture
def clock(monkeypatch):
  """A time that passes while one sleeps; a start takes `start` of it."""

  class Clock:
    now, start, starts = 0.0, 1.0, 0

    def sleep(self, seconds):
      self.now += max(seconds, 0.001)

    def measure(self):
      self.starts += 1
      self.now += self.start
      return self.start

  made = Clock()
  clocks.replace(
    monkeypatch, patience, monotonic=lambda: made.now, sleep=made.sleep
  )
  monkeypatch.setattr(patience, 'measure', made.measure)
  return made


def test_what_comes_is_returned_and_nothing_is_measured(clock):
  found = patience.wait_until(lambda: clock.now > 5 and 'it', 'it', starts=2)
  assert found == 'it'
  assert clock.now == pytest.approx(5, abs=0.1)
  assert not clock.starts


def test_what_does_not_come_is_said_with_the_time_of_a_start(clock):
  with pytest.raises(
    AssertionError,
    match=r'waited 3\d\.\d s for a miracle.* 10 starts .* 3\.0 s here.* Alas',
  ):
    patience.wait_until(lambda: 0, 'a miracle', 10, tell=lambda: 'Alas!')
  assert clock.starts == 1


def test_a_machine_ten_times_slower_only_takes_longer(clock):
  clock.start = 30.0
  assert patience.wait_until(lambda: clock.now > 250, 'it', starts=10)
  clock.now = 0.0
  with pytest.raises(AssertionError, match='each of which takes 30'):
    patience.wait_until(lambda: clock.now > 400, 'it', starts=10)


def test_it_goes_on_while_starts_become_slower(clock):
  def condition():
    clock.start = 3 + clock.now / 4
    return clock.now > 1000

  assert patience.wait_until(condition, 'it', starts=10)
  assert clock.starts > 2


def test_it_looks_again_after_it_measured(clock):
  assert patience.wait_until(lambda: clock.starts, 'it', starts=10)


def test_it_does_not_wait_for_the_dead(clock):
  with pytest.raises(AssertionError, match='no work: it has ended'):
    patience.wait_until(lambda: 0, 'work', alive=lambda: 0, tell=lambda: 'Why')
  assert not clock.now
  # What was done before the end counts.
  assert patience.wait_until(lambda: 1, 'work', alive=lambda: 0)


def test_processes_and_threads():
  command = [sys.executable, '-c', 'print(input()); raise SystemExit(3)']
  done = patience.run(command, input='a', text=True, capture_output=True)
  assert (done.returncode, done.stdout, done.stderr) == (3, 'a\n', '')
  with pytest.raises(subprocess.CalledProcessError):
    patience.run(command, input='a', text=True, capture_output=True, check=True)
  process = subprocess.Popen(
    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
  )
  process.stdin.write(b'b\n')
  assert patience.output(process) == (b'b\n', None)
  assert patience.end(process) == 3
  event = threading.Event()
  thread = threading.Thread(target=event.set)
  thread.start()
  patience.join(thread)
  patience.happen(event, 'an event')


def test_what_hangs_is_given_up(monkeypatch):
  monkeypatch.setattr(patience, '_LEAST_SECONDS', 1e-3)
  monkeypatch.setattr(patience, 'measure', lambda: 1e-3)
  stay = [sys.executable, '-c', 'import time; time.sleep(3600)']
  with pytest.raises(AssertionError, match=r'the end of .* -c import time'):
    patience.run(stay)
  process = subprocess.Popen(stay, stdout=subprocess.PIPE)
  for wait in (patience.end, patience.output):
    with pytest.raises(
      AssertionError, match=f'the end of process {process.pid}'
    ):
      wait(process)
  process.kill()
  process.communicate()
  event = threading.Event()
  with pytest.raises(AssertionError, match='for an event, in vain'):
    patience.happen(event, 'an event')
  thread = threading.Thread(target=event.wait)
  thread.start()
  with pytest.raises(AssertionError, match='the end of Thread'):
    patience.join(thread)
  event.set()


def test_a_start_is_measured():
  assert 0.1 < patience.measure() < patience.HANG_SECONDS


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
