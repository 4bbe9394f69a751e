"""Tests of precision and recall, on sets of which one knows what they are."""

import numpy as np
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.evaluation import precision_recall
from spiral_tf.evaluation import yardstick as yardstick_lib


def _modes(centres, number, seed):
  """Points around each of the centres: `[number * len(centres), 4]`."""
  rng = np.random.default_rng(seed)
  noise = rng.normal(size=[len(centres), number, 4])
  return (100 * np.array(centres)[:, None, None] + noise).reshape(-1, 4)


def test_a_set_is_all_of_itself():
  points = _modes([0], 50, seed=0)
  assert precision_recall.measure(points, points) == (1, 1)
  shuffled = np.random.default_rng(0).permutation(points)
  assert precision_recall.measure(points, shuffled) == (1, 1)


def test_disjoint_sets_share_nothing():
  real, drawn = _modes([0], 50, seed=0), _modes([1], 60, seed=1)
  assert precision_recall.measure(real, drawn) == (0, 0)


def test_lost_modes_cost_recall_only():
  real, drawn = _modes([0, 1, 2, 3], 100, seed=0), _modes([0], 400, seed=1)
  found = precision_recall.measure(real, drawn)
  assert found.precision > 0.7
  assert 0.15 < found.recall <= 0.25


def test_foreign_modes_cost_precision_only():
  real, drawn = _modes([0], 400, seed=0), _modes([0, 1, 2, 3], 100, seed=1)
  found = precision_recall.measure(real, drawn)
  assert 0.15 < found.precision <= 0.25
  assert found.recall > 0.7


def test_one_good_picture_again_and_again_has_no_recall():
  real = _modes([0], 100, seed=0)
  drawn = np.repeat(real[:1], 100, axis=0)
  assert precision_recall.measure(real, drawn) == (1, 0.01)


def test_balls_reach_to_the_kth_nearest_other_one():
  real = np.array([[0.0], [1], [3], [7]])
  # The second nearest of the others is 3, 2, 3 and 6 away; a ball has its rim.
  for drawn, inside in ((-3, 1), (-3.1, 0), (6, 1), (13, 1), (13.1, 0)):
    points = np.full([3, 1], drawn, np.float64)
    found = precision_recall.measure(real, points, neighbours=2)
    assert found.precision == inside, drawn
  drawn = np.array([[10.0], [11], [13]])
  # These reach to 7, and so to one of the four.
  found = precision_recall.measure(real, drawn, neighbours=2)
  assert found.recall == 0.25


def test_as_the_equations_have_it(monkeypatch):
  monkeypatch.setattr(precision_recall, '_CHUNK', 7)
  rng = np.random.default_rng(0)
  real, drawn = rng.normal(size=[40, 5]), 0.5 + rng.normal(size=[30, 5])

  def share(points, centres):
    inside = 0
    for point in points:
      for i, centre in enumerate(centres):
        others = np.delete(centres, i, axis=0)
        radius = np.sort(np.linalg.norm(others - centre, axis=1))[2]
        if np.linalg.norm(point - centre) <= radius:
          inside += 1
          break
    return inside / len(points)

  found = precision_recall.measure(real, drawn, neighbours=3)
  assert found.precision == pytest.approx(share(drawn, real))
  assert found.recall == pytest.approx(share(real, drawn))
  assert 0 < found.precision < 1 and 0 < found.recall < 1


@pytest.fixture(scope='module')
def digits():
  return datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )


def test_images_are_told_apart_in_the_features_of_the_fixed_network(digits):
  ruler = yardstick_lib.Yardstick(digits.train)
  real = ruler.real[:500]

  def judge(images):
    return precision_recall.measure(real, ruler.features(images))

  others = judge(digits.train[500:1000])
  assert min(others) > 0.8
  ones = digits.train[500:][digits.train_labels[500:] == 1]
  same = judge(ones)
  assert same.precision > 0.8 and same.recall < 0.4
  noise = np.random.default_rng(0).integers(
    0, 256, digits.train[:500].shape, np.uint8
  )
  assert judge(noise) == (0, 0)
  spoiled = judge(np.concatenate([digits.train[500:750], noise[:250]]))
  assert spoiled.precision < 0.55


@pytest.mark.parametrize(
  'real, drawn, message',
  [
    (np.zeros([9, 3]), np.zeros([9, 2]), r'must be \[N, F\]'),
    (np.zeros([3, 3]), np.zeros([9, 3]), '3 real images and 9'),
    (np.zeros([9, 3]), np.zeros([3, 3]), 'Take more images'),
    (np.full([9, 3], np.nan), np.zeros([9, 3]), 'finite'),
  ],
)
def test_arguments_are_checked(real, drawn, message):
  with pytest.raises(ValueError, match=message):
    precision_recall.measure(real, drawn)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
