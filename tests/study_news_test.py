"""Tests of launch.study_news."""

import numpy as np
import pytest

from launch import study_jobs
from launch import study_news
from spiral_tf.studies import curve
from spiral_tf.studies import store

_FRESH, _HALF, _OVER = (
  store.Run('as it is', seed, f'/{seed}') for seed in range(3)
)
_ROW = {
  **{'frames': 60, 'seconds': 1234.5, 'done': False},
  **{'mse': 0.02, 'mse_cold': 0.01, 'mse_empty': 0.08, 'mse_mean_image': 0.05},
}


def _course(*frames, done=False):
  frames = np.array(frames, np.int64)
  return curve.Curve(frames, frames / 1.0, {}, done, '')


@pytest.fixture
def listener(monkeypatch):
  """A listener to three runs of 100 frames, and what it says and reports."""
  monkeypatch.setattr(study_news, '_EVERY', 0.0)
  so_far = {
    _FRESH: _course(),
    _HALF: _course(0, 50),
    _OVER: _course(0, 100, done=True),
  }
  said, reports = [], []
  made = study_news.Listener(
    100, so_far, lambda: reports.append(1), said.append
  )
  return made, said, reports


def test_measurements_are_told(listener):
  made, said, _ = listener
  made(study_jobs.News(_HALF, _ROW))
  assert said[0] == (
    'as it is, seed 1: 60 frames, 1,234 CPU s, 0.250 of the blank '
    "canvas's error, 0.125 at temperature .3"
  )
  row = {'distance': 0.5, 'distance_cold': 0.4}
  row |= {'frames': 1, 'seconds': 1, 'done': False}
  assert study_news.describe(row).endswith(
    'distance 0.500, 0.400 at temperature .3'
  )


def test_progress_counts_what_was_there(listener):
  made, said, _ = listener
  made(study_jobs.News(_FRESH, {'frames': 25, 'seconds': 1}))
  assert said[-1].startswith('175 of 300 frames of all runs, ')
  assert said[-1].endswith(' left')
  # Frames are of whole batches, and may be a few more.
  made(study_jobs.News(_FRESH, {**_ROW, 'frames': 104, 'done': True}))
  assert said[-1].startswith('250 of 300 frames of all runs, ')


def test_a_run_that_diverged_is_over(listener):
  made, said, _ = listener
  row = {'frames': 10, 'seconds': 1, 'done': False, 'diverged': 'a reason'}
  made(study_jobs.News(_FRESH, row))
  assert said[0].endswith('ended early: a reason')
  assert said[-1].startswith('250 of 300 frames')


def test_the_report_is_written_when_a_run_ends(listener):
  made, said, reports = listener
  made(study_jobs.News(_HALF, _ROW))
  assert not reports and not made.failed
  made(study_jobs.News(_HALF, None))
  assert len(reports) == 1 and not made.failed
  made(study_jobs.News(_FRESH, None, 'A reason.'))
  assert len(reports) == 2 and made.failed == ['as it is, seed 0: A reason.']
  assert said[-1] == 'as it is, seed 0 failed: A reason.'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
