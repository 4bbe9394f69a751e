"""Runs of 30 days, by a simulated clock, stay small and keep their course.

`python -m pytest -s tests/long_runs_test.py` prints how large they get.
"""

import json
import math
import os

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import pictures
from spiral_tf.evaluation import curves
from spiral_tf.evaluation import reconstruction
from spiral_tf.nodes import evaluator
from spiral_tf.population import lineage
from spiral_tf.workdir import config_file
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from spiral_tf.workdir import progress
from spiral_tf.workdir import thinning
from tests import clocks
from tests import small

pytestmark = pytest.mark.slow

_DAY = 24 * 60 * 60
_DAYS = 30
# What a small agent does in a second.
_FRAMES = 1500
# Numbers that a node logs each time; both learners do so equally often.
_NUMBERS = {'policy_learner': 25 + 10, 'evaluator': 5}
# Bytes of one in TensorBoard's files.
_SCALAR_BYTES = 100
# What docs/learning.md promises of a run, and of a population's lineage.
_RUN_BYTES, _RUN_PICTURES = 60_000_000, 900
_LINEAGE_BYTES = 4_000_000


class _Clock:
  """What a run's nodes do over time, without TensorFlow's part in it."""

  def __init__(self, workdir, monkeypatch):
    self.now = 1.7e9
    self.times = dict.fromkeys(_NUMBERS, 0)
    self.images = 0
    clocks.replace(monkeypatch, metrics, time=lambda: self.now)
    monkeypatch.setattr(tf.summary, 'scalar', self._scalar)
    monkeypatch.setattr(tf.summary, 'image', self._image)
    self._workdir = workdir
    self.start_nodes()

  def start_nodes(self):
    self.policy = metrics.MetricsWriter(self._workdir, 'policy_learner')
    self.evaluator = metrics.MetricsWriter(self._workdir, 'evaluator')

  def _scalar(self, name, value):
    del value
    node, number = name.split('/')
    if number in ('seconds', 'mse'):  # Once each time.
      self.times[node] += 1

  def _image(self, name, image):
    del name, image
    self.images += 1


def _error(frames):
  """How an agent that learns gets better."""
  return 0.05 + 0.1 * math.exp(-frames / (5 * _DAY * _FRAMES))


def _train(clock, folder, begin, end, lost=0.0):
  """Lets a run go on from `begin` to `end`, seconds of training."""
  picture = np.zeros([1, 1, 1], np.uint8)
  for second in range(begin, end, 10):
    clock.now += 10
    frames = second * _FRAMES
    # So many as make a line as long as that of a learner.
    numbers = {f'number_{i}': 0.123456789 * i for i in range(3)}
    clock.policy.scalars(frames, {'seconds': float(second), **numbers})
    if second % 20 == 0:
      values = {'mse': _error(frames) + lost, 'mse_empty': 0.2}
      clock.evaluator.scalars(frames, {**values, 'mse_mean_image': 0.15})
    if second % 60 == 0:
      clock.evaluator.image(frames, 'samples', picture)
    # Ten times rarer than it is, for the sake of the test's time.
    if second % 600 == 0:
      (folder / f'{frames:010d}.png').touch()
      kept = small.CONFIG.training.kept_samples
      thinning.thin_pictures(str(folder), kept)


def test_a_run(tmp_path, monkeypatch):
  workdir = str(tmp_path)
  config_file.save(workdir, small.CONDITIONAL)
  folder = tmp_path / 'samples'
  folder.mkdir()
  clock = _Clock(workdir, monkeypatch)
  stopped = 10 * _DAY
  _train(clock, folder, 0, stopped)
  # What is lost with a killed run: it goes on from its last checkpoint. And the
  # clock is set back for a year.
  _train(clock, folder, stopped, stopped + 120, lost=9.0)
  clock.now -= 365 * _DAY
  clock.start_nodes()
  _train(clock, folder, stopped, _DAYS * _DAY)

  lines = {
    name: os.path.getsize(metrics.metrics_path(workdir, name))
    for name in ('policy_learner', 'evaluator')
  }
  assert max(lines.values()) <= metrics.MAX_BYTES
  events = sum(
    _SCALAR_BYTES * count * clock.times[node]
    for node, count in _NUMBERS.items()
  )
  count = len(os.listdir(folder))
  total = events + 3 * metrics.MAX_BYTES
  print(
    f'{_DAYS} days: {total / 1e6:.0f} MB of numbers, {count} pictures in '
    f'samples/, {clock.images} in tensorboard/; JSON lines: {lines}.'
  )
  assert total <= _RUN_BYTES
  assert count + clock.images <= _RUN_PICTURES

  # The course is still there, all of it.
  curve = curves.read(workdir)
  np.testing.assert_allclose(curve.mse, [_error(x) for x in curve.frames])
  np.testing.assert_allclose(curve.minutes, curve.frames / _FRAMES / 60)
  assert curve.frames[0] == 0
  longest = np.diff(curve.frames).max() / _FRAMES
  assert longest < 1200, 'An evaluation in twenty minutes is left.'
  newest = curve.frames[-1000:] / _FRAMES
  np.testing.assert_array_equal(np.diff(newest), 20)
  # So is what progress is told by.
  last = json_lines.last_line(metrics.metrics_path(workdir, 'policy_learner'))
  assert last['frames'] == (_DAYS * _DAY - 10) * _FRAMES
  policy = {**last, 'updates': 1, 'episodes_per_second': 1}
  assert progress.progress_line(policy, {}).startswith('3,887,985,000 frames')
  # And pictures of all of its days.
  shown = sorted(int(x[:-4]) / _FRAMES / _DAY for x in os.listdir(folder))
  assert shown[0] == 0 and np.diff(shown).max() < 0.5


def test_what_a_number_takes(tmp_path):
  writer = metrics.MetricsWriter(str(tmp_path), 'policy_learner')
  names = [f'a_number_of_that_length_{i}' for i in range(10)]
  for step in range(100):
    writer.scalars(step * 1000, {name: 0.5 for name in names})
  writer.flush()
  folder = tmp_path / 'tensorboard' / 'policy_learner'
  (size,) = (path.stat().st_size for path in folder.iterdir())
  assert 0.5 * _SCALAR_BYTES < size / 1000 <= _SCALAR_BYTES


def test_what_a_picture_takes(tmp_path):
  """Of 64 noisy pairs at 32x32, which is more than any drawing."""
  random = np.random.default_rng(0)
  images = random.integers(0, 256, [evaluator.NUM_SAMPLES, 32, 32, 1], np.uint8)
  grid = pictures.grid(reconstruction.pairs(images, images), evaluator.COLUMNS)
  path = str(tmp_path / 'x.png')
  pictures.write_png(path, grid)
  assert os.path.getsize(path) < 250_000


def _status(number, member):
  return {
    **{'kind': 'status', 'time': 1.7e9 + 60 * number, 'round': number},
    **{'member': member, 'updates': 100 * number, 'seconds': 60.0 * number},
    **{'frames': 90_000 * number, 'fitness': -1.0 / (1 + number)},
    **{'learning_rate': 1.23456789e-4, 'entropy_cost': 1.23456789e-2},
    **{'generation': number // 1000, 'diverged': False},
  }


def _copy(number):
  return {
    **{'kind': 'copy', 'time': 1.7e9 + 60 * number, 'round': number},
    **{'member': number % 3, 'donor': (number + 1) % 3},
    **{'generation': number // 1000, 'learning_rate': 1e-4},
    **{'entropy_cost': 1e-2, 'donor_fitness': -1.0, 'member_fitness': -2.0},
    'donor_updates': 100 * number,
  }


def test_a_lineage(tmp_path):
  path = str(tmp_path / 'lineage.jsonl')
  thinned = lineage.thinned(path)
  largest, copies = 0, []
  rounds = _DAYS * _DAY // 60
  for number in range(rounds):
    records = [_status(number, member) for member in range(3)]
    if number % 1000 == 999:
      copies.append(_copy(number))
      records.append(copies[-1])
    with open(path, 'a') as file:
      file.write(''.join(json.dumps(x) + '\n' for x in records))
    thinned.thin()
    largest = max(largest, os.path.getsize(path))
  print(f'{_DAYS} days: {largest / 1e6:.1f} MB of lineage.')
  assert largest <= _LINEAGE_BYTES
  records = lineage.read(path)
  assert [x for x in records if x['kind'] == 'copy'] == copies
  courses = lineage.courses(records)
  for member, course in courses.items():
    assert course.time[0] == 1.7e9 and len(course.time) > 2000
    assert course.time[-1] == 1.7e9 + 60 * (rounds - 1)
    assert np.diff(course.time).max() < 3 * 60 * 60, member
  # Members of a round are compared with each other, so none may be missing.
  statuses = [x for x in records if x['kind'] == 'status']
  assert [x['member'] for x in statuses] == [0, 1, 2] * (len(statuses) // 3)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
