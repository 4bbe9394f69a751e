"""Tests of spiral_tf.processes; those of its users kill real parents."""

import contextlib
import functools
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from spiral_tf import processes


def test_ctrl_c_is_ignored_for_a_while():
  before = signal.getsignal(signal.SIGINT)
  with processes.interrupts_ignored():
    os.kill(os.getpid(), signal.SIGINT)
    child = subprocess.run(
      [
        sys.executable,
        '-c',
        'import os, signal; os.kill(os.getpid(), signal.SIGINT)',
      ],
      check=False,
    )
  assert child.returncode == 0  # It inherited that.
  assert signal.getsignal(signal.SIGINT) is before
  with pytest.raises(KeyboardInterrupt), processes.interrupts_ignored():
    raise KeyboardInterrupt  # Others pass.
  assert signal.getsignal(signal.SIGINT) is before


def _halves(me, items):
  """Yields twice an item, and at last which process it was."""
  for item in items:
    yield item, 0
    yield item, 1
  yield 'pid', os.getpid() == me


@pytest.mark.parametrize('number,others', [(1, 0), (2, 2), (3, 3), (9, 4)])
def test_each_item_is_worked_on_once_in_so_many_processes(number, others):
  work = functools.partial(_halves, os.getpid())
  results = list(processes.map_unordered(work, 'abcd', number))
  ends = [result for result in results if result[0] == 'pid']
  assert ends == [('pid', not others)] * (others or 1)
  halves = [result for result in results if result[0] != 'pid']
  assert sorted(halves) == [(item, half) for item in 'abcd' for half in (0, 1)]
  assert not multiprocessing.active_children()


def test_no_items_are_no_work():
  assert list(processes.map_unordered(_halves, [], 2)) == []


def _first_then_sleep(items):
  """Yields at once, and then not for long."""
  for item in items:
    yield item
    time.sleep(3600)


def test_results_come_as_they_are_made_and_closing_ends_the_processes():
  results = processes.map_unordered(_first_then_sleep, [1, 2, 3], 2)
  with contextlib.closing(results):
    assert {next(results), next(results)} == {1, 2}
    assert len(multiprocessing.active_children()) == 2
  assert not multiprocessing.active_children()


def _fail(items):
  for item in items:
    raise FileNotFoundError(2, 'No such file', item)
  yield


@pytest.mark.parametrize('number', [1, 2])
def test_an_error_is_raised_as_it_was(number):
  with pytest.raises(FileNotFoundError) as caught:
    list(processes.map_unordered(_fail, ['x', 'x'], number))
  assert caught.value.filename == 'x'
  if number > 1:  # Where it was raised is told, too.
    assert 'in _fail' in str(caught.value.__cause__)
  assert not multiprocessing.active_children()


def _die(items):
  os._exit(3)
  yield


def _die_half_way(items):
  yield next(items)
  os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize('work,code', [(_die, '3'), (_die_half_way, '-9')])
def test_a_process_that_dies_is_an_error(work, code):
  with pytest.raises(processes.DiedError, match=f'exit code {code} '):
    list(processes.map_unordered(work, [1, 2], 2))
  assert not multiprocessing.active_children()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
