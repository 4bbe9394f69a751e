"""Tests of the discriminator network."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import config as config_lib
from spiral_tf.networks import discriminator as discriminator_lib


def _images(seed, batch=4, width=16):
  random = np.random.RandomState(seed)
  return random.randint(256, size=(batch, width, width, 1)).astype(np.uint8)


def _tiny():
  tf.random.set_seed(0)
  return discriminator_lib.Discriminator(
    config_lib.DiscriminatorNetworkConfig(channels=(4, 8))
  )


def test_scores_one_number_an_image():
  scores = _tiny()(_images(0))
  assert scores.shape == [4] and scores.dtype == tf.float32
  assert len(set(scores.numpy())) == 4


def test_bytes_are_shares_of_white():
  discriminator = _tiny()
  images = _images(0)
  np.testing.assert_allclose(
    discriminator(images),
    discriminator(images.astype(np.float32) / 255),
    atol=1e-5,
  )


def test_equals_strided_convolutions_and_leaky_relu_written_out():
  discriminator = discriminator_lib.Discriminator(
    config_lib.DiscriminatorNetworkConfig(channels=(3,), kernel=2)
  )
  images = _images(1, batch=2, width=4)
  discriminator(images)
  weights = {v.shape.rank: v for v in discriminator.trainable_variables}
  kernel = weights[4].numpy()  # [2, 2, 1, 3], without overlap
  (conv_bias,) = (
    v.numpy() for v in discriminator.trainable_variables if v.shape == [3]
  )
  (bias,) = (
    v.numpy() for v in discriminator.trainable_variables if v.shape == [1]
  )
  patches = (images / 255).reshape(2, 2, 2, 2, 2)  # [B, i, di, j, dj]
  h = np.einsum('biujv,uvc->bijc', patches, kernel[:, :, 0]) + conv_bias
  assert (h < 0).any() and (h > 0).any()
  h = np.where(h > 0, h, 0.2 * h).reshape(2, -1)
  expected = h @ weights[2].numpy()[:, 0] + bias
  np.testing.assert_allclose(discriminator(images), expected, atol=1e-5)


def test_scores_are_unbounded():
  discriminator = _tiny()
  discriminator(_images(0))
  for variable in discriminator.trainable_variables:
    variable.assign(10 * variable)
  assert np.abs(discriminator(_images(0)).numpy()).max() > 10


def test_a_score_is_of_one_image_not_of_its_batch():
  discriminator = _tiny()
  images = _images(0)
  alone = [discriminator(image[np.newaxis]).numpy()[0] for image in images]
  np.testing.assert_allclose(discriminator(images), alone, atol=1e-5)


def test_conditional_scores_compare_with_the_target():
  discriminator = _tiny()
  images, targets = _images(0), _images(1)
  first = discriminator(images, targets).numpy()
  second = discriminator(images, targets[::-1]).numpy()
  swapped = discriminator(targets, images).numpy()
  assert (np.abs(first - second) > 1e-5).all()
  assert (np.abs(first - swapped) > 1e-5).all()


def test_paper_preset_is_dcgan_sized():
  discriminator = discriminator_lib.Discriminator(
    config_lib.DiscriminatorNetworkConfig()
  )
  discriminator(np.zeros([1, 64, 64, 3], np.uint8))
  channels = [3, 64, 128, 256, 512]
  expected = sum(
    5 * 5 * inputs * outputs + outputs
    for inputs, outputs in itertools.pairwise(channels)
  )
  expected += 4 * 4 * 512 + 1  # 64 halved four times
  count = sum(v.shape.num_elements() for v in discriminator.trainable_variables)
  assert count == expected == 4314753
  assert discriminator.trainable_variables == discriminator.variables


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
