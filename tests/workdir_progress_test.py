"""Tests of spiral_tf.workdir.progress."""

import builtins
import json
import math
import os
import re
import threading
import time

import pytest

from spiral_tf import node_kinds
from spiral_tf.workdir import metrics
from spiral_tf.workdir import progress
from tests import patience

_POLICY = {
  'frames': 1234567,
  'episodes_per_second': 278.4,
  'updates': 4321.0,
  'score': -1.239,
  'entropy': 10.567,
  'seconds': 251.0,
  'seconds_left': 754.9,
}


def test_progress_line_says_all():
  line = progress.progress_line(_POLICY, {'frames': 123, 'distance': 0.1239})
  assert line == (
    '[#####---------------] 12:34 left, 1,234,567 frames, 278 episodes/s, '
    'distance to real images 0.124, see samples/0000000123.png'
  )


def test_progress_line_of_who_reproduces_pictures():
  drawn = {'frames': 123, 'mse': 0.01, 'mse_empty': 0.04, 'distance': 9}
  line = progress.progress_line(_POLICY, drawn)
  assert "error 0.250 of an empty canvas's, see" in line
  assert 'distance' not in line


@pytest.mark.parametrize(
  'seconds,text',
  [(0.0, '0:00'), (9.99, '0:09'), (119.7, '1:59'), (3600.0, '60:00')],
)
def test_progress_line_time_left(seconds, text):
  line = progress.progress_line({**_POLICY, 'seconds_left': seconds}, {})
  assert f'] {text} left, ' in line


def test_progress_line_of_a_run_without_end():
  line = progress.progress_line({**_POLICY, 'seconds_left': -1.0}, {})
  assert 'left' not in line


def test_progress_line_before_the_first_update():
  only = ('frames', 'episodes_per_second', 'updates', 'seconds_left')
  line = progress.progress_line({k: _POLICY[k] for k in only}, {})
  assert line == (
    '[--------------------] 12:34 left, 1,234,567 frames, 278 episodes/s'
  )


def test_progress_line_warns_while_something_is_wrong():
  healthy = progress.progress_line({**_POLICY, 'blank': 0.1}, {})
  blank = progress.progress_line({**_POLICY, 'blank': 0.99}, {})
  assert 'WARNING' not in healthy
  assert blank.startswith(f'{healthy}. WARNING: 99% of the canvases are blank')
  assert '\n' not in blank


def test_progress_line_shows_numbers_that_are_none():
  drawn = {'frames': 1, 'distance': math.nan}
  assert 'images nan' in progress.progress_line(_POLICY, drawn)


def test_progress_prints_new_lines_only(tmp_path, capsys, monkeypatch):
  looks, news = [], progress.RunProgress._news

  def look(self):
    looks.append(news(self))
    return looks[-1]

  monkeypatch.setattr(progress.RunProgress, '_news', look)
  writer = metrics.MetricsWriter(str(tmp_path), node_kinds.POLICY_LEARNER)
  writer.scalars(1, _POLICY)  # Of an earlier run.
  lines = progress.RunProgress(str(tmp_path), seconds=0.02)
  printed = patience.printed(capsys, 'Starting')
  for frames in (11, 22):
    writer.scalars(frames, {**_POLICY, 'frames': frames})
    printed += patience.printed(capsys, f'{frames} frames')
  looked = len(looks)
  patience.wait_until(lambda: len(looks) > looked + 3, 'some more looks')
  lines.stop()
  writer.scalars(33, {**_POLICY, 'frames': 33})
  printed += capsys.readouterr().out
  assert re.findall(r'(\d+) frames', printed) == ['11', '22']
  assert all(line.startswith('[') for line in printed.splitlines()[1:])


def _write(workdir, seconds, **values):
  """Writes a line of metrics by a clock that is so many seconds off."""
  path = metrics.metrics_path(str(workdir), node_kinds.POLICY_LEARNER)
  os.makedirs(os.path.dirname(path), exist_ok=True)
  line = {'time': time.time() + seconds, **_POLICY, **values}
  with open(path, 'a') as file:
    file.write(json.dumps(line) + '\n')


@pytest.mark.parametrize('seconds', [-3600.0, 3600.0])
def test_progress_does_without_the_clock_of_the_learners_machine(
  tmp_path, capsys, seconds
):
  _write(tmp_path, seconds)  # Of an earlier run.
  lines = progress.RunProgress(str(tmp_path), seconds=0.02)
  printed = patience.printed(capsys, 'Starting')
  for number, frames in enumerate((11, 22)):
    # The learner's clock is set back between the two.
    _write(tmp_path, seconds + 1 - 10 * number, frames=frames, score=math.nan)
    printed += patience.printed(capsys, f'{frames} frames')
  lines.stop()
  assert printed.count(' 11 frames') == printed.count(' 22 frames') == 1
  assert '1,234,567' not in printed


class _Script(progress.Progress):
  """Progress whose news are those of a list, of which some are errors."""

  def __init__(self, *news):
    self.left = list(news)
    self.over = threading.Event()
    super().__init__('Begin', 0.001)

  def _news(self):
    if not self.left:
      self.over.set()
      return None
    news = self.left.pop(0)
    if isinstance(news, Exception):
      raise news
    return news


def test_news_that_can_not_be_had_are_said_once_and_end_nothing(capsys):
  error = TypeError('a line of two writers')
  lines = _Script('one', error, error, error, 'two')
  assert lines.over.wait(300)
  lines.stop()
  said = [line.split('] ')[-1] for line in capsys.readouterr().out.split('\n')]
  assert said[1] == 'one' and said[3] == 'two' and len(said) == 5
  assert 'a line of two writers' in said[2]


@pytest.mark.parametrize(
  'error', [BrokenPipeError(), OSError(28, 'full'), ValueError('closed')]
)
def test_lines_that_can_not_be_printed_end_nothing(monkeypatch, error):
  def fail(*unused, **options):
    raise error

  monkeypatch.setattr(builtins, 'print', fail)
  lines = _Script('one', 'two')
  assert lines.over.wait(300)
  lines.stop()


def _metrics(updates=5000, entropy=6.0, anneal=1.0, blank=0.0):
  return {
    'updates': updates,
    'entropy': entropy,
    'entropy_max': 12.7,
    'anneal': anneal,
    'blank': blank,
  }


@pytest.mark.parametrize(
  'policy',
  [
    _metrics(updates=1, entropy=12.69, blank=0.1),
    _metrics(updates=300, entropy=9.4),
    _metrics(updates=900, entropy=5.4),
    _metrics(updates=8000, entropy=3.6),
    # Scenes, annealed: 0.74 nats of about 6.5 with 4 s of 600 to go.
    _metrics(updates=10239, entropy=1.44, anneal=0.007),
    _metrics(updates=10258, entropy=0.0, anneal=0.0),
    _metrics(blank=0.5),
    # Of a run that ended before its first update.
    {'updates': 0, 'anneal': 1.0},
  ],
)
def test_healthy_runs_raise_no_warning(policy):
  assert progress.warnings(policy) == []


@pytest.mark.parametrize(
  'policy,text',
  [
    # The prototype's, with too small an entropy cost, after two minutes.
    (_metrics(updates=500, entropy=4.0), '4.0 of 12.7 nats'),
    (_metrics(entropy=0.8), '0.8 of 12.7 nats'),
    (_metrics(entropy=0.1, anneal=0.5), '0.1 of 12.7 nats'),
    (_metrics(blank=0.97), '97% of the canvases are blank'),
  ],
)
def test_sick_runs_raise_one(policy, text):
  (warning,) = progress.warnings(policy)
  assert warning.startswith('WARNING: ')
  assert text in warning
  assert 'entropy_cost' in warning
  assert '\n' not in warning


def test_two_things_may_be_wrong():
  assert len(progress.warnings(_metrics(entropy=0.1, blank=1.0))) == 2


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
