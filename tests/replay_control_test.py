"""Tests of spiral_tf.replay.control and of what replay_server restores."""

import dataclasses
import itertools
import pathlib
import shutil
import threading

import numpy as np
import pytest
import reverb
import tensorflow as tf

from spiral_tf.replay import control as replay_control
from spiral_tf.replay import episodes
from spiral_tf.replay import server as server_lib
from spiral_tf.replay import snapshots
from tests import damages
from tests import patience
from tests import ports
from tests import small

_EPISODE = tf.TensorSpec([2], tf.float32)
_RENDER = {'canvas': tf.TensorSpec([4, 4, 1], tf.uint8)}


def _tables(config=small.CONFIG):
  tables = server_lib.make_tables(config, _Signature(_EPISODE), _RENDER)
  return tables


class _Signature:
  """The signature of an episode, of which tables need one method."""

  def __init__(self, spec):
    self._spec = spec

  def _asdict(self):
    return {'log_prob': self._spec}


def _serve(workdir, config=small.CONFIG):
  return server_lib.serve(config, str(workdir), _tables(config), ports.pick())


def _save(client, workdir, how=replay_control.save, **kwargs):
  folder = snapshots.folder(small.CONFIG, str(workdir))
  return how(client, folder, lambda: None, **kwargs)


def _snapshots(workdir):
  """Folders of those that count, the newest last."""
  folder = pathlib.Path(snapshots.folder(small.CONFIG, str(workdir)))
  return sorted(folder.glob('0*'))


def _insert(client, number):
  for _ in range(number):
    with client.trajectory_writer(num_keep_alive_refs=1) as writer:
      writer.append(
        {
          'log_prob': np.zeros(2, np.float32),
          'canvas': np.zeros((4, 4, 1), np.uint8),
        }
      )
      history = writer.history
      writer.create_item(
        episodes.TRAJECTORIES, 1.0, {'log_prob': history['log_prob'][-1]}
      )
      writer.create_item(
        episodes.RENDERS, 1.0, {'canvas': history['canvas'][-1]}
      )
      writer.end_episode(timeout_ms=int(1000 * patience.HANG_SECONDS))


def _sizes(client):
  info = client.server_info(timeout=int(patience.HANG_SECONDS))
  return {name: table.current_size for name, table in info.items()}


def test_renders_outlive_the_server_and_episodes_do_not(tmp_path):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 5)
  assert _sizes(client) == {'trajectories': 5, 'renders': 5}
  assert _save(client, tmp_path)
  server.stop()
  again = _serve(tmp_path)
  assert _sizes(reverb.Client(f'localhost:{again.port}')) == {
    'trajectories': 0,
    'renders': 5,
  }
  again.stop()


def test_a_checkpoint_of_other_tables_is_dropped(tmp_path):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 3)
  assert _save(client, tmp_path)
  server.stop()
  other = dataclasses.replace(
    small.CONFIG,
    discriminator_learner=dataclasses.replace(
      small.CONFIG.discriminator_learner, replay_batches=7
    ),
  )
  again = _serve(tmp_path, other)
  info = reverb.Client(f'localhost:{again.port}').server_info(
    timeout=int(patience.HANG_SECONDS)
  )
  assert info['renders'].current_size == 0
  batch = other.discriminator_learner.batch_size
  assert info['renders'].max_size == 7 * batch
  again.stop()


def test_clear_empties_both_tables_for_good(tmp_path):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 4)
  assert _save(client, tmp_path, replay_control.clear)
  assert _sizes(client) == {'trajectories': 0, 'renders': 0}
  server.stop()
  again = _serve(tmp_path)
  assert _sizes(reverb.Client(f'localhost:{again.port}'))['renders'] == 0
  again.stop()


def test_a_clock_that_is_set_back_loses_nothing(tmp_path):
  """Reverb names what it writes by the clock, and keeps the greatest name."""
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 3)
  checkpoint = client.checkpoint

  def from_the_future():
    path = pathlib.Path(checkpoint())
    return str(path.rename(path.with_name('2999' + path.name[4:])))

  client.checkpoint = from_the_future
  assert _save(client, tmp_path)
  client.checkpoint = checkpoint
  _insert(client, 5)
  assert _save(client, tmp_path)
  server.stop()
  again = _serve(tmp_path)
  assert _sizes(reverb.Client(f'localhost:{again.port}'))['renders'] == 8
  again.stop()


def test_what_is_cleared_stays_so_beside_folders_of_any_time(tmp_path):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 4)
  for _ in range(3):
    assert _save(client, tmp_path)
  # As earlier versions kept them, and from the future.
  newest = _snapshots(tmp_path)[-1]
  shutil.copytree(newest, newest.with_name('2999-01-01T00:00:00.0+00:00'))
  assert len(_snapshots(tmp_path)) == 2
  assert _save(client, tmp_path, replay_control.clear)
  # There is none left to fall back to.
  (cleared,) = _snapshots(tmp_path)
  damages.empty(cleared / 'tables.tfrecord')
  server.stop()
  again = _serve(tmp_path)
  assert _sizes(reverb.Client(f'localhost:{again.port}'))['renders'] == 0
  again.stop()


_FILES = (
  *('DONE', 'chunks.tfrecord', 'items.tfrecord', 'tables.tfrecord'),
  'sums.json',
)


def test_damage_of_each_kind_is_told_from_what_is_sound(tmp_path):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  for _ in range(2):
    _insert(client, 2)
    assert _save(client, tmp_path)
  server.stop()
  older, newer = _snapshots(tmp_path)
  assert {path.name for path in newer.iterdir()} == set(_FILES)
  folder = snapshots.folder(small.CONFIG, str(tmp_path))
  assert snapshots.newest(folder) == (str(newer), [])
  kept = tmp_path / 'kept'
  shutil.copytree(newer, kept)
  for name, harm in itertools.product(_FILES, damages.ALL):
    if name == 'DONE' and harm is not damages.remove:
      continue  # It is empty anyway.
    harm(newer / name)
    path, (line,) = snapshots.newest(folder)
    assert path == str(older), (name, harm)
    assert f'{newer} is damaged' in line
    assert name in line
    shutil.rmtree(newer)
    shutil.copytree(kept, newer)

  damages.halve(newer / 'chunks.tfrecord')
  again = _serve(tmp_path)
  client = reverb.Client(f'localhost:{again.port}')
  assert _sizes(client)['renders'] == 2
  # Numbers go on upwards, and the damaged one is not written over.
  assert _save(client, tmp_path)
  assert _snapshots(tmp_path)[-1].name == '00000003'
  again.stop()


@pytest.mark.parametrize('version', ['now', 'earlier'])
@pytest.mark.parametrize('harm', [damages.halve, damages.zero])
def test_if_none_is_sound_replay_starts_empty_with_a_line(
  tmp_path, capsys, harm, version
):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 4)
  assert _save(client, tmp_path)
  server.stop()
  (path,) = _snapshots(tmp_path)
  if version == 'earlier':
    path = path.rename(path.with_name('2026-11-29T12:00:00.0+00:00'))
    damages.remove(path / 'sums.json')
  harm(path / 'items.tfrecord')
  capsys.readouterr()
  again = _serve(tmp_path)
  (line,) = capsys.readouterr().out.splitlines()
  assert str(path) in line and 'Replay starts empty' in line
  client = reverb.Client(f'localhost:{again.port}')
  assert _sizes(client)['renders'] == 0
  _insert(client, 3)  # It works.
  assert _save(client, tmp_path)
  again.stop()


def test_who_may_not_save_any_more_does_not(tmp_path, capsys):
  server = _serve(tmp_path)
  client = reverb.Client(f'localhost:{server.port}')
  _insert(client, 2)
  assert _save(client, tmp_path)

  def refuse():
    raise RuntimeError('superseded')

  folder = snapshots.folder(small.CONFIG, str(tmp_path))
  # Nor is what has failed waited for.
  assert not replay_control.save(client, folder, refuse, threading.TIMEOUT_MAX)
  assert 'superseded' in capsys.readouterr().out
  assert [path.name for path in _snapshots(tmp_path)] == ['00000001']
  server.stop()


@pytest.mark.parametrize('control', [replay_control.save, replay_control.clear])
def test_a_server_that_is_gone_is_not_waited_for(tmp_path, control):
  client = reverb.Client(f'localhost:{ports.pick()}')
  done = []
  thread = threading.Thread(
    target=lambda: done.append(_save(client, tmp_path, control, wait=0.5)),
    daemon=True,
  )
  thread.start()
  patience.join(thread)
  assert done == [False]


def test_saving_need_not_be_waited_for(tmp_path):
  called, go_on = threading.Event(), threading.Event()

  class Slow:
    def checkpoint(self):
      called.set()
      go_on.wait()
      raise RuntimeError('gone')

  assert not _save(Slow(), tmp_path, wait=0)
  patience.happen(called, 'a checkpoint')
  go_on.set()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
