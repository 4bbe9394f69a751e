"""Tests of tests.counters."""

import json

import pytest

from spiral_tf import node_kinds
from spiral_tf.workdir import metrics
from tests import counters
from tests import small


def _lost(folder, *lines):
  """Most updates lost in a course, given as times and updates."""
  path = metrics.metrics_path(str(folder), node_kinds.POLICY_LEARNER)
  (folder / 'metrics').mkdir(exist_ok=True)
  with open(path, 'w') as file:
    for time, updates in lines:
      file.write(json.dumps({'time': time, 'updates': updates}) + '\n')
  return counters.assert_lost_little(small.CONFIG, str(folder))


def test_a_step_back_to_the_last_checkpoint_is_allowed(tmp_path):
  assert small.CONFIG.training.checkpoint_seconds == 1
  assert _lost(tmp_path, (0, 1), (9, 50), (10, 60), (20, 49)) == 11
  # And again, to before what it had got back to.
  assert _lost(tmp_path, (0, 1), (60, 99), (99, 95), (99, 98), (199, 96)) == 4


def test_a_step_back_to_what_is_older_is_found(tmp_path):
  with pytest.raises(AssertionError):
    _lost(tmp_path, (0, 1), (1, 50), (10, 60), (20, 49))
  # Though a shorter one came in between.
  with pytest.raises(AssertionError):
    _lost(tmp_path, (0, 1), (1, 50), (60, 99), (99, 95), (199, 49))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
