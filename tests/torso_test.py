"""Tests of the torso; those of the policy see the rest of it at work."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.networks import torso as torso_lib


def test_normalised_images_show_what_is_missing_at_one_size():
  random = np.random.RandomState(0)
  canvas = random.uniform(size=[2, 16, 16, 3]).astype(np.float32)
  target = canvas.copy()
  target[0, 3, 4] += 0.5  # The second has no more to show.
  images = [tf.constant(canvas), tf.constant(target)]
  first, second = torso_lib._compared(images, True, False)
  deviation = np.sqrt(canvas.var(axis=(1, 2, 3)) + 1 / 256)
  expected = canvas - canvas.mean(axis=(1, 2, 3), keepdims=True)
  np.testing.assert_allclose(
    first, expected / deviation[:, None, None, None], atol=1e-5
  )
  difference = (target - canvas)[0]
  np.testing.assert_allclose(
    second[0],
    (difference - difference.mean()) / np.sqrt(difference.var() + 1 / 256),
    atol=1e-5,
  )
  assert not np.any(second[1])
  (alone,) = torso_lib._compared(images[1:], True, False)
  assert np.abs(np.mean(alone, axis=(1, 2, 3))).max() < 1e-5


def test_canvas_target_and_difference_may_be_shown_apart():
  canvas, target = tf.random.stateless_uniform([2, 3, 8, 8, 1], [1, 2])
  shown = torso_lib._compared([canvas, target], False, True)
  for image, expected in zip(shown, (canvas, target - canvas, target)):
    np.testing.assert_array_equal(image, expected)
  assert len(shown) == 3
  # An agent that sees one image has nothing to compare.
  (alone,) = torso_lib._compared([canvas], False, True)
  np.testing.assert_array_equal(alone, canvas)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
