"""Tests of the look around a location."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import types
from spiral_tf.networks import glimpse

_IMAGES = tf.random.stateless_uniform([3, 16, 16, 2], [1, 2])


def test_cuts_out_the_pixels_around_a_cell():
  # Cells of 4 pixels, the middle of which is between two of them.
  look = glimpse.Glimpse(types.LocationArray(4), 6)
  square = look.square(_IMAGES, tf.constant([5, 10, 6])).numpy()
  images = _IMAGES.numpy()
  for found, expected in zip(
    square, (images[0, 3:9, 3:9], images[1, 7:13, 7:13], images[2, 3:9, 7:13])
  ):
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_beyond_the_border_is_nothing():
  look = glimpse.Glimpse(types.LocationArray(4), 6)
  (square,) = look.square(_IMAGES[:1], tf.constant([0])).numpy()
  np.testing.assert_allclose(square[1:, 1:], _IMAGES[0, :5, :5], atol=1e-5)
  assert not square[0].any() and not square[:, 0].any()


def test_looks_where_the_picture_shows_the_cell():
  centers = np.full([16, 2], 0.5)
  centers[7] = [5.5 / 16, 9.5 / 16]  # In the middle of a pixel.
  look = glimpse.Glimpse(types.LocationArray(4, centers=centers), 3)
  square = look.square(_IMAGES[:1], tf.constant([7])).numpy()
  np.testing.assert_allclose(square[0], _IMAGES[0, 4:7, 8:11], atol=1e-5)


def test_what_is_told_depends_on_what_is_there():
  look = glimpse.Glimpse(types.LocationArray(4), 5)
  same = tf.repeat(_IMAGES[:1], 3, axis=0)
  first, second, third = look(same, tf.constant([0, 15, 0])).numpy()
  assert first.shape == (64,)
  np.testing.assert_array_equal(first, third)
  assert (first != second).any()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
