"""Tests of launch.places."""

import errno
import os
import tempfile

import pytest

from launch import places


def test_good_places_are_left_as_they_are(tmp_path):
  (tmp_path / 'there').mkdir()
  (tmp_path / 'there' / 'file').write_text('x')
  places.check_folder(str(tmp_path / 'a' / 'b'))
  places.check_folder(str(tmp_path / 'there'))
  places.check_file(str(tmp_path / 'a' / 'b.png'))
  places.check_file(str(tmp_path / 'there' / 'file'))
  assert os.listdir(tmp_path) == ['there']
  assert os.listdir(tmp_path / 'there') == ['file']
  assert (tmp_path / 'there' / 'file').read_text() == 'x'


def test_what_is_in_the_way_is_named(tmp_path):
  (tmp_path / 'file').write_text('')
  (tmp_path / 'link').symlink_to('gone')
  for path, named, number in (
    (tmp_path / 'file', tmp_path / 'file', errno.ENOTDIR),
    (tmp_path / 'file' / 'a' / 'b', tmp_path / 'file', errno.ENOTDIR),
    (tmp_path / 'link', tmp_path / 'link', errno.ENOENT),
    (tmp_path / 'link' / 'a', tmp_path / 'link', errno.ENOENT),
    ('/dev/null/a', '/dev/null', errno.ENOTDIR),
    ('/proc/nothing/a', '/proc', errno.EACCES),
  ):
    with pytest.raises(OSError) as error:
      places.check_folder(str(path))
    assert (error.value.errno, error.value.filename) == (number, str(named))
  with pytest.raises(IsADirectoryError) as error:
    places.check_file(str(tmp_path))
  assert str(error.value).startswith(repr(str(tmp_path)))


@pytest.mark.parametrize('number', [errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_takes_nothing(tmp_path, monkeypatch, number):
  def fail(*unused_args, **unused):
    raise OSError(number, os.strerror(number), 'a name nobody knows')

  monkeypatch.setattr(tempfile, 'TemporaryFile', fail)
  for check, name in (
    (places.check_folder, 'new'),
    (places.check_file, 'new/file'),
  ):
    with pytest.raises(OSError) as error:
      check(str(tmp_path / name))
    assert (error.value.errno, error.value.filename) == (number, str(tmp_path))


def test_a_file_that_may_not_be_changed(tmp_path, monkeypatch):
  path = str(tmp_path / 'file')
  open(path, 'w').close()
  monkeypatch.setattr(os, 'access', lambda path, mode: mode != os.W_OK)
  with pytest.raises(PermissionError) as error:
    places.check_file(path)
  assert str(error.value).startswith(repr(path))


def test_files_of_others(tmp_path):
  path = str(tmp_path / 'table.csv')

  def check():
    places.check_own(path, lambda x: x.startswith(b'ours'), 'table of ours')

  check()  # There is none.
  with open(path, 'w') as file:
    file.write('ours,1')
  check()
  with open(path, 'w') as file:
    file.write('theirs')
  with pytest.raises(ValueError, match=r'table.csv is no table of ours'):
    check()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
