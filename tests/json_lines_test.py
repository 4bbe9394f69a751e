"""Tests of spiral_tf.workdir.json_lines."""

import json

import pytest

from spiral_tf.workdir import json_lines


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
  assert json_lines.last_line(_write(tmp_path / 'x.jsonl', text)) == record


def test_last_line_of_a_missing_file(tmp_path):
  assert json_lines.last_line(str(tmp_path / 'x.jsonl')) is None


def test_last_line_of_a_long_file(tmp_path):
  lines = [json.dumps({'a': i, 'pad': 'x' * 500}) + '\n' for i in range(100)]
  path = _write(tmp_path / 'x.jsonl', ''.join(lines))
  assert json_lines.last_line(path)['a'] == 99


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
