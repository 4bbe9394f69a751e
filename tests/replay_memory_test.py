"""Tests of spiral_tf.replay.memory."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
import tree

from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.replay import episodes as episodes_lib
from spiral_tf.replay import memory
from spiral_tf.replay import snapshots

# Two updates of 4 renders for each update of 4 episodes.
_CONFIG = experiment.Config(
  policy_learner=learners.PolicyLearnerConfig(batch_size=4),
  discriminator_learner=learners.DiscriminatorLearnerConfig(
    batch_size=4, replay_batches=3, updates_per_policy_update=2.0
  ),
)
_RENDER = {'canvas': tf.TensorSpec([2, 2, 1], tf.uint8)}
_WITH_TARGET = {**_RENDER, 'target': tf.TensorSpec([2, 2, 1], tf.uint8)}


@pytest.fixture
def replay(tmp_path):
  return memory.Replay(_CONFIG, str(tmp_path), _RENDER)


def _episodes(first, number, target=False):
  """Of two steps, whose final canvases are all `first`, `first` + 1, ..."""
  canvas = np.full([3, number, 2, 2, 1], 255, np.uint8)
  canvas[-1] = np.arange(first, first + number)[:, None, None, None]
  rng = np.random.default_rng(first)
  return types.Episode(
    observation={
      'canvas': canvas,
      'action_mask': {'end': canvas[..., 0, 0, 0]},
    },
    action={'end': rng.integers(0, 9, (2, number), np.int32)},
    log_prob=rng.uniform(size=(2, number)).astype(np.float32),
    context={'target': canvas[-1] + np.uint8(90)} if target else {},
  )


def _trajectories(replay):
  return replay.reader(episodes_lib.TRAJECTORIES, None, batch_size=4)


def _renders(replay):
  return replay.reader(episodes_lib.RENDERS, None, batch_size=4)


def _read_all(reader):
  batches = []
  while (batch := reader.read()) is not None:
    batches.append(batch)
  return batches


def _values(images):
  """The values that images have all over."""
  images = np.asarray(images)
  np.testing.assert_array_equal(images, images[:, :1, :1] + 0 * images)
  return images[:, 0, 0, 0].tolist()


def test_episodes_arrive_as_they_were_written(replay):
  written = _episodes(10, 4)
  assert replay.writer().write(written)
  read = types.Episode(**_trajectories(replay).read())
  assert all(isinstance(x, tf.Tensor) for x in tree.flatten(read))
  expected = tree.map_structure(lambda x: np.swapaxes(x, 0, 1), written)
  tree.map_structure(np.testing.assert_array_equal, expected, read)


def test_each_episode_is_read_once_in_order_and_none_is_cut_off(replay):
  reader, seen = _trajectories(replay), []
  for first, number, batches in ((0, 3, 0), (3, 3, 1), (6, 7, 2), (13, 3, 1)):
    replay.write(_episodes(first, number))
    read = _read_all(reader)
    assert len(read) == batches
    for batch in read:
      seen += _values(batch['observation']['canvas'][:, -1])
  assert seen == list(range(16))


def test_targets_arrive_with_their_episodes_and_renders(tmp_path):
  replay = memory.Replay(_CONFIG, str(tmp_path), _WITH_TARGET)
  replay.write(_episodes(10, 4, target=True))
  read = _trajectories(replay).read()
  assert _values(read['context']['target']) == [100, 101, 102, 103]
  renders = _renders(replay).read()
  for canvas, target in zip(*(_values(renders[n]) for n in _WITH_TARGET)):
    assert target == canvas + 90


def test_renders_keep_the_ratio_and_the_newest(replay):
  reader, batches, seen = _renders(replay), 0, []
  for first in range(0, 40, 4):
    replay.write(_episodes(first, 4))
    read = _read_all(reader)
    batches += len(read)
    # Of the newest three batches, and of final canvases only.
    for value in (v for batch in read for v in _values(batch['canvas'])):
      assert first - 8 <= value < first + 4
      seen.append(value)
  assert batches == 2 * 10
  # Some were drawn twice, and some older ones, too.
  assert len(set(seen)) < len(seen) and set(seen) & set(range(8, 20))


@pytest.mark.parametrize(
  'per_update, batches', [(0.5, 5), (1.5, 15), (3.0, 30)]
)
def test_any_ratio_is_kept_on_average(tmp_path, per_update, batches):
  learner = dataclasses.replace(
    _CONFIG.discriminator_learner, updates_per_policy_update=per_update
  )
  config = dataclasses.replace(_CONFIG, discriminator_learner=learner)
  replay = memory.Replay(config, str(tmp_path), _RENDER)
  reader = _renders(replay)
  read = 0
  for first in range(0, 40, 4):
    replay.write(_episodes(first, 4))
    read += len(_read_all(reader))
  assert read == batches


def test_no_render_is_read_before_there_are_enough(replay):
  replay.write(_episodes(0, 3))
  assert _renders(replay).read() is None
  replay.write(_episodes(3, 1))
  assert _renders(replay).read() is not None


def _save(replay, tmp_path):
  folder = snapshots.folder(_CONFIG, str(tmp_path))
  return snapshots.take(folder, replay.checkpoint, check=lambda: None)


def test_renders_and_what_is_due_come_back_and_episodes_do_not(
  replay, tmp_path, capsys
):
  for first in range(0, 20, 4):
    replay.write(_episodes(first, 4))
  reader = _renders(replay)
  for _ in range(7):  # Of ten.
    reader.read()
  _save(replay, tmp_path)
  again = memory.Replay(_CONFIG, str(tmp_path), _RENDER)
  assert _trajectories(again).read() is None
  read = _read_all(_renders(again))
  assert len(read) == 3
  assert {v for b in read for v in _values(b['canvas'])} <= set(range(8, 20))
  again.write(_episodes(20, 4))
  values = [_values(b['canvas']) for b in _read_all(_renders(again))]
  # The oldest have gone first.
  assert {v for batch in values for v in batch} <= set(range(12, 24))
  assert not capsys.readouterr().out


def test_a_damaged_checkpoint_is_told_and_left(replay, tmp_path, capsys):
  replay.write(_episodes(0, 4))
  path = _save(replay, tmp_path)
  with open(f'{path}/renders.npz', 'r+b') as file:
    file.write(b'nonsense')
  again = memory.Replay(_CONFIG, str(tmp_path), _RENDER)
  assert f'{path} is damaged' in capsys.readouterr().out
  assert _renders(again).read() is None


def test_a_checkpoint_of_reverb_is_told_and_left(tmp_path, capsys):
  def checkpoint():
    written = tmp_path / 'written'
    written.mkdir()
    (written / 'tables.tfrecord').write_bytes(b'what Reverb writes')
    return str(written)

  folder = snapshots.folder(_CONFIG, str(tmp_path))
  path = snapshots.take(folder, checkpoint, check=lambda: None)
  replay = memory.Replay(_CONFIG, str(tmp_path), _RENDER)
  assert f'{path} is of a Reverb server' in capsys.readouterr().out
  assert _renders(replay).read() is None


def test_what_is_reset_is_empty(replay):
  replay.write(_episodes(0, 8))
  replay.reset(episodes_lib.RENDERS)
  assert _renders(replay).read() is None
  assert _trajectories(replay).read() is not None
  replay.reset(episodes_lib.TRAJECTORIES)
  assert _trajectories(replay).read() is None


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
