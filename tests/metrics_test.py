"""Tests of spiral_tf.workdir.metrics."""

import glob
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from tests import clocks


def _events(workdir, node):
  """Tag to (step, summary value), from TensorBoard's files."""
  (path,) = glob.glob(os.path.join(workdir, 'tensorboard', node, '*tfevents*'))
  events = {}
  for event in tf.compat.v1.train.summary_iterator(path):
    for value in event.summary.value:
      events.setdefault(value.tag, []).append((event.step, value))
  return events


def test_writes_json_lines(tmp_path, monkeypatch):
  workdir = str(tmp_path)
  times = iter([100.25, 101.5])
  clocks.replace(monkeypatch, metrics, time=lambda: next(times))
  writer = metrics.MetricsWriter(workdir, 'node')
  writer.scalars(10, {'a': tf.constant(1.5), 'done': False})
  writer.scalars(np.int64(20), {'a': np.float32(2.5)})
  # Not flushed: they are read while the node works.
  with open(metrics.metrics_path(workdir, 'node')) as file:
    first, second = map(json.loads, file)
  assert first == {'time': 100.25, 'frames': 10, 'a': 1.5, 'done': False}
  assert second == {'time': 101.5, 'frames': 20, 'a': 2.5}


def test_a_continued_run_adds_lines(tmp_path):
  for frames in (1, 2):
    metrics.MetricsWriter(str(tmp_path), 'node').scalars(frames, {})
  with open(metrics.metrics_path(str(tmp_path), 'node')) as file:
    assert [json.loads(line)['frames'] for line in file] == [1, 2]


@pytest.mark.parametrize('torn', ['{"time": 3, "fra', '{"a": 1}', '\0' * 50])
def test_half_a_line_takes_no_other_along(tmp_path, torn):
  """Neither one from before, nor one that a disk that is full left since."""
  writer = metrics.MetricsWriter(str(tmp_path), 'node')
  path = metrics.metrics_path(str(tmp_path), 'node')
  for frames in (1, 2):
    writer.scalars(frames, {'fitness': -np.inf})
    with open(path, 'a') as file:
      file.write(torn)
  metrics.MetricsWriter(str(tmp_path), 'node').scalars(3, {})
  assert [line['frames'] for line in json_lines.read(path)] == [1, 2, 3]


def test_writes_for_tensorboard(tmp_path):
  workdir = str(tmp_path)
  writer = metrics.MetricsWriter(workdir, 'node')
  writer.scalars(10, {'a': 1.5})
  writer.scalars(20, {'a': 2.5})
  image = np.arange(4 * 6, dtype=np.uint8).reshape(4, 6, 1) * 10
  writer.image(30, 'samples', image)
  writer.flush()
  events = _events(workdir, 'node')
  scalars = [
    (step, float(tf.make_ndarray(value.tensor)))
    for step, value in events['node/a']
  ]
  assert scalars == [(10, 1.5), (20, 2.5)]
  ((step, value),) = events['node/samples']
  width, height, png = tf.make_ndarray(value.tensor)
  assert (step, int(width), int(height)) == (30, 6, 4)
  np.testing.assert_array_equal(tf.io.decode_png(png), image)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
