"""Tests of spiral_tf.agents.hatch: photographs as programs of one pen."""

import numpy as np
import pytest

import spiral_tf
from spiral_tf.agents import hatch
from spiral_tf.programs import canvas
from spiral_tf.programs import plotter

_PLOTTER = plotter.Plotter('a6', '1mm', '5mm')  # 95 widths of the pen.


def _photograph():
  """A dark disc on light ground, uint8 `[80, 80, 3]`."""
  y, x = np.mgrid[:80, :80] - 39.5
  grey = np.where(np.hypot(y, x) < 25, 70, 220).astype(np.uint8)
  return np.repeat(grey[..., np.newaxis], 3, axis=2)


def test_a_photograph_becomes_a_program_of_one_black_pen(tmp_path):
  program = spiral_tf.hatch_photo(_photograph(), 'a6', '1mm', '5mm')
  strokes = [c for c in program.commands if isinstance(c, canvas.Stroke)]
  assert {stroke.color for stroke in strokes} == {(0.0, 0.0, 0.0)}
  assert len({stroke.radius for stroke in strokes}) == 1
  assert isinstance(program.commands[0], canvas.Move)
  # The picture has the tones of the photograph.
  picture = 255 - program.render()[..., 0].astype(float)
  width = len(picture)
  y, x = (np.mgrid[:width, :width] + 0.5) / width - 0.5
  far = np.hypot(y, x)
  inside, outside = picture[far < 0.27], picture[far > 0.36]
  assert inside.mean() == pytest.approx(185, abs=25)
  assert outside.mean() == pytest.approx(35, abs=15)
  made = program.plot(
    str(tmp_path / 'a.svg'), paper='a6', pen='1mm', margin='5mm'
  )
  moves = sum(isinstance(c, canvas.Move) for c in program.commands)
  (layer,) = made.layers
  assert layer.color == '#000000'
  # A path a line, but for what is cut off at the picture's edge.
  assert len(layer.paths) == pytest.approx(moves, rel=0.1)
  assert layer.travel < layer.travel_before


def test_lines_are_as_wide_as_the_pen():
  (radius,) = {hatch._radius(3.0)}
  sheet = canvas.Canvas(60, 60, 'classic/pen')
  stroke = canvas.Stroke((30, 30), (30, 55), 1.0, radius)
  easel = sheet.easel(60)
  canvas.Move((30, 5)).carry_out(easel)
  stroke.carry_out(easel)
  ink = 1 - easel.picture()[:, 20:40, 0] / 255
  assert ink.sum(axis=0).mean() == pytest.approx(3, abs=0.1)


def test_a_hatcher_sees_all_of_a_picture_in_grey():
  hatcher = hatch.Hatcher(_PLOTTER)
  assert hatcher.target(_photograph()).shape == (3 * 95, 3 * 95, 1)
  # As it is on the paper, whose longer side is 138 mm without margins.
  assert hatcher.target(_photograph()[:60]).shape == (285, 380, 1)
  assert hatcher.target(_photograph()[:, :20]).shape == (414, 104, 1)
  most = hatcher.renderer
  assert (most.canvas_height, most.canvas_width) == (414, 414)


def test_drawings_keep_the_aspect_and_lie_as_the_picture_does(tmp_path):
  for picture, sheet in (
    (_photograph()[:50], (105, 148)),
    (_photograph()[:, :50], (148, 105)),
  ):
    program = spiral_tf.hatch_photo(picture, 'a6', '1mm', '5mm')
    height, width = picture.shape[:2]
    drawn = program.render()
    assert drawn.shape[0] / drawn.shape[1] == pytest.approx(
      height / width, abs=0.01
    )
    made = program.plot(
      str(tmp_path / 'a.svg'), paper='a6', pen='1mm', margin='5mm'
    )
    assert made.layout.paper == sheet


@pytest.mark.parametrize('sides', [(20, 30), (30, 20), (47, 80), (80, 53)])
def test_a_drawing_has_the_pixels_of_what_is_drawn(sides):
  picture = np.full((*sides, 3), 230, np.uint8)
  picture[:, : sides[1] // 2] = 60
  hatcher = hatch.Hatcher(plotter.Plotter('a6', '2mm'))
  target = hatcher.target(picture)
  program = hatcher.draw(target)
  assert program.render().shape == target.shape
  canvas = hatcher.canvas(*sides)
  assert (canvas.canvas_height, canvas.canvas_width) == target.shape[:2]


def test_what_is_no_target_of_this_paper_is_refused():
  hatcher = hatch.Hatcher(plotter.Plotter('a6', '3mm', '0mm'))
  with pytest.raises(ValueError, match='choose a thinner pen'):
    hatcher.draw(np.zeros((80, 80, 1), np.uint8))


def test_pens_that_do_not_suit_the_paper_are_refused():
  with pytest.raises(ValueError, match='choose a thinner pen'):
    hatch.Hatcher(plotter.Plotter('a6', '5mm'))
  with pytest.raises(ValueError, match='choose a thicker pen'):
    hatch.Hatcher(plotter.Plotter('a0', '0.1mm'))
  # Whether one does may depend on the picture; it is said before any is drawn.
  thick = hatch.Hatcher(plotter.Plotter('a6', '3mm', '0mm'))
  thick.target(_photograph()[:50])
  with pytest.raises(ValueError, match='choose a thinner pen'):
    thick.target(_photograph())


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
