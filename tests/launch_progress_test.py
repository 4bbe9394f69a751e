"""Tests of launch.progress."""

import time

import pytest

from launch import progress


def test_says_how_far_it_is_but_not_too_often(capsys, monkeypatch):
  now = [100.0]
  monkeypatch.setattr(time, 'monotonic', lambda: now[0])
  report = progress.Progress('windows')
  for seconds, done in ((0, 0), (1, 5), (4, 20), (5, 25), (8, 40)):
    now[0] = 100.0 + seconds
    report(done, 100)
  assert capsys.readouterr().out.splitlines() == [
    '20 of 100 windows, 5.0/s, 16 s left',
    '40 of 100 windows, 5.0/s, 12 s left',
  ]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
