"""Tests of spiral_tf.names."""

import pytest

from spiral_tf import names


def test_names_that_differ_stay():
  assert names.distinct(['b', 'a', 'c']) == ['b', 'a', 'c']
  assert names.distinct([]) == []


def test_what_comes_again_gets_the_next_free_number():
  assert names.distinct(['a', 'a', 'b', 'a']) == ['a', 'a_2', 'b', 'a_3']
  assert names.distinct(['a', 'a_2', 'a', 'a_2'], '_') == [
    'a',
    'a_2',
    'a_3',
    'a_2_2',
  ]
  assert names.distinct(['a', 'a'], ' ') == ['a', 'a 2']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
