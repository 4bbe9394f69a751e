"""Tests of spiral_tf.experiments.circles."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.experiments import circles
from spiral_tf.learning import rewards
from spiral_tf.learning import wasserstein

_RADIUS = 2


@pytest.fixture(scope='module')
def images() -> np.ndarray:
  """Circles on a canvas of 16 pixels."""
  return circles.make(canvas_width=16, radius=_RADIUS)


def _cone(side: int, target: circles.Location) -> np.ndarray:
  rows, columns = np.indices([side, side])
  return np.hypot(rows - target[0], columns - target[1]) / (2 * side)


def test_circles_are_solid_and_at_their_locations():
  made = circles.make(canvas_width=12, radius=2)
  assert made.shape == (9, 9, 12, 12, 1) and made.dtype == np.uint8
  circle = [
    [0, 255, 255, 0],
    [255, 255, 255, 255],
    [255, 255, 255, 255],
    [0, 255, 255, 0],
  ]
  for row, column in ((0, 0), (3, 5), (8, 8)):
    image = made[row, column, ..., 0]
    np.testing.assert_array_equal(
      image[row : row + 4, column : column + 4], circle
    )
    assert image.sum() == np.sum(circle)


@pytest.mark.parametrize('radius', [1, 4])
def test_a_radius_that_leaves_nothing_to_see_is_refused(radius: int):
  with pytest.raises(ValueError, match=f'radius is {radius}, .* canvas_width'):
    circles.make(canvas_width=18, radius=radius)


def test_the_l2_surface_is_a_pit_in_a_plain(images: np.ndarray):
  target = (4, 5)
  heights = circles.surface(rewards.l2, images, target)
  # By hand: pixels of 12 that only one of the two circles has.
  for step, pixels in ((0, 0), (1, 8), (2, 16), (3, 20), (4, 24), (5, 24)):
    assert heights[4, 5 + step] == pytest.approx(np.sqrt(pixels / 24), abs=1e-6)
    assert heights[4 + step, 5] == pytest.approx(np.sqrt(pixels / 24), abs=1e-6)
  apart = _cone(13, target) * 26 > 2 * _RADIUS
  np.testing.assert_allclose(heights[apart], 1.0, atol=1e-6)
  assert np.sum(heights < 1e-6) == 1


def test_downhill_is_the_negative_gradient():
  rows, columns = np.indices([5, 5])
  np.testing.assert_allclose(
    circles.downhill(0.1 * rows - 0.2 * columns),
    np.broadcast_to([-0.1, 0.2], [5, 5, 2]),
  )
  assert not circles.downhill(1 + 1e-6 * rows).any()


def test_descent_of_a_cone_arrives():
  found = circles.descent(_cone(13, (4, 5)), (4, 5), _RADIUS)
  assert found[:2] == (1.0, 1.0) and found.arrives == 1.0
  assert found.slope_apart == pytest.approx(1 / 26, rel=0.05)


def test_descent_of_a_hill_and_of_a_plain_does_not():
  hill = circles.descent(1 - _cone(13, (4, 5)), (4, 5), _RADIUS)
  assert hill[:2] == (0.0, 0.0) and hill.arrives == 0.0
  plain = circles.descent(np.ones([13, 13]), (4, 5), _RADIUS)
  assert plain[:3] == (0.0, 0.0, 0.0)
  assert plain.arrives == pytest.approx(1 / 169)  # Who starts there.


def test_descent_into_another_pit_does_not_count():
  columns = np.broadcast_to(np.abs(np.arange(12) - 5.5), [12, 12])
  rows = np.indices([12, 12])[0]
  # Two valleys, columns 2 and 9, that both fall towards row 0.
  heights = (np.abs(columns - 3.5) + 0.1 * rows) / 10
  found = circles.descent(heights, (0, 2), _RADIUS)
  assert found.arrives == 0.5


def test_pairs_are_those_of_equation_6(images: np.ndarray, monkeypatch):
  pairs = []
  loss = wasserstein.discriminator_loss

  def record(score_fn, real, fake, **kwargs):
    pairs.append((real.numpy(), fake.numpy()))
    return loss(score_fn, real, fake, **kwargs)

  monkeypatch.setattr(wasserstein, 'discriminator_loss', record)
  tf.config.run_functions_eagerly(True)
  try:
    circles.train(images, steps=4, seed=0)
  finally:
    tf.config.run_functions_eagerly(False)
  real, fake = (np.concatenate(side) for side in zip(*pairs))
  assert np.any(real != fake, axis=(1, 2, 3)).all()
  circle = 12 * 255
  assert set(real.sum((1, 2, 3))) == set(fake.sum((1, 2, 3))) == {circle}
  # 256 draws of 169 circles: no single target.
  assert len(np.unique(real, axis=0)) > 100
  assert len(np.unique(fake, axis=0)) > 100


@pytest.mark.slow
def test_the_discriminator_leads_to_the_target_better_than_l2(
  images: np.ndarray,
):
  steps = []
  discriminator = circles.train(
    images,
    steps=100,
    seed=0,
    report=lambda step, gap: steps.append((step, gap)),
  )
  assert [step for step, _ in steps] == list(range(1, 101))
  assert steps[-1][1] > 3.0 > abs(steps[0][1])

  def distance(x, target):
    return -discriminator(x, target)

  learned = circles.mean_descent(distance, images, _RADIUS)
  fixed = circles.mean_descent(rewards.l2, images, _RADIUS)
  assert learned.towards > fixed.towards + 0.15
  assert learned.arrives > fixed.arrives
  assert fixed.towards_apart == fixed.slope_apart == 0.0
  assert learned.towards_apart > 0.2 and learned.slope_apart > 0.005
  for target in ((3, 3), (6, 6), (9, 4)):
    heights = circles.surface(distance, images, target)
    assert np.unravel_index(heights.argmin(), heights.shape) == target


def test_seeds_decide(images: np.ndarray):
  gaps = [[], [], []]
  for seed, seen in zip((0, 0, 1), gaps):
    circles.train(images, 2, seed, lambda _, gap, seen=seen: seen.append(gap))
  np.testing.assert_allclose(gaps[0], gaps[1], rtol=1e-3, atol=1e-4)
  assert not np.allclose(gaps[0], gaps[2], rtol=1e-3, atol=1e-4)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
