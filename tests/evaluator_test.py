"""Tests of spiral_tf.nodes.evaluator, with learners that only have weights."""

import os

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.nodes import evaluator
from spiral_tf.nodes import weights
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from tests import runs
from tests import small


class _Learner:
  """Has weights, those of update 5."""

  def __init__(self, variables):
    self._server = weights.WeightsServer(variables)

  def get_weights(self, have_version):
    return self._server.get(5, have_version)


def _make(config, tmp_path, fitness=''):
  return evaluator.Evaluator(
    config,
    str(tmp_path),
    _Learner(builders.make_policy(config).trainable_variables),
    _Learner(builders.make_discriminator(config).variables),
    fitness,
  )


@pytest.fixture
def drawer(tmp_path):
  return _make(small.CONDITIONAL, tmp_path)


def _results(folder):
  last = json_lines.last_line(
    metrics.metrics_path(str(folder), node_kinds.EVALUATOR)
  )
  return os.listdir(folder / 'samples'), last


def test_draws_what_the_newest_weights_make(drawer, tmp_path):
  drawer._locked_update(drawer._gather())
  pictures, last = _results(tmp_path)
  assert pictures == [f'{last["frames"]:010d}.png']
  assert last['frames'] > 0
  assert 0 < last['mse'] < 1
  os.remove(tmp_path / 'samples' / pictures[0])
  drawer._finish()  # Has drawn, and nothing is new.
  assert not _results(tmp_path)[0]


def test_a_run_that_is_over_early_has_a_picture_even_so(drawer, tmp_path):
  drawer._finish()  # Stopped before anything was saved: nothing to show.
  assert _results(tmp_path) == ([], None)
  # The learners came to their end and are gone before they were ever asked.
  runs.make(str(tmp_path), small.CONDITIONAL, updates=7)
  drawer._finish()
  frames = experiment.frames(small.CONDITIONAL, 7)
  pictures, last = _results(tmp_path)
  assert pictures == [f'{frames:010d}.png']
  assert last['frames'] == frames
  assert 0 < last['mse'] < 1
  assert 'score' not in last  # There was no discriminator to ask.


def test_drawings_without_targets_are_held_against_the_data(
  tmp_path, monkeypatch
):
  dataset = builders.load_dataset(small.CONFIG)
  drawer = _make(small.CONFIG, tmp_path)
  canvases = drawer._gather()
  assert len(canvases) == 256
  found = []
  # Real images that it has not seen are nearer than what it draws.
  for drawn in (canvases, np.asarray(dataset.validation)):
    drawer._locked_update(drawn)
    found.append(_results(tmp_path)[1]['distance'])
  assert 0 < found[1] < 0.2 < found[0]


def test_data_without_variety_are_no_yardstick_but_no_error_either(
  tmp_path, monkeypatch
):
  image = np.full([20, 16, 16, 1], 7, np.uint8)
  same = datasets.Dataset('same', image, image)
  monkeypatch.setattr(builders, 'load_dataset', lambda config: same)
  drawer = _make(small.CONFIG, tmp_path)
  drawer._locked_update(drawer._gather())
  pictures, last = _results(tmp_path)
  assert pictures and 'distance' not in last
  with pytest.raises(ValueError, match='are the same'):
    _make(small.CONFIG, tmp_path, 'yardstick')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
