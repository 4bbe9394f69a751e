"""Tests of launch.runtime.launcher_error."""

import pytest

from launch.runtime import launcher_error


def _error():
  try:
    {}['a\nb']
  except KeyError as error:
    return error


def test_it_is_one_line_and_adds_the_rest_to_a_file(tmp_path):
  log = tmp_path / 'logs' / 'launcher'
  for times in (1, 2):
    line = str(launcher_error.LauncherError(_error(), str(log)))
    assert len(line.splitlines()) == 1
    assert 'KeyError' in line and str(log) in line
    assert log.read_text().count('Traceback') == times
  assert '_error' in log.read_text()


def test_a_file_that_can_not_be_written_does_not_hide_it():
  error = launcher_error.LauncherError(_error(), '/dev/null/logs/launcher')
  assert 'KeyError' in str(error)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
