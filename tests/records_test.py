"""Tests of tests.records: that it tells what is done twice."""

import os

import numpy as np
import pytest

from spiral_tf import node_kinds
from spiral_tf import types
from tests import records
from tests import small

# Two renders are sampled for each that is written.
_CONFIG = small.POPULATION
_RUN = 'member_00'


@pytest.fixture
def noted(tmp_path, monkeypatch):
  """What was noted, nothing yet."""
  monkeypatch.setenv(records.VARIABLE, str(tmp_path))
  return records.Records(tmp_path)


def _episodes(first, number):
  steps = np.arange(first, first + number, dtype=np.float32)
  return types.Episode(
    observation={},
    action={'end': np.ones([3, number], np.int64)},
    log_prob=np.tile(steps, [3, 1]),
    context={},
  )


def _play(first, number):
  words = records.names(_episodes(first, number), axis=1)
  records.note(node_kinds.ACTOR, _RUN, words)


def _train(first, number):
  played = _episodes(first, number)
  episodes = played._replace(
    action={'end': played.action['end'].T}, log_prob=played.log_prob.T
  )
  words = records.names(episodes, axis=0)
  records.note(node_kinds.POLICY_LEARNER, _RUN, words)


def _judge(number):
  records.note(node_kinds.DISCRIMINATOR_LEARNER, _RUN, [number])


def test_what_is_done_once_is_fine(noted):
  _play(0, 24)
  _train(0, 8)
  _train(8, 8)
  _judge(16)
  _judge(32)
  noted.assert_nothing_twice(_CONFIG, _RUN)
  noted.assert_enough(_CONFIG, _RUN, 2)
  with pytest.raises(AssertionError, match=r'3 updates of 2\.0 batches'):
    noted.assert_enough(_CONFIG, _RUN, 3)
  assert noted.has_worked(node_kinds.ACTOR, _RUN, os.getpid())
  assert not noted.has_worked(node_kinds.ACTOR, _RUN, os.getpid() + 1)


def test_an_episode_twice_is_seen(noted):
  _play(0, 24)
  _train(0, 8)
  _train(7, 8)
  with pytest.raises(AssertionError, match='1 episodes were trained on once'):
    noted.assert_nothing_twice(_CONFIG, _RUN)


def test_an_episode_of_nobody_is_seen(noted):
  _play(0, 8)
  _train(4, 8)
  with pytest.raises(AssertionError, match='4 episodes were trained on once'):
    noted.assert_nothing_twice(_CONFIG, _RUN)


def test_renders_too_often_are_seen(noted):
  _play(0, 8)
  _judge(24)
  with pytest.raises(AssertionError, match='24 renders of 8 episodes'):
    noted.assert_nothing_twice(_CONFIG, _RUN)
  noted.assert_nothing_twice(_CONFIG, _RUN, restarts=1)
  _judge(100)
  with pytest.raises(AssertionError, match='124 renders of 8 episodes, 1'):
    noted.assert_nothing_twice(_CONFIG, _RUN, restarts=1)


def test_actions_and_probabilities_tell_episodes_apart():
  episodes = _episodes(0, 2)
  one, two = records.names(episodes, axis=1)
  assert one != two
  end = episodes.action['end'].copy()
  end[2, 0] = 5
  episodes = episodes._replace(action={'end': end})
  changed, same = records.names(episodes, axis=1)
  assert changed != one and same == two


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
