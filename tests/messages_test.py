"""Tests of spiral_tf.messages."""

import pytest

from spiral_tf import messages


def test_short_values_are_quoted_whole():
  assert messages.quoted('x') == "'x'"
  assert messages.quoted((1, None)) == '(1, None)'
  assert messages.quoted('\n') == r"'\n'"
  assert messages.quoted('x' * 78) == "'" + 'x' * 78 + "'"


def test_long_values_are_cut_off():
  quoted = messages.quoted('x' * 10**6)
  assert quoted == "'" + 'x' * 76 + '...'
  assert len(quoted) == 80
  assert messages.shortened('{"a": ' + '1' * 100) == '{"a": ' + '1' * 71 + '...'
  assert messages.shortened('"true"') == '"true"'


def test_lines_have_no_breaks_and_nothing_unprintable():
  assert messages.one_line('a\n\tb  c') == 'a b c'
  assert messages.one_line('a\x00b\x1b[31m') == 'a?b?[31m'
  assert messages.one_line('\ud800') == '?'
  assert messages.one_line('') == "''"
  assert messages.one_line(ValueError('is empty')) == 'is empty'


def test_of_long_lines_both_ends_are_kept():
  line = messages.one_line('/home/' + 'x' * 500 + '/picture.png')
  assert len(line) == 203
  assert line.startswith('/home/x') and line.endswith('x/picture.png')
  assert '...' in line
  assert messages.one_line('x' * 200) == 'x' * 200


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
