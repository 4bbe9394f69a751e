"""Tests of spiral_tf.files."""

import errno
import os
import resource
import stat

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


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
  (tmp_path / 'far').mkdir()
  target = tmp_path / 'far' / 'file'
  target.write_text('old')
  link, chain = tmp_path / 'link', tmp_path / 'chain'
  link.symlink_to('far/file')
  chain.symlink_to(link)
  for path, text in ((link, b'new'), (chain, b'newer')):
    files.check(str(path))
    files.replace(str(path), text)
    assert target.read_bytes() == text
  # A link to what is not there yet: that is made.
  target.unlink()
  files.replace(str(chain), b'newest')
  assert target.read_bytes() == b'newest'
  assert link.is_symlink() and chain.is_symlink()
  assert [path.name for path in target.parent.iterdir()] == ['file']


def test_permissions_stay(tmp_path):
  path = tmp_path / 'file'
  path.write_text('private')
  path.chmod(0o600)
  files.replace(str(path), b'as private')
  assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _read_only(folder):
  (folder / 'file').write_text('old')
  (folder / 'file').chmod(0o444)
  return 'file'


def _link(target):
  def make(folder):
    (folder / 'file').symlink_to(target)
    return 'file'

  return make


def _pipe(folder):
  os.mkfifo(folder / 'file')
  return 'file'


def _folder(folder):
  (folder / 'file').mkdir()
  return 'file'


def _below_a_file(folder):
  (folder / 'file').write_text('old')
  return 'file/x'


@pytest.mark.parametrize(
  'make,kind,words',
  [
    (_read_only, PermissionError, 'it is read-only. Get permission'),
    (_link('/dev/full'), PermissionError, 'it is no ordinary file'),
    (_link('no/file'), FileNotFoundError, r'no folder \S*/no. Make'),
    (_link('file'), OSError, 'symbolic links. Mend the link'),
    (_pipe, PermissionError, 'it is no ordinary file'),
    (_folder, IsADirectoryError, 'is a directory. Name a file'),
    (_below_a_file, NotADirectoryError, 'not a directory. Choose'),
    (lambda _: 'no/file', FileNotFoundError, r'no folder \S*/no. Make'),
    (lambda _: '', IsADirectoryError, 'Name a file'),
    (lambda _: 'x' * 300, OSError, 'too long. Choose a shorter'),
  ],
)
def test_what_cannot_be_replaced_is_refused_and_stays(
  tmp_path, monkeypatch, make, kind, words
):
  monkeypatch.chdir(tmp_path)
  name = make(tmp_path)
  before = {path: os.lstat(path) for path in os.listdir()}
  for write in (files.check, lambda path: files.replace(path, b'new')):
    with pytest.raises(kind, match=words) as caught:
      write(name)
    assert caught.value.errno  # For callers who ask what it was.
    (line,) = str(caught.value).splitlines()
    assert line.startswith(repr(name)) and '.tmp' not in line
  after = {path: os.lstat(path) for path in os.listdir()}
  assert before.keys() == after.keys()
  assert all(before[p].st_ino == after[p].st_ino for p in before)


def test_a_name_may_be_as_long_as_names_can_be(tmp_path):
  for name in ('x' * 255, 'ü' * 127):
    files.replace(str(tmp_path / name), b'x')
    assert [path.name for path in tmp_path.iterdir()] == [name]
    (tmp_path / name).unlink()


def test_a_full_disk_is_seen_before_and_named_after(tmp_path, monkeypatch):
  path = str(tmp_path / 'file')
  limits = resource.getrlimit(resource.RLIMIT_FSIZE)
  try:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    with pytest.raises(OSError, match=r"file' cannot be .*too large") as caught:
      files.check(path)
    assert caught.value.errno == errno.EFBIG
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    files.check(path)
    with pytest.raises(OSError, match=r"file' cannot be .*too large"):
      files.replace(path, bytes(10_000))
  finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
  assert not os.listdir(tmp_path)

  def full(*unused):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

  monkeypatch.setattr(os, 'fsync', full)
  with pytest.raises(OSError, match=r"file' cannot be .*no space"):
    files.replace(path, b'x')
  assert not os.listdir(tmp_path)


def test_errors_that_are_not_of_the_file_stay_as_they_are(tmp_path):
  path = str(tmp_path / 'file')
  with pytest.raises(FileNotFoundError) as caught, files.replacing(path):
    os.remove(tmp_path / 'other')
  assert caught.value.filename == str(tmp_path / 'other')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
