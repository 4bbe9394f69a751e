"""Tests of spiral_tf.replay.renders."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.replay import renders

_SHAPE = (2, 2, 1)


def _images(values):
  """An image a value, all of whose pixels have it."""
  return np.broadcast_to(
    np.array(values, np.uint8)[:, None, None, None], [len(values), *_SHAPE]
  )


def _kept(made):
  """The values that are there, by drawing often enough to see all."""
  (canvases,) = made.sample(np.random.default_rng(0), 500)
  return sorted(set(canvases.numpy()[:, 0, 0, 0].tolist()))


def test_it_keeps_the_newest():
  made = renders.Renders(5, _SHAPE, 1)
  made.add(_images([1, 2, 3]))
  assert len(made) == 3 and _kept(made) == [1, 2, 3]
  made.add(_images([4, 5, 6]))
  assert len(made) == 5 and _kept(made) == [2, 3, 4, 5, 6]
  made.add(_images([7, 8, 9]))
  assert _kept(made) == [5, 6, 7, 8, 9]
  made.add(_images(range(10, 22)))
  assert len(made) == 5 and _kept(made) == [17, 18, 19, 20, 21]


def test_canvases_are_drawn_with_their_targets_each_as_likely():
  made = renders.Renders(4, _SHAPE, 2)
  made.add(_images([1, 2, 3, 4]), _images([101, 102, 103, 104]))
  canvases, targets = made.sample(np.random.default_rng(0), 4000)
  assert canvases.shape == (4000, *_SHAPE) and canvases.dtype == tf.uint8
  np.testing.assert_array_equal(targets, canvases + 100)
  counts = np.bincount(canvases.numpy()[:, 0, 0, 0])[1:]
  # Four standard deviations.
  assert np.abs(counts - 1000).max() < 4 * np.sqrt(4000 * 0.25 * 0.75)


def test_equal_generators_draw_alike():
  made = renders.Renders(9, _SHAPE, 1)
  made.add(_images(range(9)))
  first, again, other = (
    made.sample(np.random.default_rng(seed), 50)[0].numpy()
    for seed in (1, 1, 2)
  )
  assert (first == again).all() and not (first == other).all()


def test_a_checkpoint_brings_all_of_it_back(tmp_path):
  made = renders.Renders(5, _SHAPE, 1)
  made.add(_images([1, 2, 3]))
  path = tf.train.Checkpoint(renders=made).write(str(tmp_path / 'ckpt'))
  again = renders.Renders(5, _SHAPE, 1)
  again.add(_images([9]))
  tf.train.Checkpoint(renders=again).read(path).assert_consumed()
  assert len(again) == 3 and _kept(again) == [1, 2, 3]
  again.add(_images([4, 5, 6]))
  assert _kept(again) == [2, 3, 4, 5, 6]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
