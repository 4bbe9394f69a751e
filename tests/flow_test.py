"""Tests of spiral_tf.search.flow, on pictures whose edges are known."""

import numpy as np
import pytest

from spiral_tf.search import flow


def _degrees(grey):
  """Directions of lines, in (-90, 90], counted towards the lower edge."""
  cosine, sine = flow.along_edges(grey)
  np.testing.assert_allclose(np.hypot(cosine, sine), 1)
  return np.rad2deg(np.arctan2(sine, cosine)) / 2


def _edge(degrees, height=160, width=200):
  """Black and white, with an edge through the middle."""
  y, x = (
    np.mgrid[:height, :width] - np.array([height, width])[:, None, None] / 2
  )
  angle = np.deg2rad(degrees)
  return np.clip(np.cos(angle) * y - np.sin(angle) * x + 0.5, 0, 1)


@pytest.mark.parametrize('degrees', [0, 30, 60, -45, 85])
def test_lines_follow_an_edge(degrees):
  found = _degrees(_edge(degrees))
  middle = found[75:85, 95:105]
  np.testing.assert_allclose(middle, degrees, atol=2)
  # And so they do some way from it.
  np.testing.assert_allclose(found[65:95, 85:115], degrees, atol=6)


def test_upright_lines_have_no_sign():
  cosine, sine = flow.along_edges(_edge(90))[:, 80, 100]
  assert (cosine, sine) == pytest.approx((-1, 0), abs=0.02)


def test_without_edges_lines_go_up_to_the_right():
  np.testing.assert_allclose(_degrees(np.full((30, 50), 0.7)), -45)


def test_lines_go_around_a_disc():
  y, x = np.mgrid[:101, :101] - 50.0
  disc = (np.hypot(y, x) < 25).astype(float)
  cosine, sine = flow.along_edges(disc)
  for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
    row, column = np.rint(50 + 25 * np.array([np.sin(angle), np.cos(angle)]))
    here = cosine[int(row), int(column)], sine[int(row), int(column)]
    around = np.cos(2 * angle + np.pi), np.sin(2 * angle + np.pi)
    assert np.dot(here, around) > 0.95


def test_flows_can_be_turned():
  level = np.array([1.0, 0.0]).reshape(2, 1, 1)
  np.testing.assert_allclose(
    flow.turned(level, 90).ravel(), [-1, 0], atol=1e-12
  )
  np.testing.assert_allclose(flow.turned(level, 45).ravel(), [0, 1], atol=1e-12)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
