"""Tests of spiral_tf.studies.curve."""

import json

import numpy as np
import pytest

from spiral_tf.studies import curve


def _write(folder, *rows):
  lines = ''.join(json.dumps(row) + '\n' for row in rows)
  (folder / curve.NAME).write_text(lines)


def _row(frames, mse, **more):
  return {
    **{'frames': frames, 'seconds': frames / 10, 'mse': mse, 'mse_empty': 0.5},
    **{'done': False, 'entropy': 1.0},
    **more,
  }


def test_a_course_is_read_while_it_goes_on(tmp_path):
  _write(tmp_path, _row(0, 0.4), _row(30, 0.3))
  found = curve.read(str(tmp_path))
  np.testing.assert_array_equal(found.frames, [0, 30])
  np.testing.assert_array_equal(found.seconds, [0, 3])
  assert found.values.keys() == {'mse', 'mse_empty'}
  np.testing.assert_array_equal(found.values['mse'], [0.4, 0.3])
  assert not found.done and not found.over and found.last_frames == 30


def test_it_knows_its_end(tmp_path):
  _write(tmp_path, _row(0, 0.4), _row(30, 0.3, done=True))
  found = curve.read(str(tmp_path))
  assert found.done and found.over and not found.diverged


def test_it_may_end_early(tmp_path):
  last = {'frames': 35, 'seconds': 3.5, 'done': False, 'diverged': 'a reason'}
  _write(tmp_path, _row(0, 0.4), _row(30, 0.3), last)
  found = curve.read(str(tmp_path))
  assert found.over and not found.done and found.diverged == 'a reason'
  np.testing.assert_array_equal(found.frames, [0, 30])
  np.testing.assert_array_equal(found.values['mse'], [0.4, 0.3])


def test_a_run_that_has_not_begun_has_an_empty_one(tmp_path):
  found = curve.read(str(tmp_path))
  assert not len(found.frames) and not found.over and found.last_frames == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
