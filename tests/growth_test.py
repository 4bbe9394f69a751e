"""Tests of tests.growth."""

import math

import psutil
import pytest

from tests import growth


def _samples(memory, descriptors, number=60):
  """Samples every five seconds, of functions of minutes."""
  return [
    growth.Sample(5.0 * i, memory(i / 12), descriptors(i / 12))
    for i in range(number)
  ]


def test_what_goes_up_and_down_is_no_growth():
  samples = _samples(lambda t: 400 + 9 * math.sin(40 * t), lambda t: 30)
  slope = growth.slope(samples)
  assert abs(slope.memory_per_minute) < 1
  assert slope.memory == pytest.approx(400, abs=9)
  assert slope.descriptors == 30 and slope.descriptors_per_minute == 0
  assert not slope.is_much


def test_growth_is_seen():
  slope = growth.slope(_samples(lambda t: 400 + 3 * t, lambda t: 30))
  assert slope.memory_per_minute == pytest.approx(3)
  assert slope.is_much
  slope = growth.slope(_samples(lambda t: 400, lambda t: 30 + 2 * t))
  assert slope.descriptors_per_minute == pytest.approx(2)
  assert slope.is_much


def test_processes_are_looked_at():
  seen = growth.Growth()
  for second in (0.0, 60.0, 120.0):
    seen.look('it', psutil.Process(), second)
  seen.look('brief', psutil.Process(), 0.0)
  assert set(seen.slopes()) == {'it'}
  assert 10 < seen.slopes()['it'].memory < 10_000


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
