"""Tests of spiral_tf.files."""

import pytest

from spiral_tf import files


def test_a_file_is_replaced_whole(tmp_path):
  path = tmp_path / 'file'
  path.write_bytes(b'the old one, which is longer')
  files.replace(str(path), b'the new one')
  assert path.read_bytes() == b'the new one'
  assert [p.name for p in tmp_path.iterdir()] == ['file']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
