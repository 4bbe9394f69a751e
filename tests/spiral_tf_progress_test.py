"""Tests of spiral_tf.progress."""

import pytest

from spiral_tf import progress
from tests import clocks


@pytest.fixture
def clock(monkeypatch):
  """A clock that stands; `clock[0]` is its time."""
  now = [100.0]
  clocks.replace(monkeypatch, progress, monotonic=lambda: now[0])
  return now


def _call(clock, report, calls):
  """Calls with arguments, each at so many seconds since the start."""
  start = clock[0]
  for seconds, *arguments in calls:
    clock[0] = start + seconds
    report(*arguments)


def test_says_how_far_it_is_but_not_too_often(capsys, clock):
  report = progress.Progress('windows')
  calls = ((0, 0), (1, 5), (4, 20), (5, 25), (8, 40), (9, 100))
  _call(clock, report, [(seconds, done, 100) for seconds, done in calls])
  assert capsys.readouterr().out.splitlines() == [
    '20 of 100 windows, 5.0 a second, 0:16 left',
    '40 of 100 windows, 5.0 a second, 0:12 left',
  ]


def test_the_end_is_said_if_wanted_and_once(clock):
  said = []
  report = progress.Progress('steps', 5.0, to_the_end=True, say=said.append)
  _call(clock, report, [(1, 3, 9), (2, 9, 9)])
  assert said == ['9 of 9 steps, 4.5 a second, 0:00 left']


@pytest.mark.parametrize(
  'found,done,total,seconds,line',
  [
    (0, 1000, 50000, 10, '1,000 of 50,000 scenes, 100 a second, 8:10 left'),
    (40000, 41000, 50000, 1000, '41,000 of 50,000 scenes, 1.0 a second, '),
    (40000, 41000, 50000, 1000, ', 2:30:00 left'),
    (0, 7, 700, 70, '7 of 700 scenes, 0.1 a second, 1:55:30 left'),
    (0, 500000, 500000, 2, '500,000 of 500,000 scenes, 250,000 a second, '),
  ],
)
def test_says_how_fast_and_how_long(clock, found, done, total, seconds, line):
  said = []
  report = progress.Progress('scenes', found=found, say=said.append)
  _call(clock, report, [(seconds, done, total)])
  assert line in said[0]


def test_what_was_found_is_no_news(clock):
  said = []
  report = progress.Progress('scenes', 0.0, 9, to_the_end=True, say=said.append)
  _call(clock, report, [(5, 9, 20), (6, 9, 9)])
  assert not said


def test_speed_may_be_of_something_else_and_notes_follow(clock):
  said = []
  report = progress.Progress('images', rated='renders', say=said.append)
  _call(clock, report, [(10, 2, 8, 30000, 'best error 0.1')])
  assert said == [
    '2 of 8 images, 3,000 renders a second, 0:30 left, best error 0.1'
  ]


def test_no_time_at_all_is_no_trouble(clock):
  said = []
  report = progress.Progress('images', -1, say=said.append)
  _call(clock, report, [(0, 1, 2)])
  assert said[0].endswith('0:00 left')


def test_a_line_takes_the_place_of_the_one_before(capsys):
  say = progress.OneLine()
  say.end()
  say('a longer line')
  say('a line')
  say.end()
  assert capsys.readouterr().out == '\ra longer line\ra line       \n'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
