"""Tests of spiral_tf.evaluation.distortions."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.evaluation import distortions


def _block(width=32, channels=1, number=1):
  """Images of a black block a little above the middle."""
  images = np.full([number, width, width, channels], 255, np.uint8)
  part = width // 16
  images[:, 4 * part : 10 * part, 5 * part : 11 * part] = 0
  return images


def _place(ink):
  """The middle of the ink, `[N, 2]`, rows and columns, in cells."""
  ink = np.asarray(ink).mean(axis=-1)
  cells = np.arange(ink.shape[1])
  total = ink.sum(axis=(1, 2))
  down = (ink.sum(axis=2) * cells).sum(axis=1) / total
  return np.stack([down, (ink.sum(axis=1) * cells).sum(axis=1) / total], axis=1)


@pytest.mark.parametrize(
  'width,cells', [(8, 8), (16, 16), (24, 24), (32, 16), (64, 16), (72, 18)]
)
@pytest.mark.parametrize('channels', [1, 3])
def test_what_is_seen_is_coarse_ink(width, cells, channels):
  for ink in (
    distortions.seen(tf.constant(_block(width, channels))),
    distortions.distorted(tf.constant(_block(width, channels)), [1, 2]),
  ):
    assert ink.shape == (1, cells, cells, channels)
    assert ink.dtype == tf.float32
    assert 0 <= np.min(ink) < 0.01 and np.max(ink) <= 1


def test_ink_is_where_it_was():
  ink = distortions.seen(tf.constant(_block()))[0, :, :, 0].numpy()
  assert ink[6:8, 7:9].min() == 1 and ink[12:].max() == 0
  np.testing.assert_allclose(_place(ink[None, ..., None]), [[6.5, 7.5]])


def test_a_fine_and_a_coarse_line_look_nearly_alike():
  # Three pixels of grey, and one of black: the same amount of ink.
  fine, coarse = np.full([2, 1, 32, 32, 1], 255, np.uint8)
  fine[:, 4:28, 16] = 0
  coarse[:, 4:28, 15:18] = 170
  drawn = [1 - np.float32(x) / 255 for x in (fine, coarse)]
  seen = [distortions.seen(tf.constant(x)).numpy() for x in (fine, coarse)]

  def difference(one, other):
    return np.abs(one - other).sum() / one.sum()

  assert difference(*seen) < 0.5 * difference(*drawn)


def test_images_are_changed_apart_and_not_much():
  images = tf.constant(_block(number=400))
  ink = distortions.distorted(images, tf.constant([3, 4])).numpy()
  places = _place(ink)
  # On the average they stay where they were; each one moves a little.
  np.testing.assert_allclose(places.mean(axis=0), [6.5, 7.5], atol=0.15)
  assert (places.std(axis=0) > 0.2).all()
  assert np.abs(places - [6.5, 7.5]).max() < 2
  amounts = ink.sum(axis=(1, 2, 3))
  assert amounts.max() > 1.4 * amounts.min()
  # Some are black, others grey or blurred.
  assert len(np.unique(ink.max(axis=(1, 2, 3)).round(2))) > 10


def test_turns_slants_and_sizes_keep_the_middle():
  images = np.full([400, 32, 32, 1], 255, np.uint8)
  images[:, 6:26, 14:18] = 0
  ink = distortions.distorted(tf.constant(images), [5, 6]).numpy()[..., 0]
  np.testing.assert_allclose(_place(ink[..., None]).mean(axis=0), 7.5, atol=0.1)
  # Where the line is in the upper and in the lower half.
  cells = np.arange(16)
  upper, lower = (
    (ink[:, half].sum(axis=1) * cells).sum(axis=1) / ink[:, half].sum((1, 2))
    for half in (slice(8), slice(8, None))
  )
  lean = (lower - upper) / 5
  assert abs(lean.mean()) < 0.02 and 0.05 < lean.std() < 0.3


def test_the_seed_decides():
  images = tf.constant(_block(number=5))
  one, same, other = (
    distortions.distorted(images, tf.constant(seed)).numpy()
    for seed in ([1, 2], [1, 2], [1, 3])
  )
  np.testing.assert_array_equal(one, same)
  assert np.abs(one - other).max() > 0.1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
