"""Tests of spiral_tf.replay.by_reverb and episodes, with real servers."""

import dataclasses
import math
import queue
import threading

import numpy as np
import pytest
import reverb
import tree

from spiral_tf import builders
from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections
from spiral_tf.replay import by_reverb
from spiral_tf.replay import episodes as episodes_lib
from spiral_tf.replay import server as server_lib
from tests import patience
from tests import ports

_STEPS = 2
_CONFIG = experiment.Config(
  environment=sections.EnvironmentConfig(
    episode_length=_STEPS, canvas_width=8, grid_width=8, noise_dim=3
  ),
  policy_learner=learners.PolicyLearnerConfig(batch_size=4),
  discriminator_learner=learners.DiscriminatorLearnerConfig(
    batch_size=4, replay_batches=3, updates_per_policy_update=2.0
  ),
  training=learners.TrainingConfig(environments_per_actor=4),
)


def _signatures(config):
  spec = builders.environment_spec(config)
  episode = episodes_lib.episode_signature(
    spec.observation, spec.action, _STEPS
  )
  return episode, episodes_lib.render_signature(spec.observation)


_EPISODE, _RENDER = _signatures(_CONFIG)


def _episodes(first, number):
  """Episodes whose canvases are all `first`, `first` + 1, ..."""
  rng = np.random.default_rng(first)

  def fill(spec):
    shape = (spec.shape[0], number, *spec.shape[1:])
    return rng.integers(0, 9, shape).astype(spec.dtype.as_numpy_dtype)

  episodes = tree.map_structure(fill, _EPISODE)
  canvas = episodes.observation['canvas']
  canvas[:] = np.arange(first, first + number)[:, None, None, None]
  return episodes


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
  monkeypatch.setattr(by_reverb, '_POLL_MS', 100)


@pytest.fixture
def server():
  server = reverb.Server(
    server_lib.make_tables(_CONFIG, _EPISODE, _RENDER), port=ports.pick()
  )
  yield server
  server.stop()


def _client(server):
  return by_reverb.Replay(f'localhost:{server.port}')


def _reader(server, table):
  signature = _RENDER
  if table == episodes_lib.TRAJECTORIES:
    signature = _EPISODE._asdict()
  return _client(server).reader(table, signature, batch_size=4)


def _read(reader):
  return patience.wait_until(reader.read, 'something to read')


class _Stopping:
  """What a writer that has to wait asks each half a second: whether to stop.

  Attributes:
    asked: how often it did.
    at: when it did so often, it is to stop.
  """

  def __init__(self, at=math.inf):
    self.asked, self.at = 0, at

  def __call__(self):
    self.asked += 1
    return self.asked >= self.at

  def wait(self):
    """Waits until the writer has waited for some time, from now on."""
    goal = self.asked + 4
    patience.wait_until(lambda: self.asked >= goal, 'a writer that waits')


def test_episodes_arrive_as_they_were_written(server):
  written = _episodes(first=10, number=4)
  writer = _client(server).writer()
  assert writer.write(written, stopping=lambda: False)
  read = _read(_reader(server, episodes_lib.TRAJECTORIES))
  expected = tree.map_structure(lambda x: np.swapaxes(x, 0, 1), written)
  actual = tree.map_structure(lambda x: x.numpy(), types.Episode(**read))
  tree.map_structure(np.testing.assert_array_equal, expected, actual)


def test_targets_arrive_with_their_episodes_and_renders():
  config = dataclasses.replace(_CONFIG, conditional=True)
  episode, render = _signatures(config)
  assert set(render) == {'canvas', 'target'}
  assert 'target' not in episode.observation
  server = reverb.Server(
    server_lib.make_tables(config, episode, render), port=ports.pick()
  )
  target = np.arange(4, dtype=np.uint8)[:, None, None, None]
  target = 100 + np.broadcast_to(target, [4, 8, 8, 1])
  written = _episodes(first=10, number=4)._replace(context={'target': target})
  # No writer is kept, or the server waits for it when it stops.
  writer = _client(server).writer()
  assert writer.write(written, stopping=lambda: False)
  del writer
  batches = [
    _read(_client(server).reader(table, signature, batch_size=4))
    for table, signature in (
      (episodes_lib.TRAJECTORIES, episode._asdict()),
      (episodes_lib.RENDERS, render),
    )
  ]
  server.stop()
  read = types.Episode(**batches[0])
  np.testing.assert_array_equal(read.context['target'].numpy(), target)
  for i in range(4):
    canvas = batches[1]['canvas'].numpy()[i]
    # Canvases are all 10, 11, ... and targets 100, 101, ...
    np.testing.assert_array_equal(
      batches[1]['target'].numpy()[i], canvas + np.uint8(90)
    )


def test_each_episode_is_read_once_in_order(server):
  writer = _client(server).writer()
  reader = _reader(server, episodes_lib.TRAJECTORIES)
  seen = []
  for first in (0, 4, 8):
    writer.write(_episodes(first, 4), stopping=lambda: False)
    batch = _read(reader)
    seen += batch['observation']['canvas'].numpy()[:, 0, 0, 0, 0].tolist()
  assert seen == list(range(12))


def test_full_queue_holds_its_writer_until_it_gives_up(server):
  writer = _client(server).writer()
  assert writer.write(_episodes(0, 4), stopping=lambda: False)
  assert not writer.write(_episodes(4, 4), stopping=_Stopping(at=4))


def test_full_queue_lets_its_writer_go_on_when_read(server):
  writer = _client(server).writer()
  written, stopping = [], _Stopping()

  def write():
    for first in (0, 4, 8):
      written.append(writer.write(_episodes(first, 4), stopping))

  thread = threading.Thread(target=write, daemon=True)
  thread.start()
  patience.wait_until(lambda: written, 'the first episodes')
  stopping.wait()
  assert written == [True]
  reader = _reader(server, episodes_lib.TRAJECTORIES)
  for _ in range(3):
    _read(reader)
  patience.join(thread)
  assert written == [True] * 3


@pytest.mark.parametrize('idle_ms', [100, 60_000])
def test_incomplete_batches_are_kept_for_later(server, monkeypatch, idle_ms):
  """Whether or not the dataset ends meanwhile."""
  monkeypatch.setattr(by_reverb, '_IDLE_MS', idle_ms)
  writer = _client(server).writer()
  reader = _reader(server, episodes_lib.TRAJECTORIES)
  writer.write(_episodes(0, 3), stopping=lambda: False)
  for _ in range(10):
    assert reader.read() is None
  writer.write(_episodes(3, 3), stopping=lambda: False)
  first = _read(reader)['observation']['canvas'].numpy()[:, 0, 0, 0, 0]
  writer.write(_episodes(6, 2), stopping=lambda: False)
  second = _read(reader)['observation']['canvas'].numpy()[:, 0, 0, 0, 0]
  assert [*first, *second] == list(range(8))


def test_reading_nothing_takes_as_long_as_it_should(server):
  reader = _reader(server, episodes_lib.TRAJECTORIES)
  waited = []

  def get(timeout):
    waited.append(timeout)
    raise queue.Empty

  reader._batches.get = get
  assert reader.read() is None
  assert waited == [by_reverb._POLL_MS / 1000]


def test_a_failure_while_reading_is_raised(server):
  reader = _client(server).reader(
    episodes_lib.TRAJECTORIES, _RENDER, batch_size=4
  )
  with pytest.raises(Exception, match=r'signature|incompatible|structure'):
    _read(reader)


def test_a_closed_reader_ends_its_thread(server, monkeypatch):
  monkeypatch.setattr(by_reverb, '_IDLE_MS', 100)
  reader = _reader(server, episodes_lib.TRAJECTORIES)
  assert reader.read() is None
  reader.close()
  patience.join(reader._thread)


def test_renders_are_final_canvases_of_any_episode(server):
  writer = _client(server).writer()
  episodes = _episodes(0, 4)
  episodes.observation['canvas'][:-1] = 200  # Never final.
  writer.write(episodes, stopping=lambda: False)
  reader = _reader(server, episodes_lib.RENDERS)
  seen = set()
  for _ in range(2):  # As many as the ratio allows: 2 updates of 4.
    batch = _read(reader)['canvas'].numpy()
    assert batch.shape == (4, 8, 8, 1)
    seen |= set(batch[:, 0, 0, 0].tolist())
  assert seen <= {0, 1, 2, 3}
  assert len(seen) > 1


def test_renders_keep_the_ratio_and_the_newest(server):
  writer = _client(server).writer()
  trajectories = _reader(server, episodes_lib.TRAJECTORIES)
  renders = _reader(server, episodes_lib.RENDERS)
  batches = 0
  for first in range(0, 40, 4):
    writer.write(_episodes(first, 4), stopping=lambda: False)
    _read(trajectories)
    while renders.read() is not None:
      batches += 1
  client = reverb.Client(f'localhost:{server.port}')
  info = client.server_info()[episodes_lib.RENDERS]
  assert info.current_size == 12
  assert batches == 2 * 10


def test_renders_hold_writers_while_discriminator_is_behind(server):
  writer = _client(server).writer()
  trajectories = _reader(server, episodes_lib.TRAJECTORIES)
  written, stopping = [], _Stopping()

  def write():
    for first in range(0, 40, 4):
      written.append(writer.write(_episodes(first, 4), stopping))
      stopping.asked = 0

  thread = threading.Thread(target=write, daemon=True)
  thread.start()
  # The policy learner reads all it gets; nobody reads renders.

  def is_held():
    trajectories.read()
    return stopping.asked > 4

  patience.wait_until(is_held, 'a writer that waits')
  assert 2 <= sum(written) <= 5
  stopping.at = 0
  patience.join(thread)


def test_limits_follow_the_configuration():
  config = dataclasses.replace(
    _CONFIG, policy_learner=learners.PolicyLearnerConfig(batch_size=32)
  )
  queue, renders = server_lib.make_tables(config, _EPISODE, _RENDER)
  assert queue.info.max_size == 32
  assert queue.info.max_times_sampled == 1
  assert renders.info.max_size == 12
  # Two updates of 4 renders for each update of 32 episodes.
  limits = renders.info.rate_limiter_info
  assert limits.samples_per_insert == pytest.approx(2 * 4 / 32)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
