"""Tests of spiral_tf.replay.snapshots; of real ones, in replay_control_test."""

import os
import pathlib
import threading

import pytest

from spiral_tf.replay import snapshots
from tests import small


class _Server:
  """Writes its number of renders, as Reverb does: keeps the greatest name."""

  def __init__(self, root):
    self.root = pathlib.Path(root)
    self.renders = 0
    self.clock = iter(range(1000, 9999))

  def checkpoint(self):
    path = self.root / str(next(self.clock))
    path.mkdir(parents=True)
    (path / 'items').write_text(str(self.renders))
    names = sorted(os.listdir(self.root))
    for name in names[:-1]:
      (self.root / name / 'items').unlink()
      (self.root / name).rmdir()
    return str(path)


def _allow():
  pass


@pytest.fixture
def where(tmp_path):
  """A folder of snapshots."""
  return str(tmp_path / 'checkpoints' / 'replay' / '8-8-4-2.0-4')


def _renders(where):
  path = snapshots.newest(where).path
  return path and int(pathlib.Path(path, 'items').read_text())


def test_numbers_and_not_times_say_which_is_newest(where):
  server = _Server(snapshots.prepare(where))
  for server.renders in range(1, 4):
    server.clock = iter([2000 - server.renders])  # It goes backwards.
    path = snapshots.take(where, server.checkpoint, _allow)
    os.utime(path, (0, 0))
    assert _renders(where) == server.renders
  assert sorted(n for n in os.listdir(where) if n[0] == '0') == [
    '00000002',
    '00000003',
  ]


def test_a_state_from_before_another_does_not_come_after_it(where):
  server = _Server(snapshots.prepare(where))
  server.renders = 4

  def cleared_meanwhile():
    path = pathlib.Path(server.checkpoint())
    mine = path.rename(path.parent.parent / 'mine')
    server.renders = 0
    assert snapshots.take(where, server.checkpoint, _allow, keep=1)
    return str(mine)

  assert snapshots.take(where, cleared_meanwhile, _allow) is None
  assert _renders(where) == 0
  assert len([n for n in os.listdir(where) if n[0] == '0']) == 1


def test_many_at_a_time(where):
  server = _Server(snapshots.prepare(where))
  lock = threading.Lock()

  def checkpoint():
    with lock:
      server.renders += 1
      path = pathlib.Path(server.checkpoint())
      return str(path.rename(path.parent.parent / f'{path.name}.written'))

  threads = [
    threading.Thread(target=snapshots.take, args=(where, checkpoint, _allow))
    for _ in range(8)
  ]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert 1 <= _renders(where) <= 8
  assert not [n for n in os.listdir(where) if n.endswith('.saving')]


def test_what_a_server_deletes_at_once_is_asked_for_again(where):
  server = _Server(snapshots.prepare(where))
  os.makedirs(server.root / '9999')  # Another one's, from the future.
  (server.root / '9999' / 'items').touch()
  with pytest.raises(RuntimeError, match='clock'):
    snapshots.take(where, server.checkpoint, _allow)
  assert _renders(where) is None
  assert os.listdir(where) == [server.root.name]
  (server.root / '9999').rename(server.root.parent / 'gone')
  snapshots.take(where, server.checkpoint, _allow)
  assert _renders(where) == 0


def test_it_counts_only_when_all_of_it_is_on_the_disk(where, monkeypatch):
  synced = {}
  fsync = os.fsync

  def note(descriptor):
    path = os.readlink(f'/proc/self/fd/{descriptor}')
    synced[path] = os.fstat(descriptor).st_size
    fsync(descriptor)

  monkeypatch.setattr(os, 'fsync', note)
  counts = []

  def check():
    (saving,) = pathlib.Path(where).glob('*.saving')
    assert synced[str(saving / 'items')] == 1
    assert str(saving) in synced
    counts.append(snapshots.newest(where))

  server = _Server(snapshots.prepare(where))
  path = snapshots.take(where, server.checkpoint, check)
  assert counts == [(None, [])]
  assert where in synced
  assert snapshots.newest(where) == (path, [])


def test_what_was_never_finished_is_removed_and_nothing_else(where):
  for name in (
    *('00000007.saving/items', f'server-{"0" * 32}/2026/items', '00000006/x'),
    *('notes', 'server-x/y', '../8-8-2-1.0-4/x', '../mine/x'),
  ):
    path = pathlib.Path(where, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
  own = snapshots.prepare(where)
  assert not os.path.exists(own)
  assert sorted(os.listdir(where)) == ['00000006', 'notes', 'server-x']
  above = os.path.dirname(where)
  assert sorted(os.listdir(above)) == [os.path.basename(where), 'mine']


def test_each_experiment_has_a_folder_by_its_settings():
  folder = snapshots.folder(small.CONFIG, 'run')
  assert folder == 'run/checkpoints/replay/8-8-4-2.0-4'
  assert snapshots.newest(folder) == (None, [])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
