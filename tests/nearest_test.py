"""Tests of spiral_tf.evaluation.nearest."""

import numpy as np
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.datasets import rows
from spiral_tf.evaluation import nearest


@pytest.fixture(scope='module')
def digits():
  return datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )


@pytest.fixture(scope='module')
def held_out(digits):
  return nearest.find(digits.validation, digits.train).distances


def _by_hand(picture, images):
  """The definition: all images, all shifts by a pixel, all pixels."""
  ink = 1 - picture.astype(float) / 255
  best = np.inf
  for row in (-1, 0, 1):
    for column in (-1, 0, 1):
      moved = np.zeros_like(ink)
      height, width = ink.shape[:2]
      for y in range(height):
        for x in range(width):
          if 0 <= y - row < height and 0 <= x - column < width:
            moved[y, x] = ink[y - row, x - column]
      errors = np.square((1 - images / 255) - moved).mean(axis=(1, 2, 3))
      best = np.minimum(best, errors)
  return best.argmin(), np.sqrt(best.min())


def test_the_nearest_is_that_of_the_definition(digits):
  pictures = digits.validation[:12]
  found = nearest.find(pictures, digits.train)
  wanted = [_by_hand(picture, digits.train) for picture in pictures]
  np.testing.assert_array_equal(found.indices, [x for x, _ in wanted])
  np.testing.assert_allclose(found.distances, [x for _, x in wanted], rtol=1e-5)


@pytest.mark.parametrize('down,right', [(0, 0), (1, 0), (-1, 1), (1, 1)])
def test_a_planted_copy_is_found(digits, held_out, down, right):
  rng = np.random.default_rng(0)
  copied = rng.choice(len(digits.train), size=50, replace=False)
  copies = np.roll(digits.train[copied], (down, right), axis=(1, 2))
  # Not to the bit: that no two canvases are equal proves nothing.
  noise = rng.integers(-20, 21, size=copies.shape)
  copies = np.clip(copies + noise, 0, 255).astype(np.uint8)
  found = nearest.find(copies, digits.train)
  np.testing.assert_array_equal(found.indices, copied)
  shares = nearest.copying(found.distances, held_out)
  assert shares.nearer > 0.98 and shares.suspicious > 0.95


def test_a_few_copies_among_new_images_are_seen(digits, held_out):
  pictures = digits.validation.copy()
  pictures[:18] = digits.train[:18]
  found = nearest.find(pictures, digits.train).distances
  shares = nearest.copying(found, held_out)
  assert 0.5 < shares.nearer < 0.6
  assert shares.suspicious == pytest.approx(0.1, abs=0.02)


def test_new_images_and_scribbles_are_no_copies(digits, held_out):
  shares = nearest.copying(held_out, held_out)
  assert shares.nearer == pytest.approx(0.5)
  assert shares.suspicious <= 0.02
  mirrored = nearest.find(digits.validation[:, :, ::-1], digits.train)
  shares = nearest.copying(mirrored.distances, held_out)
  assert shares.nearer < 0.3 and shares.suspicious <= 0.02


def _estimate(pictures, digits):
  to_training = nearest.find(pictures, digits.train).distances
  to_held_out = nearest.find(pictures, digits.validation).distances
  sizes = len(digits.train), len(digits.validation)
  return nearest.copied(to_training, to_held_out, *sizes)


def test_copies_with_other_lines_are_estimated(digits):
  # As black as a brush is: far from everything, and nearer to the originals.
  def inked(images):
    return np.where(images < 128, 0, 255).astype(np.uint8)

  copies = inked(digits.train[:300])
  assert _estimate(copies, digits) > 0.9
  to_training = nearest.find(copies, digits.train).distances
  held_out = nearest.find(digits.validation, digits.train).distances
  assert nearest.copying(to_training, held_out).nearer < 0.3
  half = np.concatenate([copies[:150], inked(_new(digits, 150))])
  assert _estimate(half, digits) == pytest.approx(0.5, abs=0.3)


def _new(digits, number):
  """Images that are neither trained on nor held out: means of two."""
  rng = np.random.default_rng(0)
  both = np.concatenate([digits.train, digits.validation])
  labels = np.concatenate([digits.train_labels, digits.validation_labels])
  pairs = []
  while len(pairs) < number:
    i, j = rng.integers(len(both), size=2)
    if i != j and labels[i] == labels[j]:
      pairs.append(both[[i, j]].mean(axis=0))
  return np.stack(pairs).astype(np.uint8)


def test_what_is_no_copy_is_not_estimated_as_one(digits):
  sizes = len(digits.train), len(digits.validation)
  deviation = nearest.chance(400, *sizes)
  assert deviation == pytest.approx(np.sqrt(0.1 * 0.9 / 400) / 0.1, rel=0.02)
  assert abs(_estimate(_new(digits, 400), digits)) < 3 * deviation


def test_the_estimate_is_that_of_its_words():
  to_training = np.array([1.0, 1.0, 1.0, 1.0])
  to_held_out = np.array([2.0, 0.5, 1.0, 3.0])
  # Nearest to a held-out image are one and a half of four; half is expected.
  found = nearest.copied(to_training, to_held_out, 10, 10)
  assert found == pytest.approx(1 - 1.5 / 4 / 0.5)
  assert nearest.copied(to_training, 2 * to_training, 9, 1) == 1


def test_shares_are_those_of_pairs():
  found, held_out = np.array([1.0, 2.0, 4.0]), np.array([3.0, 2.0])
  # Nearer than 3 and 2; than 3, and a tie; than neither.
  shares = nearest.copying(found, held_out)
  assert shares.nearer == pytest.approx((2 + 1.5 + 0) / 6)
  assert shares.suspicious == pytest.approx(2 / 3)  # 99% are above 2.01.


def test_images_on_disk_in_colour_and_of_any_number(digits, monkeypatch):
  monkeypatch.setattr(nearest, '_CHUNK', 7)
  monkeypatch.setattr(nearest, '_PICTURES', 4)
  rng = np.random.default_rng(0)
  images = rng.integers(256, size=[45, 24, 24, 3], dtype=np.uint8)
  on_disk = rows.Rows([images[:30], images[30:]], np.arange(45)[::-1])
  chosen = np.array([44, 0, 7, 6, 20, 21, 3, 3, 9])
  found = nearest.find(images[chosen], on_disk)
  np.testing.assert_array_equal(found.indices, 44 - chosen)
  np.testing.assert_allclose(found.distances, 0, atol=1e-6)
  only = nearest.find(images[:2], images[5:6])
  np.testing.assert_array_equal(only.indices, [0, 0])


@pytest.mark.parametrize('shape', [[0, 32, 32, 1], [2, 32, 32, 3]])
def test_what_does_not_fit_is_refused(digits, shape):
  with pytest.raises(ValueError, match='must be'):
    nearest.find(np.zeros(shape, np.uint8), digits.train)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
