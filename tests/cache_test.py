"""Tests of the cache of decoded images."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import types

import numpy as np
import pytest

from spiral_tf import locks
from spiral_tf.config import sections
from spiral_tf.datasets import cache
from spiral_tf.datasets import decoding
from tests import patience

# Decodes six pictures, each filled with the number that is its name, and notes
# each in a log; `{trouble}` is run before the fourth.
_SCRIPT = """
import os, sys, time
import numpy as np
from spiral_tf.config import sections
from spiral_tf.datasets import cache

folder, log = sys.argv[1:]

def decode(name):
  if name == '3':
    {trouble}
  with open(log, 'a') as file:
    file.write(name)
  return np.full([4, 4, 1], int(name), np.uint8)

config = sections.DataConfig(name='images', cache=folder)
images, names = cache.load(
  config, '.', [], 4, 1, 1, lambda: (list('012345'), decode)
)
assert images[:, 0, 0, 0].tolist() == list(range(6))
"""


def _start(tmp_path, trouble='pass'):
  code = textwrap.dedent(_SCRIPT).format(trouble=trouble)
  return subprocess.Popen(
    [
      sys.executable,
      '-c',
      code,
      str(tmp_path / 'cache'),
      str(tmp_path / 'log'),
    ],
    env={**os.environ, 'PYTHONPATH': ':'.join(sys.path)},
    stderr=subprocess.PIPE,
    text=True,
  )


class _Source:
  """Four pictures, of which those in `bad` are unsound; counts its openings."""

  def __init__(self, tmp_path, bad=(), **config):
    self.file = tmp_path / 'source'
    self.file.write_text('v1')
    self.bad, self.openings = bad, 0
    self.config = sections.DataConfig(
      name='images', cache=str(tmp_path / 'cache'), **config
    )

  def decode(self, name):
    if name in self.bad:
      raise decoding.BadImageError('is spoilt')
    return np.full([4, 4, 3], int(name), np.uint8)

  def _open(self):
    self.openings += 1
    return ['1', '2', '3', '4'], self.decode

  def load(self, width=4, version=1):
    return cache.load(
      self.config, str(self.file), [self.file], width, 3, version, self._open
    )


def _folders(tmp_path):
  found = (tmp_path / 'cache').iterdir()
  return sorted(path for path in found if path.is_dir())


def test_images_are_decoded_once_and_mapped(tmp_path):
  source = _Source(tmp_path)
  for _ in range(2):
    images, names = source.load()
    assert names == ['1', '2', '3', '4']
    assert isinstance(images, np.memmap) and not images.flags.writeable
    assert images.shape == (4, 4, 4, 3) and images.dtype == np.uint8
    assert [set(image.ravel()) for image in images] == [{1}, {2}, {3}, {4}]
  assert source.openings == 1


def test_a_cache_that_is_there_is_read_without_a_lock(tmp_path, monkeypatch):
  source = _Source(tmp_path)
  source.load()

  def refuse(*_):
    raise OSError(30, 'Read-only file system')

  monkeypatch.setattr(locks.fcntl, 'flock', refuse)
  assert len(source.load().images) == 4


def test_changed_files_are_decoded_anew_and_the_old_images_go(tmp_path):
  source = _Source(tmp_path)
  source.load()
  (before,) = _folders(tmp_path)
  source.file.write_text('version 2')
  source.load()
  (after,) = _folders(tmp_path)
  assert source.openings == 2 and before != after
  os.utime(source.file, ns=(0, 0))
  source.load()
  assert source.openings == 3


def test_other_settings_have_other_caches(tmp_path):
  source = _Source(tmp_path)
  source.load()
  source.load(version=2)
  source.config = sections.DataConfig(
    name='images', cache=source.config.cache, bad_images='skip'
  )
  source.load()
  source.decode = lambda name: np.full([8, 8, 3], int(name), np.uint8)
  assert source.load(width=8).images.shape == (4, 8, 8, 3)
  assert source.openings == len(_folders(tmp_path)) == 4


@pytest.mark.parametrize(
  'name, damage',
  [
    ('images.npy', lambda data: data[:-1]),
    ('images.npy', lambda data: data + b'?'),
    ('images.npy', lambda data: b''),
    ('images.npy', None),
    ('manifest.json', lambda data: data[:-1]),
    ('manifest.json', lambda data: data.replace(b'count": 4', b'count": 3')),
    ('manifest.json', lambda data: data.replace(b'"1", ', b'')),
    ('manifest.json', None),
  ],
)
def test_damaged_cache_is_made_again(tmp_path, capsys, name, damage):
  source = _Source(tmp_path)
  source.load()
  path = _folders(tmp_path)[0] / name
  before = path.read_bytes()
  path.unlink()
  if damage:
    path.write_bytes(damage(before))
    assert path.read_bytes() != before
  assert 'damaged' not in capsys.readouterr().err
  images, names = source.load()
  assert capsys.readouterr().err.count('is damaged and will be made again') == 1
  assert images[:, 0, 0, 0].tolist() == [1, 2, 3, 4] == [int(n) for n in names]
  assert source.openings == 2


def test_bad_picture_ends_the_loading_and_leaves_nothing(tmp_path):
  source = _Source(tmp_path, bad=('3',))
  with pytest.raises(ValueError) as error:
    source.load()
  assert str(error.value) == (
    f'{source.file}: picture 3 is spoilt. Replace or remove it, or go on '
    'without such pictures with --config.data.bad_images=skip.'
  )
  assert not _folders(tmp_path)


def test_bad_pictures_are_skipped_counted_and_named(tmp_path, capsys):
  source = _Source(tmp_path, bad=('1', '3'), bad_images='skip')
  for _ in range(2):
    images, names = source.load()
    assert names == ['2', '4'] and images[:, 0, 0, 0].tolist() == [2, 4]
    assert capsys.readouterr().err == (
      f'{source.file}: skipped 2 of 4 pictures: 1 is spoilt, 3 is spoilt\n'
    )
  assert source.openings == 1


def test_only_bad_pictures_are_an_error(tmp_path):
  source = _Source(tmp_path, bad='1234', bad_images='skip')
  with pytest.raises(ValueError, match='of its 4 pictures none is sound'):
    source.load()
  assert not _folders(tmp_path)


def test_progress_and_a_decoder_of_wrong_shapes(tmp_path, capsys, monkeypatch):
  with pytest.raises(TypeError, match='1 is uint8'):
    _Source(tmp_path).load(width=5)
  monkeypatch.setattr(cache, '_REPORTS', -1)
  _Source(tmp_path).load()
  lines = capsys.readouterr().err.splitlines()
  line = r'images: 3 of 4 pictures decoded, [\d,]+ a second, 0:00 left'
  assert re.fullmatch(line, lines[2])


def test_killed_build_is_not_reused_and_removed(tmp_path):
  killed = _start(tmp_path, 'os.kill(os.getpid(), 9)')
  killed.communicate()
  assert killed.returncode == -signal.SIGKILL
  (leftover,) = _folders(tmp_path)
  assert leftover.name.endswith('.building')
  again = _start(tmp_path)
  assert not again.communicate()[1] and not again.returncode
  (done,) = _folders(tmp_path)
  assert done.name + '.building' == leftover.name
  assert (tmp_path / 'log').read_text() == '012' + '012345'


def test_a_cache_appears_at_once_and_whole(tmp_path, monkeypatch):
  synced, moves, fsync, replace = [], [], os.fsync, os.replace

  def note_sync(descriptor):
    synced.append(os.path.basename(os.readlink(f'/proc/self/fd/{descriptor}')))
    fsync(descriptor)

  def note_move(old, new):
    if os.path.isdir(old):
      assert not os.path.exists(new)
      images, manifest, folder = synced
      assert images == 'images.npy'
      assert manifest.startswith('manifest.json')  # And its temporary ending.
      assert folder == os.path.basename(old)
      assert len(np.load(os.path.join(old, 'images.npy'))) == 4
      assert os.path.exists(os.path.join(old, 'manifest.json'))
      moves.append(new)
    replace(old, new)

  monkeypatch.setattr(cache.os, 'fsync', note_sync)
  monkeypatch.setattr(cache.os, 'replace', note_move)
  _Source(tmp_path).load()
  assert moves == [str(folder) for folder in _folders(tmp_path)]
  assert synced[3:] == ['cache']


def test_processes_at_once_decode_once(tmp_path):
  go = tmp_path / 'go'
  first = _start(
    tmp_path, f'while not os.path.exists({str(go)!r}): time.sleep(0.01)'
  )
  patience.wait_until(
    (tmp_path / 'log').exists, 'a log', alive=lambda: first.poll() is None
  )
  second = _start(tmp_path)
  assert 'waiting for another process' in second.stderr.readline()
  go.touch()
  first.communicate()
  second.communicate()
  assert first.returncode == second.returncode == 0
  assert (tmp_path / 'log').read_text() == '012345'


def test_a_disk_that_gets_full(tmp_path):
  # Files may not exceed 180 bytes: the header and a part of the images.
  limit = '__import__("resource").setrlimit(1, (180, 180))'
  process = _start(tmp_path, limit)
  message = process.communicate()[1]
  assert process.returncode == 1
  assert 'cannot keep decoded images in' in message
  assert '--config.data.cache=' in message
  assert not _folders(tmp_path)


def test_a_disk_that_is_full(tmp_path, monkeypatch):
  usage = types.SimpleNamespace(free=1)
  monkeypatch.setattr(cache.shutil, 'disk_usage', lambda _: usage)
  with pytest.raises(
    OSError, match=r'they need 192 bytes, 1 are free.*data\.ca'
  ):
    _Source(tmp_path).load()
  assert not _folders(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path):
  (tmp_path / 'cache').write_text('a file')
  with pytest.raises(OSError, match=r'--config\.data\.cache=') as error:
    _Source(tmp_path).load()
  assert str(tmp_path / 'cache') in str(error.value)


def _contents(folder):
  return {
    path: os.readlink(path)
    if path.is_symlink()
    else path.is_file() and path.read_bytes()
    for path in folder.rglob('*')
  }


def test_what_others_keep_there_is_left_alone(tmp_path):
  source = _Source(tmp_path)
  source.load()
  (own,) = _folders(tmp_path)
  family = own.name.rpartition('-')[0]
  theirs = tmp_path / 'theirs'
  theirs.mkdir()
  (theirs / 'images.npy').write_text('mine')
  for name in (
    f'{family}-notes',
    f'{family}-{"0" * 16}.old',
    # Even where it looks like a cache of files as they were.
    f'{family}-{"1" * 16}',
    f'{family}-{"2" * 16}.building',
  ):
    (own.parent / name).mkdir()
    (own.parent / name / 'thesis.txt').write_text('mine')
  (own.parent / f'{family}-{"3" * 16}').symlink_to(theirs)
  before = _contents(tmp_path)
  source.file.write_text('another')
  source.load()
  after = _contents(tmp_path)
  # Only the cache of the files as they were has gone.
  gone = {path for path in before if path not in after}
  assert gone == {own, own / 'images.npy', own / 'manifest.json'}
  del before[source.file]
  assert all(after[path] == before[path] for path in set(before) - gone)


@pytest.mark.parametrize('kind', ['a file', 'a folder', 'a link'])
def test_something_else_in_its_place(tmp_path, kind):
  source = _Source(tmp_path)
  source.load()
  (own,) = _folders(tmp_path)
  if kind == 'a folder':
    (own / 'manifest.json').unlink()
    (own / 'thesis.txt').write_text('mine')
  else:
    own.rename(tmp_path / 'moved')
    if kind == 'a file':
      own.write_text('mine')
    else:
      own.symlink_to(tmp_path / 'nowhere')
  before = _contents(tmp_path)
  with pytest.raises(OSError, match=r'--config\.data\.cache=') as error:
    source.load()
  assert str(own) in str(error.value)
  assert _contents(tmp_path) == before


@pytest.mark.parametrize('xdg', [True, False])
def test_default_folder(tmp_path, monkeypatch, xdg):
  source = _Source(tmp_path)
  source.config = sections.DataConfig(name='images')
  monkeypatch.setenv('HOME', str(tmp_path))
  monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
  if xdg:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'xdg'))
  source.load()
  root = tmp_path / ('xdg' if xdg else '.cache') / 'spiral_tf'
  assert len(list(root.glob('images-4x4x3-*/images.npy'))) == 1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
