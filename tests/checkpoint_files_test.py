"""Tests of spiral_tf.workdir.checkpoint_files."""

import os

import pytest
import tensorflow as tf

from spiral_tf.workdir import checkpoint_files
from spiral_tf.workdir import damage
from tests import damages

_FILES = ('ckpt-3.index', 'ckpt-3.data-00000-of-00001')
_TOKEN = '0a1b'


def _write(folder, value, check=lambda: None, token=_TOKEN):
  x = tf.Variable(tf.fill([100], float(value)))
  return checkpoint_files.write(
    str(folder), token, tf.train.Checkpoint(x=x).write, check
  )


def _read(path):
  return tf.train.load_variable(path, 'x/.ATTRIBUTES/VARIABLE_VALUE')[0]


@pytest.fixture
def folder(tmp_path):
  """Three checkpoints, of the numbers 1 to 3."""
  for value in (1, 2, 3):
    _write(tmp_path, value)
  return tmp_path


def test_the_highest_number_is_the_newest(folder):
  os.utime(folder / 'ckpt-3.index', (0, 0))
  path, damaged = checkpoint_files.newest(str(folder))
  assert (path, damaged) == (str(folder / 'ckpt-3'), [])
  assert _read(path) == 3
  for value in range(4, 12):
    _write(folder, value)
  assert _read(checkpoint_files.newest(str(folder)).path) == 11
  checkpoint_files.remove_before(str(folder), 10)
  assert checkpoint_files.numbers(str(folder)) == [11, 10]


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('name', _FILES)
def test_of_a_damaged_one_the_one_before_is_used_and_a_line_names_it(
  folder, name, harm
):
  harm(folder / name)
  path, (line,) = checkpoint_files.newest(str(folder))
  assert path == str(folder / 'ckpt-2')
  assert _read(path) == 2
  assert str(folder / 'ckpt-3') in line
  assert f'{path} is used instead' in line
  assert '\n' not in line
  # It is not written over.
  left = {p.name: p.read_bytes() for p in folder.glob('ckpt-3*')}
  assert _write(folder, 4) == str(folder / 'ckpt-4')
  assert {p.name: p.read_bytes() for p in folder.glob('ckpt-3*')} == left
  assert checkpoint_files.newest(str(folder)).damaged == []


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('end', ['index', 'data-00000-of-00001'])
def test_if_none_is_sound_nothing_begins_anew(tmp_path, end, harm):
  _write(tmp_path, 1)
  harm(tmp_path / f'ckpt-1.{end}')
  with pytest.raises(damage.DamagedError, match='Put a copy of it back') as e:
    checkpoint_files.newest(str(tmp_path))
  assert str(tmp_path / 'ckpt-1') in str(e.value)
  assert '\n' not in str(e.value)


def test_what_may_not_be_read_is_not_called_damaged(folder, monkeypatch):
  real = open

  def closed(path, *args, **kwargs):
    if str(path).endswith('.index'):
      raise PermissionError(13, 'Permission denied', path)
    return real(path, *args, **kwargs)

  monkeypatch.setattr('builtins.open', closed)
  with pytest.raises(PermissionError, match='ckpt-3'):
    checkpoint_files.newest(str(folder))


def test_no_checkpoints(tmp_path):
  assert checkpoint_files.newest(str(tmp_path / 'no')) == (None, [])
  assert checkpoint_files.newest(str(tmp_path)) == (None, [])


def test_it_counts_only_when_all_of_it_is_on_the_disk(folder, monkeypatch):
  synced = {}
  fsync = os.fsync

  def note(descriptor):
    path = os.readlink(f'/proc/self/fd/{descriptor}')
    size = os.fstat(descriptor).st_size
    is_folder = os.path.isdir(path)
    synced[path] = sorted(os.listdir(path)) if is_folder else size
    fsync(descriptor)

  monkeypatch.setattr(os, 'fsync', note)
  counts = []

  def check():
    # What a power cut would leave of it: all, under names that do not count.
    (saving,) = folder.glob('saving-*')
    for path in saving.iterdir():
      assert synced[str(path)] == path.stat().st_size > 0
    assert synced[str(saving)] == sorted(os.listdir(saving))
    counts.append(checkpoint_files.numbers(str(folder)))

  _write(folder, 4, check)
  assert counts == [[3, 2, 1]]
  assert set(synced[str(folder)]) >= {
    'ckpt-4.index',
    'ckpt-4.data-00000-of-00001',
  }


class _KillError(BaseException):
  """Ends a process at once: nothing is cleaned up."""


@pytest.mark.parametrize('call', range(12))
def test_a_kill_at_any_step_leaves_the_old_or_the_new_one(
  folder, monkeypatch, call
):
  steps = []

  def killed(real):
    def step(*args, **kwargs):
      steps.append(real)
      if len(steps) > call:
        raise _KillError
      return real(*args, **kwargs)

    return step

  for module, name in (
    *((os, name) for name in ('mkdir', 'fsync', 'replace', 'remove', 'rmdir')),
    (checkpoint_files.shutil, 'rmtree'),
  ):
    monkeypatch.setattr(module, name, killed(getattr(module, name)))
  died = True
  try:
    _write(folder, 4)
    checkpoint_files.remove_before(str(folder), 3)
    died = False
  except _KillError:
    pass
  monkeypatch.undo()
  assert died == (len(steps) > call)
  for _ in range(2):
    path, damaged = checkpoint_files.newest(str(folder))
    assert _read(path) in (3, 4)
    assert damaged == []
    checkpoint_files.clean(str(folder))
    assert not list(folder.glob('saving-*'))
  after = checkpoint_files.number_of(_write(folder, 5))
  assert after == checkpoint_files.number_of(path) + 1
  assert _read(checkpoint_files.newest(str(folder)).path) == 5


def test_a_save_that_fails_leaves_nothing(folder):
  before = sorted(os.listdir(folder))

  def full(path):
    with open(f'{path}.data-00000-of-00001', 'w') as file:
      file.write('half')
    raise OSError(28, 'No space left on device')

  with pytest.raises(OSError, match='No space'):
    checkpoint_files.write(str(folder), _TOKEN, full, lambda: None)

  def refuse():
    raise RuntimeError('superseded')

  with pytest.raises(RuntimeError, match='superseded'):
    _write(folder, 4, refuse)
  assert sorted(os.listdir(folder)) == before


def test_leftovers_go_and_files_of_others_stay(folder):
  ours = ['ckpt-4_temp/part-00000-of-00001.index', 'saving-4-00ff/ckpt.index']
  theirs = [
    *('ckpt-4_temp/notes', 'saving-4-00ff/mine/ckpt', 'other_temp/part-0'),
    *('saving-x/ckpt.index', 'notes', 'ckpt-best.index', 'ckpt-2.txt'),
  ]
  for name in (*ours, *theirs):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(name)
  checkpoint_files.clean(str(folder))
  checkpoint_files.remove_before(str(folder), 3)
  left = {
    str(path.relative_to(folder))
    for path in folder.rglob('*')
    if path.is_file()
  }
  assert left == {*theirs, *_FILES}


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
