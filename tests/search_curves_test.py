"""Tests of spiral_tf.search.curves, on lines whose shape is known."""

import numpy as np
import pytest

from spiral_tf.search import curves


def _points(parts, number=50):
  """Points all along curves."""
  t = np.linspace(0, 1, number)[:, np.newaxis]
  return np.concatenate(
    [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in parts]
  )


def test_curves_follow_a_circle_within_the_tolerance():
  angle = np.linspace(0, 1.5 * np.pi, 200)
  circle = 10 * np.stack([np.sin(angle), np.cos(angle)], axis=1)
  parts = curves.quadratic(circle, 0.05)
  radius = np.hypot(*_points(parts).T)
  np.testing.assert_allclose(radius, 10, atol=0.2)
  assert np.sqrt(((radius - 10) ** 2).mean()) < 0.06
  # 200 points need few curves, but more of them where they are to be exact.
  assert 3 <= len(parts) <= 10
  assert len(curves.quadratic(circle, 0.001)) > len(parts)
  np.testing.assert_allclose(parts[0, 0], circle[0], atol=0.3)
  np.testing.assert_allclose(parts[-1, 2], circle[-1], atol=0.3)


def test_curves_hang_together_without_a_corner():
  x = np.linspace(0, 30, 150)
  wave = np.stack([3 * np.sin(x / 3), x], axis=1)
  parts = curves.quadratic(wave, 0.02)
  assert len(parts) > 2
  np.testing.assert_allclose(parts[1:, 0], parts[:-1, 2])
  leaving = parts[:-1, 2] - parts[:-1, 1]
  going_on = parts[1:, 1] - parts[1:, 0]
  cross = leaving[:, 0] * going_on[:, 1] - leaving[:, 1] * going_on[:, 0]
  size = np.hypot(*leaving.T) * np.hypot(*going_on.T)
  np.testing.assert_allclose(cross / size, 0, atol=1e-6)
  assert (np.sum(leaving * going_on, axis=1) > 0).all()


def test_a_straight_line_is_one_curve():
  x = np.linspace(0, 8, 40)
  parts = curves.quadratic(np.stack([2 * x + 1, x], axis=1), 0.1)
  assert parts.shape == (1, 3, 2)
  np.testing.assert_allclose(parts[0, [0, 2]], [[1, 0], [17, 8]], atol=1e-6)


@pytest.mark.parametrize('number', [2, 3])
def test_a_line_of_few_points_is_straight(number):
  line = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])[:number]
  (part,) = curves.quadratic(line, 0.1)
  np.testing.assert_allclose(part, [line[0], line[-1] / 2, line[-1]])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
