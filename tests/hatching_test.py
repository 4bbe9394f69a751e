"""Tests of spiral_tf.search.hatching: tones, contours, and what is refused."""

import functools

import numpy as np
import pytest
from scipy import ndimage

from spiral_tf.search import hatching

_SIDE = 150  # Widths of the pen.


@functools.lru_cache
def _ramp():
  """A picture from white to black, and its lines."""
  grey = np.tile(np.linspace(1, 0, 150), (90, 1))
  return grey, hatching.lines(grey, _SIDE)


def _coverage(lines, height, width):
  return hatching.coverage(lines, (3 * height, 3 * width), 3)


def test_lines_cover_as_much_paper_as_the_picture_is_dark():
  grey, lines = _ramp()
  ink = _coverage(lines, 90, 150)
  # Bands of tone, without the ends: the lightest have no lines, and the
  # darkest keep some white.
  for left in range(15, 120, 15):
    band = ink[:, 3 * left : 3 * left + 90].mean()
    dark = 1 - grey[:, left : left + 30].mean()
    assert band == pytest.approx(dark, abs=0.06), left
  soft = ndimage.gaussian_filter(ink, 30)[90:-90, 60:-60]
  wanted = np.broadcast_to(1 - np.repeat(grey[0], 3), ink.shape)[90:-90, 60:-60]
  assert np.sqrt(((soft - wanted) ** 2).mean()) < 0.05
  assert abs((soft - wanted).mean()) < 0.03


def test_darks_are_crossed_and_lights_are_not():
  _, lines = _ramp()

  def directions(low, high):
    inside = [
      line for line in lines if low < line[:, 1].mean() < high and len(line) > 8
    ]
    ways = np.array([line[-1] - line[0] for line in inside])
    return np.rad2deg(np.arctan2(ways[:, 0], ways[:, 1])) % 180

  # The picture's edges run from top to bottom, and so do its first lines.
  assert (np.abs(directions(20, 55) - 90) < 12).mean() > 0.95
  assert (np.abs(directions(110, 145) - 90) > 30).mean() > 0.25


def test_lines_are_long_and_within_the_picture():
  _, lines = _ramp()
  points = np.concatenate(lines)
  assert (points >= 0).all() and (points <= (90, 150)).all()
  lengths = [np.hypot(*np.diff(line, axis=0).T).sum() for line in lines]
  assert min(lengths) >= 5.5 and np.median(lengths) > 12


def test_white_paper_stays_empty():
  assert hatching.lines(np.ones((40, 60)), 100) == []


def test_an_edge_gets_a_contour_even_between_light_tones():
  grey = np.full((100, 100), 1.0)
  y, x = np.mgrid[:100, :100] - 49.5
  inside = np.hypot(y, x) < 30
  # Too faint a step, and one that is seen; both too light for hatching.
  faint = hatching.lines(np.where(inside, 0.97, grey), 100)
  assert faint == []
  sharp = hatching.lines(np.where(inside, 0.65, grey), 100)
  radius = np.hypot(*(np.concatenate(sharp) - 50).T)
  ring = np.concatenate([p for p in sharp])[np.abs(radius - 30) < 1.5]
  angle = np.arctan2(*(ring - 50).T)
  assert len(np.unique((angle // 0.2).astype(int))) > 25  # Nearly all around.


def test_equal_seeds_draw_equal_lines():
  grey = np.tile(np.linspace(1, 0, 40), (40, 1))
  first, again, other = (hatching.lines(grey, 50, seed) for seed in (1, 1, 2))
  assert len(first) == len(again)
  assert all(map(np.array_equal, first, again))
  assert not (
    len(first) == len(other) and all(map(np.array_equal, first, other))
  )


def test_progress_is_told():
  told = []
  hatching.lines(np.ones((9, 9)), 50, report=lambda *x: told.append(x))
  assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize('side,cure', [(39, 'thinner'), (1701, 'thicker')])
def test_a_pen_that_does_not_suit_the_paper_is_refused(side, cure):
  with pytest.raises(ValueError, match=f'{side} widths.*40 to 1700.*{cure}'):
    hatching.lines(np.ones((9, 9)), side)


def test_coverage_is_the_share_of_cells_that_lines_cover():
  line = np.array([[10.0, 5.0], [10.0, 25.0]])
  ink = _coverage([line], 20, 30)
  # A width of the pen, and two ends.
  assert ink.sum() / 9 == pytest.approx(20, abs=0.8)
  assert ink[:, 45].sum() / 3 == pytest.approx(1, abs=0.05)
  rows = np.flatnonzero(ink[:, 45])
  assert (rows.mean() + 0.5) / 3 == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize('degrees', [0, 22, 45, 70, 90])
def test_coverage_is_the_same_in_all_directions(degrees):
  angle = np.deg2rad(degrees)
  along = np.linspace(-25, 25, 101)[:, np.newaxis]
  line = 30.3 + along * (np.sin(angle), np.cos(angle))
  ink = _coverage([line], 60, 60)
  # A width of the pen, and round ends.
  assert ink.sum() / 9 == pytest.approx(50 + np.pi / 4, rel=0.01)


def test_coverage_counts_each_of_very_many_lines():
  lines = [np.array([[2.0 * i, 5], [2.0 * i, 9]]) for i in range(1, 502)]
  ink = _coverage(lines, 1010, 14)
  single = _coverage(lines[:1], 1010, 14)
  assert ink.sum() == pytest.approx(501 * single.sum(), rel=0.001)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
