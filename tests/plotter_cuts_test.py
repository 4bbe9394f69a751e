"""Tests of spiral_tf.programs.plotter_cuts, on curves of known shape."""

import numpy as np
import pytest

from spiral_tf.programs import plotter_cuts
from spiral_tf.programs import plotter_paper

_LAYOUT = plotter_paper.lay('120x120mm', '10mm', 1, 1)
_NIB = 0.5


def _curves(points):
  """Straight curves from each point to the next."""
  points = np.asarray(points, float)
  starts, ends = points[:-1], points[1:]
  return np.stack([starts, (starts + ends) / 2, ends], axis=1)


class _Stripes:
  """A cover that shows where a column is even, and counts its questions."""

  def __init__(self):
    self.asked = self.points = 0

  def shows(self, points, own):
    del own
    self.asked += 1
    self.points += len(points)
    return points[:, 1].astype(int) % 20 < 10


def _to_and_fro(number):
  """Lines across the picture, each joined to the next, as one path."""
  rows = np.linspace(20, 100, number).repeat(2)
  columns = np.tile([22.0, 98, 98, 22], number)[: 2 * number]
  return _curves(np.stack([rows, columns], axis=1))


def test_lengths():
  path = np.array([[[0.0, 0], [1, 1], [3, 3]], [[3, 3], [3, 4], [3, 5]]])
  assert plotter_cuts.lengths(path) == pytest.approx([np.hypot(3, 3), 2])
  assert plotter_cuts.length(path) == pytest.approx(np.hypot(3, 3) + 2)


def test_points_along_a_curve():
  curve = np.array([[0.0, 0], [0, 4], [4, 4]])
  times = np.array([0, 0.5, 1])
  expected = [[0, 0], [1, 3], [4, 4]]
  np.testing.assert_allclose(plotter_cuts.along(curve, times), expected)
  each = plotter_cuts.along(np.stack([curve, curve[::-1], curve]), times)
  np.testing.assert_allclose(each, expected)


def test_a_path_that_is_seen_is_itself():
  path = _to_and_fro(4)
  (same,) = plotter_cuts.visible(path, 0, None, _NIB, _LAYOUT)
  np.testing.assert_array_equal(same, path)
  cover = plotter_cuts.Cover([path[0]], [1.0], [0], _NIB, _LAYOUT)
  (same,) = plotter_cuts.visible(path, 0, cover, _NIB, _LAYOUT)
  np.testing.assert_array_equal(same, path)


def test_pieces_go_on_from_one_curve_to_the_next():
  # Within the picture, out of it at its right edge, 110, and in again.
  path = _curves([(30, 90), (30, 105), (30, 120), (40, 120), (40, 90)])
  out, back = plotter_cuts.visible(path, 0, None, _NIB, _LAYOUT)
  np.testing.assert_array_equal(out[0], path[0])
  assert len(out) == 2 and out[-1, 2, 1] == pytest.approx(110, abs=_NIB / 4)
  assert len(back) == 1 and back[0, 0, 1] == pytest.approx(110, abs=_NIB / 4)
  np.testing.assert_array_equal(back[0, 2], (40, 90))


def test_what_lies_later_covers_what_was_before():
  line, across = _curves([(60, 20), (60, 100)]), _curves([(20, 60), (100, 60)])
  cover = plotter_cuts.Cover(
    [line[0], across[0]], [1.0, 10.0], [0, 1], _NIB, _LAYOUT
  )
  points = np.array([[60.0, 30], [60, 60], [90, 60], [90, 90]])
  assert cover.shows(points, 0).tolist() == [True, False, False, True]
  assert cover.shows(points, 1).tolist() == [False, True, True, True]


@pytest.mark.parametrize('chunk', [50, 1000, 10**6])
def test_paths_are_cut_alike_however_much_is_looked_at_at_once(
  chunk, monkeypatch
):
  path = _to_and_fro(30)
  whole = plotter_cuts.visible(path, 0, _Stripes(), _NIB, _LAYOUT)
  monkeypatch.setattr(plotter_cuts, '_CHUNK', chunk)
  cut = plotter_cuts.visible(path, 0, _Stripes(), _NIB, _LAYOUT)
  # Columns 22 to 30, 40 to 50, 60 to 70 and 80 to 90 of each line, and two
  # lines are joined at 22.
  assert len(whole) == 4 * 30 - 14
  assert len(cut) == len(whole)
  for piece, same in zip(cut, whole):
    np.testing.assert_array_equal(piece, same)


def test_long_paths_are_looked_at_as_a_whole():
  # A wide stroke is filled with so many curves, and there are hundreds; when
  # each curve was looked at by itself, plots took minutes.
  path = _curves(
    np.stack(
      [np.linspace(20, 100, 60_001), 25 + 4 * np.sin(np.arange(60_001))], axis=1
    )
  )
  cover = _Stripes()
  (same,) = plotter_cuts.visible(path, 0, cover, _NIB, _LAYOUT)
  assert len(same) == len(path)
  assert cover.points > len(path) * plotter_cuts.PIECES
  most = cover.points / plotter_cuts._CHUNK
  assert cover.asked <= most + 1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
