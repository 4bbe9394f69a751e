"""Tests of the discriminator network."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.config import sections
from spiral_tf.learning import wasserstein
from spiral_tf.networks import discriminator as discriminator_lib


def _images(seed, batch=4, width=16):
  random = np.random.RandomState(seed)
  return random.randint(256, size=(batch, width, width, 1)).astype(np.uint8)


def _tiny(**settings):
  tf.random.set_seed(0)
  return discriminator_lib.Discriminator(
    sections.DiscriminatorNetworkConfig(channels=(4, 8), **settings)
  )


def _halves(images, targets, side):
  """One half of the images, the other of the targets, as SPIRAL++ has it."""
  middle = images.shape[2] // 2
  shown, rest = np.zeros_like(images), np.zeros_like(targets)
  if side == 0:  # The left half of the image.
    shown[:, :, :middle] = images[:, :, :middle]
    rest[:, :, middle:] = targets[:, :, middle:]
  else:
    shown[:, :, middle:] = images[:, :, middle:]
    rest[:, :, :middle] = targets[:, :, :middle]
  return shown, rest


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
    sections.DiscriminatorNetworkConfig(channels=(3,), kernel=2)
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


@pytest.mark.parametrize('width', [16, 17])
def test_a_complement_sees_half_of_each_image(width):
  # The same weights in a network that sees both images whole.
  complement, plain = _tiny(complement=True), _tiny()
  images, targets = _images(0, width=width), _images(1, width=width)
  sides = np.array([0, 1, 1, 0], np.int32)
  scores = complement(images, targets, sides).numpy()
  plain(images, targets)
  for mine, yours in zip(plain.variables, complement.variables, strict=True):
    mine.assign(yours)
  for i, side in enumerate(sides):
    halves = _halves(images[[i]], targets[[i]], side)
    np.testing.assert_allclose(plain(*halves), scores[[i]], atol=1e-5)
  assert (np.abs(plain(images, targets) - scores) > 1e-5).all()


def test_a_complement_cannot_compare_pixels():
  complement = _tiny(complement=True)
  images, targets = _images(0), _images(1)
  sides = np.array([0, 1, 1, 0], np.int32)
  scores = complement(images, targets, sides)
  # What it is shown of the image stays; the rest of it is what the target has.
  mended = np.stack(
    [sum(_halves(images, targets, side))[i] for i, side in enumerate(sides)]
  )
  assert not np.array_equal(mended, images)
  np.testing.assert_allclose(complement(mended, targets, sides), scores)


def test_without_sides_a_complement_scores_their_expectation():
  complement = _tiny(complement=True)
  images, targets = _images(0), _images(1)
  left, right = (
    complement(images, targets, np.full(4, side, np.int32)) for side in (0, 1)
  )
  assert (np.abs(left - right) > 1e-5).all()
  np.testing.assert_allclose(
    complement(images, targets), (left + right) / 2, atol=1e-6
  )


def test_random_sides_are_fair():
  tf.random.set_seed(3)
  sides = _tiny(complement=True).random_sides(tf.constant(1000)).numpy()
  assert sides.shape == (1000,) and sides.dtype == np.int32
  assert set(sides) == {0, 1} and 400 < sides.sum() < 600
  assert _tiny().random_sides(1000) is None


def test_the_gradient_penalty_goes_through_the_half_that_is_shown():
  complement = _tiny(complement=True)
  images, targets = _images(0), _images(1)
  sides = tf.constant([0, 1, 1, 0])
  floats = tf.image.convert_image_dtype(images, tf.float32)
  with tf.GradientTape() as tape:
    tape.watch(floats)
    scores = complement(floats, targets, sides)
  gradient = np.abs(tape.gradient(scores, floats).numpy()).sum((1, 3))
  for row, side in zip(gradient, sides.numpy()):
    assert row[8 * side : 8 * side + 8].min() > 0
    np.testing.assert_array_equal(row[8 - 8 * side : 16 - 8 * side], 0)
  with tf.GradientTape() as tape:
    loss = wasserstein.discriminator_loss(
      lambda x: complement(x, targets, sides), targets, images, 10.0, 0.1
    )
  gradients = tape.gradient(loss.total, complement.trainable_variables)
  assert all(np.abs(g.numpy()).max() > 0 for g in gradients)


def test_what_a_complement_lacks_is_named():
  with pytest.raises(ValueError, match=r'config\.conditional'):
    _tiny(complement=True)(_images(0))
  with pytest.raises(ValueError, match='complement'):
    _tiny()(_images(0), _images(1), np.zeros(4, np.int32))


def test_images_targets_and_sides_must_be_of_one_batch_and_shape():
  images = _images(0)
  for wrong in (images[0], images[..., 0], images[:, :8]):
    with pytest.raises(ValueError, match='images has the shape'):
      _tiny()(wrong)
  for wrong in (images[:1], images[:, :8, :8], images.repeat(3, axis=-1)):
    with pytest.raises(ValueError, match=r'targets has the shape .* B is 4'):
      _tiny()(images, wrong)
  for wrong in (np.zeros(1, np.int32), np.zeros([4, 1], np.int32)):
    with pytest.raises(ValueError, match=r'sides has the shape .* B is 4'):
      _tiny(complement=True)(images, images, wrong)


def test_spectral_norm_keeps_every_weight_at_norm_1():
  discriminator = _tiny(spectral_norm=True)
  images = _images(0)
  scores = discriminator(images).numpy()
  weights = [v for v in discriminator.trainable_variables if 'w:' in v.name]
  assert len(weights) == 3  # All layers.
  for i, weight in enumerate(weights):
    weight.assign((i + 2) * weight)
  np.testing.assert_allclose(discriminator(images), scores, rtol=1e-3)


def test_a_spectrally_normal_discriminator_is_1_lipschitz():
  # Windows that do not overlap: the norm of a layer is that of its matrix.
  discriminator = _tiny(spectral_norm=True, kernel=2)
  discriminator(_images(0))
  random = np.random.RandomState(0)
  for v in discriminator.trainable_variables:
    v.assign(3 * random.normal(size=v.shape))
  for _ in range(30):
    discriminator.update_spectral_norms()
  images = tf.constant(_images(1, batch=32) / 255, tf.float32)
  with tf.GradientTape() as tape:
    tape.watch(images)
    scores = discriminator(images)
  gradient = tape.gradient(scores, images).numpy().reshape(32, -1)
  norms = np.linalg.norm(gradient, axis=1)
  assert norms.max() <= 1.001 and norms.min() > 0.01


def test_calls_change_nothing_and_updates_only_the_spectral_norms():
  discriminator = _tiny(spectral_norm=True)
  discriminator(_images(0))
  for v in discriminator.trainable_variables:
    v.assign(tf.random.stateless_normal(v.shape, [1, 2]))
  before = [v.numpy() for v in discriminator.variables]
  discriminator(_images(1))
  for v, old in zip(discriminator.variables, before, strict=True):
    np.testing.assert_array_equal(v, old)
  tf.function(discriminator.update_spectral_norms)()
  changed = [
    not np.array_equal(v, old)
    for v, old in zip(discriminator.variables, before)
  ]
  # The linear layer has one output only, whose u is 1 or -1 for ever.
  assert sum(changed) == 2
  for v, is_changed in zip(discriminator.variables, changed):
    assert not (is_changed and v.trainable)


def test_without_spectral_norm_there_is_nothing_to_update():
  discriminator = _tiny()
  discriminator(_images(0))
  before = [v.numpy() for v in discriminator.variables]
  discriminator.update_spectral_norms()
  for v, old in zip(discriminator.variables, before, strict=True):
    np.testing.assert_array_equal(v, old)


def test_paper_preset_is_dcgan_sized():
  discriminator = discriminator_lib.Discriminator(
    sections.DiscriminatorNetworkConfig()
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
