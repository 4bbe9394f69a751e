"""Tests of launch.runtime.restarts."""

import pytest

from launch.runtime import restarts


def test_waits_double_up_to_a_limit():
  history = restarts.History()
  waits = [history.ended(-9, 1.0) for _ in range(restarts.MOST_KILLS)]
  assert waits[:3] == [0.5, 1.0, 2.0]
  assert waits == sorted(waits)
  assert waits[-1] == restarts.LONGEST_WAIT_SECONDS
  assert history.restarts == restarts.MOST_KILLS


def test_a_node_that_fails_by_itself_is_given_up_sooner_than_a_killed_one():
  failing, killed = restarts.History(), restarts.History()
  for _ in range(restarts.MOST_FAILURES):
    assert failing.ended(1, 1.0) is not None
    assert killed.ended(-9, 1.0) is not None
  assert failing.ended(1, 1.0) is None
  assert killed.ended(-9, 1.0) is not None


def test_a_node_that_was_up_for_long_starts_with_a_clean_slate():
  history = restarts.History()
  for _ in range(10 * restarts.MOST_FAILURES):
    wait = history.ended(1, restarts.SOUND_SECONDS)
    assert wait == restarts.FIRST_WAIT_SECONDS
    assert history.ended(-9, 1.0) == 2 * restarts.FIRST_WAIT_SECONDS


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
