"""Tests of spiral_tf.replay.control and of what replay_server restores."""

import dataclasses
import threading

import numpy as np
import pytest
import reverb
import tensorflow as tf

from spiral_tf.replay import control as replay_control
from spiral_tf.replay import episodes
from spiral_tf.replay import server as server_lib
from tests import patience
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
  return server_lib.serve(config, str(workdir), _tables(config), _port())


def _port():
  probe = reverb.Server([reverb.Table.queue('x', 1)])
  port = probe.port
  probe.stop()
  return port


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
  assert replay_control.save(client)
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
  assert replay_control.save(client)
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
  assert replay_control.clear(client)
  assert _sizes(client) == {'trajectories': 0, 'renders': 0}
  server.stop()
  again = _serve(tmp_path)
  assert _sizes(reverb.Client(f'localhost:{again.port}'))['renders'] == 0
  again.stop()


@pytest.mark.parametrize('control', [replay_control.save, replay_control.clear])
def test_a_server_that_is_gone_is_not_waited_for(control):
  client = reverb.Client(f'localhost:{_port()}')
  done = []
  thread = threading.Thread(
    target=lambda: done.append(control(client, wait=0.5)), daemon=True
  )
  thread.start()
  patience.join(thread)
  assert done == [False]


def test_saving_need_not_be_waited_for():
  called, go_on = threading.Event(), threading.Event()

  class Slow:
    def checkpoint(self):
      called.set()
      go_on.wait()

  assert not replay_control.save(Slow(), wait=0)
  patience.happen(called, 'a checkpoint')
  go_on.set()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
