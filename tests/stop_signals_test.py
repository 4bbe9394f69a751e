"""Tests of launch.runtime.stop_signals."""

import os
import signal

import pytest

from launch.runtime import stop_signals


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_are_counted_and_do_nothing_else(number):
  before = signal.getsignal(number)
  signals = stop_signals.StopSignals()
  with signals:
    assert signals.count == 0
    for _ in range(2):
      os.kill(os.getpid(), number)
    assert signals.count == 2
  assert signal.getsignal(number) is before


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
