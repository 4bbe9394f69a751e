"""Tests of spiral_tf.programs.plotter_order."""

import numpy as np
import pytest

from spiral_tf.programs import plotter_order


def test_travel_is_what_lies_between_paths():
  # Home, 3 to the right, [a path], 4 down, [a path], and home: 5.
  ends = np.array([[[0, 3], [9, 9]], [[13, 9], [3, 4]]], float)
  assert plotter_order.travel(ends) == pytest.approx(3 + 4 + 5)
  order = plotter_order.Order(np.array([1, 0]), np.array([True, False]))
  expected = 5 + np.hypot(13, 9 - 3) + np.hypot(9, 9)
  assert plotter_order.travel(ends, order) == pytest.approx(expected)


def test_paths_along_a_line_are_drawn_one_after_the_other():
  starts = np.arange(20.0)
  ends = np.stack(
    [np.stack([0 * starts, starts + 1], 1), np.stack([0 * starts, starts], 1)],
    axis=1,
  )
  chosen = np.random.default_rng(0).permutation(20)
  order = plotter_order.shortened(ends[chosen])
  np.testing.assert_array_equal(chosen[order.paths], np.arange(20))
  assert order.reversed.all()
  # Only the way home is left.
  assert plotter_order.travel(ends[chosen], order) == pytest.approx(20)


@pytest.mark.parametrize('number', [0, 1, 2, 3])
def test_few_paths_are_drawn_each_once(number):
  ends = np.random.default_rng(number).uniform(0, 9, (number, 2, 2))
  order = plotter_order.shortened(ends)
  assert sorted(order.paths.tolist()) == list(range(number))
  assert plotter_order.travel(ends, order) <= plotter_order.travel(ends) + 1e-9


def test_many_paths_come_near_the_shortest_way():
  chooser = np.random.default_rng(1)
  middle = chooser.uniform(0, 100, (600, 1, 2))
  ends = middle + chooser.normal(0, 2, (600, 2, 2))
  order = plotter_order.shortened(ends)
  assert sorted(order.paths.tolist()) == list(range(600))
  travel = plotter_order.travel(ends, order)
  assert travel < 0.06 * plotter_order.travel(ends)
  # Turning stretches round makes it shorter than going to the nearest is.
  stops = plotter_order._nearest(ends, (0.0, 0.0))
  nearest = plotter_order.Order(stops[:, 0] // 2, stops[:, 0] % 2 == 1)
  assert travel < 0.93 * plotter_order.travel(ends, nearest)
  again = plotter_order.shortened(ends)
  np.testing.assert_array_equal(again.paths, order.paths)


def test_many_paths_at_one_place_are_all_drawn():
  order = plotter_order.shortened(np.ones((500, 2, 2)))
  assert sorted(order.paths.tolist()) == list(range(500))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
