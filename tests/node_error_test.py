"""Tests of launch.runtime.node_error."""

import pytest

from launch.runtime import node_error


def test_quotes_the_last_line_that_says_something(tmp_path):
  log = tmp_path / 'log'
  log.write_text('x' * 10_000 + '\nTraceback\nError: no more paint\n  \n\n')
  error = node_error.NodeError('actor/0', 'ended with code 1', str(log))
  assert str(error) == (
    'actor/0 ended with code 1. It said: Error: no more paint'
  )


def test_names_a_log_that_cannot_be_read_here(tmp_path):
  log = str(tmp_path / 'on another machine')
  error = node_error.NodeError('actor/0', 'ended with code 1', log)
  assert str(error) == (f'actor/0 ended with code 1. What it said is in {log}.')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
