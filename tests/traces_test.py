"""Tests of spiral_tf.programs.traces."""

import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import traces

_PEN = canvas.Canvas(64, 64, 'classic/pen')


def _stroke(end, radius=4.0, control=None):
  return canvas.Stroke(control or end, end, 1.0, radius)


def test_only_strokes_that_leave_nothing_are_found():
  commands = (
    canvas.Move((32, 20)),
    _stroke((32, 20)),  # No length.
    _stroke((32, 40)),
    canvas.Move((10, 10)),
    _stroke((10, 10.5)),  # Half a pixel.
    canvas.Move((50, 10)),
    _stroke((50, 10), control=(50, 30)),  # There and back.
  )
  for size in (64, 256, 2048):
    assert traces.traceless(_PEN, commands, size) == {1, 4}


@pytest.mark.parametrize('size', [32, 96, 200])
def test_below_the_end_of_a_landscape_nothing_is_left(size):
  """Cells are a pixel of the canvas's own."""
  commands = (
    *(canvas.Move((20, 20)), _stroke((20, 28))),
    *(canvas.Move((50, 20)), _stroke((50, 28))),
  )
  landscape = canvas.Canvas(96, 96, 'classic/pen', canvas_height=32)
  assert traces.traceless(landscape, commands, size) == {3}
  portrait = canvas.Canvas(32, 32, 'classic/pen', canvas_height=96)
  assert traces.traceless(portrait, commands, size) == set()


def test_a_stroke_outside_of_the_canvas_leaves_nothing():
  commands = (canvas.Move((100, 100)), _stroke((100, 104)))
  assert traces.traceless(_PEN, commands, 64) == {1}


def test_programs_without_short_strokes_are_not_carried_out(monkeypatch):
  def refuse(*unused):
    raise AssertionError

  monkeypatch.setattr(canvas.Canvas, 'easel', refuse)
  commands = (canvas.Move((1, 1)), _stroke((1, 40)))
  assert traces.traceless(_PEN, commands, 64) == set()
  assert traces.traceless(_PEN, (), 64) == set()


def test_a_brush_that_is_missing_is_named():
  missing = canvas.Canvas(64, 64, 'classic/none')
  with pytest.raises(ValueError, match='classic/none'):
    traces.traceless(missing, (_stroke((0, 0)),), 64)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
