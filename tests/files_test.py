"""Tests of spiral_tf.files."""

import os

import pytest

from spiral_tf import files


def test_a_file_is_replaced_whole(tmp_path):
  path = tmp_path / 'file'
  path.write_bytes(b'the old one, which is longer')
  files.replace(str(path), b'the new one')
  assert path.read_bytes() == b'the new one'
  assert [p.name for p in tmp_path.iterdir()] == ['file']


def test_what_fails_leaves_the_old_one_and_nothing_else(tmp_path):
  path = tmp_path / 'file'
  path.write_text('old')
  with pytest.raises(ValueError, match='half way'):  # noqa: SIM117
    with files.replacing(str(path)) as temporary:
      with open(temporary, 'w') as file:
        file.write('ne')
      raise ValueError('half way')
  assert path.read_text() == 'old'
  assert [p.name for p in tmp_path.iterdir()] == ['file']


def test_data_and_name_are_on_the_disk_in_this_order(tmp_path, monkeypatch):
  events, fsync, replace = [], os.fsync, os.replace

  def note_sync(descriptor):
    events.append(os.readlink(f'/proc/self/fd/{descriptor}'))
    fsync(descriptor)

  def note_move(old, new):
    events.append('moved')
    replace(old, new)

  monkeypatch.setattr(os, 'fsync', note_sync)
  monkeypatch.setattr(os, 'replace', note_move)
  monkeypatch.chdir(tmp_path)
  files.replace('file', b'x')
  data, move, folder = events
  assert data.startswith(str(tmp_path / 'file'))
  assert move == 'moved'
  assert folder == str(tmp_path)


def test_a_folder_that_is_missing_is_an_error(tmp_path):
  with pytest.raises(FileNotFoundError):
    files.replace(str(tmp_path / 'no' / 'file'), b'x')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
