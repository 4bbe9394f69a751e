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
    ('{"a": 1}\n{"a": {"a": 2}\n', None),  # Broken.
    ('{"a": 1}\n7\n', None),
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


def test_what_is_appended_is_read(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  records = [{'a': 1}, {'a': 'two\nlines', 'b': None}, {}]
  for record in records:
    json_lines.append(path, record)
  assert json_lines.read(path) == json_lines.read_sound(path) == records
  with pytest.raises(ValueError):
    json_lines.append(path, {'a': float('inf')})
  assert json_lines.read(path) == records


@pytest.mark.parametrize('torn', ['{"a": 2', '{"a": 2}', '\xff'])
def test_a_torn_last_line_is_not_read_and_is_cut_off(tmp_path, torn):
  path = _write(tmp_path / 'x.jsonl', '{"a": 1}\n' + torn)
  assert json_lines.read(path) == json_lines.read_sound(path) == [{'a': 1}]
  json_lines.append(path, {'a': 3})
  assert json_lines.read(path) == [{'a': 1}, {'a': 3}]


def test_a_file_of_nothing_but_a_torn_line(tmp_path):
  path = _write(tmp_path / 'x.jsonl', '{"a"')
  assert json_lines.read(path) == json_lines.read_sound(path) == []
  json_lines.append(path, {'a': 3})
  assert json_lines.read(path) == [{'a': 3}]


@pytest.mark.parametrize('broken', ['{"a": {"a": 2}', '', '7', '\xff'])
def test_a_broken_line_elsewhere_is_named_or_left_out(tmp_path, broken):
  path = tmp_path / 'x.jsonl'
  path.write_text(f'{{"a": 1}}\n{broken}\n{{"a": 3}}\n', encoding='latin-1')
  with pytest.raises(ValueError, match=r'line 2 .* Remove') as error:
    json_lines.read(str(path))
  assert str(path) in str(error.value)
  assert json_lines.read_sound(str(path)) == [{'a': 1}, {'a': 3}]


def test_a_missing_file(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  with pytest.raises(FileNotFoundError):
    json_lines.read(path)
  assert json_lines.read_sound(path) == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
