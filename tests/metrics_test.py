"""Tests of spiral_tf.metrics."""

import glob
import json
import math
import os
import re
import time

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import metrics

_POLICY = {
  'frames': 1234567,
  'episodes_per_second': 278.4,
  'updates': 4321.0,
  'score': -1.239,
  'entropy': 10.567,
  'seconds_left': 754.9,
}


def _write(path, text):
  path.write_text(text)
  return str(path)


@pytest.mark.parametrize(
  'text,record',
  [
    ('', None),
    ('{"a": 1}\n', {'a': 1}),
    ('{"a": 1}\n{"a": 2}\n', {'a': 2}),
    ('{"a": 1}\n{"a": 2', {'a': 1}),  # Being written.
    ('{"a": 1}\n{"a": 2}', {'a': 1}),  # So may this be.
    ('{"a": 1', None),
  ],
)
def test_last_line_is_the_last_whole_record(tmp_path, text, record):
  assert metrics.last_line(_write(tmp_path / 'x.jsonl', text)) == record


def test_last_line_of_a_missing_file(tmp_path):
  assert metrics.last_line(str(tmp_path / 'x.jsonl')) is None


def test_last_line_of_a_long_file(tmp_path):
  lines = [json.dumps({'a': i, 'pad': 'x' * 500}) + '\n' for i in range(100)]
  path = _write(tmp_path / 'x.jsonl', ''.join(lines))
  assert metrics.last_line(path)['a'] == 99


def _events(workdir, node):
  """Tag to (step, summary value), from TensorBoard's files."""
  (path,) = glob.glob(os.path.join(workdir, 'tensorboard', node, '*tfevents*'))
  events = {}
  for event in tf.compat.v1.train.summary_iterator(path):
    for value in event.summary.value:
      events.setdefault(value.tag, []).append((event.step, value))
  return events


def test_writes_json_lines(tmp_path):
  workdir = str(tmp_path)
  before = time.time()
  writer = metrics.MetricsWriter(workdir, 'node')
  writer.scalars(10, {'a': tf.constant(1.5), 'done': False})
  writer.scalars(np.int64(20), {'a': np.float32(2.5)})
  # Not flushed: they are read while the node works.
  with open(metrics.metrics_path(workdir, 'node')) as file:
    first, second = map(json.loads, file)
  assert before <= first.pop('time') <= second.pop('time') <= time.time()
  assert first == {'frames': 10, 'a': 1.5, 'done': False}
  assert second == {'frames': 20, 'a': 2.5}


def test_a_continued_run_adds_lines(tmp_path):
  for frames in (1, 2):
    metrics.MetricsWriter(str(tmp_path), 'node').scalars(frames, {})
  with open(metrics.metrics_path(str(tmp_path), 'node')) as file:
    assert [json.loads(line)['frames'] for line in file] == [1, 2]


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


def test_progress_line_says_all():
  line = metrics.progress_line(_POLICY, {'gap': 3.21})
  assert line == (
    '1,234,567 frames, 278 episodes/s, 4,321 updates, score -1.24, '
    'entropy 10.57 nats, D gap 3.21, 12:34 left'
  )


@pytest.mark.parametrize(
  'seconds,text',
  [(0.0, '0:00'), (9.99, '0:09'), (119.7, '1:59'), (3600.0, '60:00')],
)
def test_progress_line_time_left(seconds, text):
  line = metrics.progress_line({**_POLICY, 'seconds_left': seconds}, {})
  assert line.endswith(f'nats, {text} left')


def test_progress_line_of_a_run_without_end():
  line = metrics.progress_line({**_POLICY, 'seconds_left': -1.0}, {})
  assert 'left' not in line


def test_progress_line_before_the_first_update():
  policy = {k: v for k, v in _POLICY.items() if k not in ('score', 'entropy')}
  line = metrics.progress_line(policy, {})
  assert line == '1,234,567 frames, 278 episodes/s, 4,321 updates, 12:34 left'


def test_progress_line_warns_while_something_is_wrong():
  healthy = metrics.progress_line({**_POLICY, 'blank': 0.1}, {})
  blank = metrics.progress_line({**_POLICY, 'blank': 0.99}, {})
  assert 'WARNING' not in healthy
  assert blank.startswith(f'{healthy}. WARNING: 99% of the canvases are blank')
  assert '\n' not in blank


def test_progress_line_shows_numbers_that_are_none():
  line = metrics.progress_line({**_POLICY, 'score': math.nan}, {})
  assert 'score +nan' in line


def _wait_for(capsys, text, seconds=10.0):
  """What is printed up to and with `text`."""
  printed, end = '', time.monotonic() + seconds
  while text not in printed and time.monotonic() < end:
    time.sleep(0.01)
    printed += capsys.readouterr().out
  return printed


def test_progress_prints_new_lines_only(tmp_path, capsys):
  writer = metrics.MetricsWriter(str(tmp_path), checkpoint.POLICY_LEARNER)
  writer.scalars(1, _POLICY)  # Of an earlier run.
  time.sleep(0.01)
  progress = metrics.RunProgress(str(tmp_path), seconds=0.02)
  printed = _wait_for(capsys, 'Starting')
  for frames in (11, 22):
    writer.scalars(frames, {**_POLICY, 'frames': frames})
    printed += _wait_for(capsys, f'{frames} frames')
  time.sleep(0.1)
  progress.stop()
  writer.scalars(33, {**_POLICY, 'frames': 33})
  time.sleep(0.1)
  printed += capsys.readouterr().out
  assert re.sub(r'\[ *\d+:\d\d\]|,.*', '', printed).split('\n')[1:] == [
    ' 11 frames',
    ' 22 frames',
    '',
  ]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
