"""Tests of spiral_tf.programs.plotter_paths, on strokes of known shape."""

import numpy as np
import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import plotter_cuts
from spiral_tf.programs import plotter_paper
from spiral_tf.programs import plotter_paths

_LAYOUT = plotter_paper.lay('120x120mm', '10mm', 1, 1)
_CANVAS = canvas.Canvas(100, 100, 'deevad/liner', channels=3)
_RED = (1.0, 0.0, 0.0)


def _stroke(start, end, width=1.0, goes_on=False, middle=None):
  start, end = np.array(start, float), np.array(end, float)
  middle = (start + end) / 2 if middle is None else middle
  curve = np.stack([start, middle, end])
  return plotter_paths.Stroke(curve, width, (0.0, 0.0, 0.0), goes_on)


def _paths(strokes, pen, **options):
  pen = np.array(pen)
  return plotter_paths.paths(
    strokes, pen, pen.max() + 1, 0.5, _LAYOUT, **options
  )


def test_strokes_are_in_millimetres():
  commands = [
    canvas.Move((9.5, 19.5)),
    canvas.Stroke((9.5, 39.5), (29.5, 39.5), 1.0, 4.0, _RED),
    canvas.Stroke((49.5, 39.5), (49.5, 59.5), 1.0, 4.0),
    canvas.Move((9.5, 9.5)),
    canvas.Stroke((9.5, 9.5), (9.5, 9.5), 1.0, 4.0),  # Of no length: no trace.
    canvas.Stroke((9.5, 49.5), (9.5, 89.5), 1.0, 4.0),
  ]
  first, second, third = plotter_paths.strokes(_CANVAS, commands, _LAYOUT)
  np.testing.assert_allclose(first.curve, [[20, 30], [20, 50], [40, 50]])
  assert first.color == _RED
  # A hard round brush draws a little wider than twice its radius.
  assert first.width == pytest.approx(8, abs=1.2)
  assert [s.goes_on for s in (first, second, third)] == [False, True, False]


def test_in_grey_pictures_colours_are_luma():
  grey = canvas.Canvas(100, 100, 'deevad/liner')
  commands = [canvas.Stroke((0, 40), (0, 90), 1.0, 2.0, _RED)]
  (stroke,) = plotter_paths.strokes(grey, commands, _LAYOUT)
  assert stroke.color == pytest.approx((0.299,) * 3)


def test_strokes_that_go_on_are_one_path():
  corner = _stroke((20, 20), (20, 60))
  on = _stroke((20, 60), (60, 60), goes_on=True)
  other = _stroke((60, 60), (90, 60))
  ((path, single),) = _paths([corner, on, other], [0, 0, 0])
  np.testing.assert_array_equal(path, [corner.curve, on.curve])
  np.testing.assert_array_equal(single, [other.curve])
  # But not with another pen.
  first, second = _paths([corner, on], [0, 1])
  assert len(first) == len(second) == 1


def test_what_is_outside_the_picture_is_cut_off():
  ((path,),) = _paths([_stroke((50, 50), (50, 170))], [0])
  np.testing.assert_allclose(path[0, 0], (50, 50))
  np.testing.assert_allclose(path[0, 2], (50, 110), atol=0.2)
  assert not _paths([_stroke((5, 5), (5, 100))], [0])[0]
  # Out and in again is two paths, both parts of the curve.
  arc = _stroke((100, 20), (100, 100), middle=np.array([140.0, 60]))
  ((left, right),) = _paths([arc], [0])
  np.testing.assert_allclose(left[0, 0], (100, 20))
  np.testing.assert_allclose(right[0, 2], (100, 100))
  assert left[0, 2, 0] == pytest.approx(110, abs=0.2)
  # Height of the arc: 100 + 80 t (1 - t).
  t = 0.5 - np.sqrt(0.25 - 10 / 80)
  assert left[0, 2, 1] == pytest.approx(20 + 80 * t, abs=0.3)


def test_what_another_pen_hides_is_not_drawn():
  line = _stroke((60, 20), (60, 100))
  across = _stroke((20, 60), (100, 60), width=10)
  (first, second) = _paths([line, across], [0, 1])
  ends = sorted(path[0, 2, 1] for path in first)
  assert ends == pytest.approx([55, 100], abs=0.8)
  assert len(second) == 1
  # The paper's colour hides, too; the same pen does not, nor what is beneath.
  assert len(_paths([line, across], [0, -1])[0]) == 2
  assert [len(p) for p in _paths([line, across], [0, 0])] == [2]
  assert [len(p) for p in _paths([across, line], [1, 0])] == [1, 2]


def test_a_wide_stroke_can_be_filled():
  wide = _stroke((60, 30), (60, 90), width=6)
  ((middle,),) = _paths([wide], [0])
  assert len(middle) == 1
  ((path,),) = _paths([wide], [0], fill=True)
  # Lines go on in each other, half a millimetre apart at most.
  np.testing.assert_array_equal(path[1:, 0], path[:-1, 2])
  rows = np.unique(path[:, 0, 0].round(6))
  assert rows[0] == pytest.approx(57.25) and rows[-1] == pytest.approx(62.75)
  assert np.diff(rows).max() <= 0.5 + 1e-6 and len(rows) == 12
  # Its ends are round: the middle lines are longer.
  assert path[:, :, 1].min() == pytest.approx(27.25, abs=0.1)
  # Its area is the length times the width of the pen, about.
  area = 6 * 60 + np.pi * 9
  assert 0.5 * plotter_cuts.length(path) == pytest.approx(area, rel=0.1)
  # What is as thin as the pen is not.
  ((thin,),) = _paths([_stroke((60, 30), (60, 90), 0.6)], [0], fill=True)
  assert len(thin) == 1


def test_what_a_filled_stroke_hides_is_not_drawn_with_the_same_pen_either():
  first = _stroke((60, 20), (60, 100), width=20)
  second = _stroke((60, 60), (60, 110), width=20)
  (filled,) = _paths([first, second], [0, 0], fill=True)
  # An area 90 long and 20 wide, rounded at its left end, in lines of 0.5.
  drawn = 0.5 * sum(map(plotter_cuts.length, filled))
  assert drawn == pytest.approx(90 * 20 + np.pi * 50, rel=0.05)
  # Thin lines that are drawn without lifting the pen stay whole.
  corner = _stroke((20, 20), (20, 60), width=0.6)
  on = _stroke((20, 60), (60, 60), width=0.6, goes_on=True)
  far = _stroke((90, 60), (90, 110), width=20)
  ((path,), _) = _paths([corner, on, far], [0, 0, 1], fill=True)
  np.testing.assert_array_equal(path, [corner.curve, on.curve])


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
