"""Tests of launch.runtime.stop_signals."""

import os
import signal

import pytest

from launch.runtime import stop_signals

_ALL = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def unignored():
  """As in a terminal, whatever these tests were started by."""
  before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
  yield
  signal.signal(signal.SIGHUP, before)


def _send(*numbers):
  for number in numbers:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize('number', _ALL)
def test_a_signal_is_noticed_and_does_nothing_else(number):
  before = signal.getsignal(number)
  signals = stop_signals.StopSignals()
  with signals:
    assert not signals.wanted
    _send(number)
    assert signals.wanted and not signals.urgent
  assert signal.getsignal(number) is before


@pytest.mark.parametrize(
  'numbers',
  [
    [signal.SIGINT, signal.SIGINT],
    [signal.SIGTERM, signal.SIGINT],
    [signal.SIGHUP, signal.SIGTERM, signal.SIGTERM],
  ],
)
def test_said_again_it_is_urgent(numbers):
  with stop_signals.StopSignals() as signals:
    _send(*numbers)
    assert signals.urgent


@pytest.mark.parametrize(
  'numbers',
  [
    # The kernel and the shell both say that the terminal is closed.
    [signal.SIGHUP, signal.SIGHUP],
    # As systemd ends a session.
    [signal.SIGTERM, signal.SIGHUP],
  ],
)
def test_a_terminal_that_is_closed_is_not_somebody_who_insists(numbers):
  with stop_signals.StopSignals() as signals:
    _send(*numbers)
    assert signals.wanted and not signals.urgent


def test_what_nohup_ignores_stays_ignored():
  signal.signal(signal.SIGHUP, signal.SIG_IGN)
  with stop_signals.StopSignals() as signals:
    _send(signal.SIGHUP)
    assert not signals.wanted
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
