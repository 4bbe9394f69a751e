"""Tests of spiral_tf.programs.easel."""

import numpy as np
import pytest

from spiral_tf.environments import painting
from spiral_tf.programs import easel as easel_lib


def _easel(size=32, **settings):
  return easel_lib.Easel(
    **{
      'shape': (size, size),
      'scale': size / 32,
      'cell': size / 8,
      'brush': 'classic/pen',
      'background': 'white',
      'channels': 1,
      'substrokes': 20,
      **settings,
    },
  )


def test_places_are_in_the_middle_of_cells():
  assert easel_lib.pixels((0, 0), 4.0) == [2.0, 2.0]
  assert easel_lib.pixels((1, 2.5), 4.0) == [6.0, 12.0]


def test_the_same_strokes_as_in_the_environment_make_the_same_pixels():
  environment = painting.Painting(
    episode_length=3,
    canvas_width=32,
    grid_width=8,
    brush='classic/pen',
    brush_sizes=(2.0,),
    num_pressures=1,
    substrokes=20,
  )
  easel = _easel()
  environment.reset()
  for flag, end, control in ((1, 20, 3), (0, 7, 0), (1, 63, 12)):
    action = {'flag': flag, 'end': end, 'control': control}
    canvas = environment.step(action).observation['canvas']
    if flag:
      place = divmod(control, 8)
      easel.stroke(place, divmod(end, 8), 1.0, 2.0, (0.0, 0.0, 0.0))
    else:
      easel.move_to(divmod(end, 8))
    np.testing.assert_array_equal(easel.picture(), canvas)


@pytest.mark.parametrize('shape', [(20, 32), (32, 20)])
def test_a_canvas_that_is_not_square_is_a_part_of_one(shape):
  square, part = _easel(), _easel(shape=shape)
  for easel in (square, part):
    easel.stroke((7, 4), (1, 7), 1.0, 2.0, (0.0, 0.0, 0.0))
    easel.stroke((4, 0), (7, 2), 0.5, 2.0, (0.0, 0.0, 0.0))
  picture = part.picture()
  assert picture.min() < 128
  expected = square.picture()[: shape[0], : shape[1]]
  np.testing.assert_array_equal(picture, expected)


def test_radii_grow_with_the_canvas():
  dark = []
  for size in (32, 128):
    easel = _easel(size)
    easel.stroke((4, 4), (4, 7), 1.0, 2.0, (0.0, 0.0, 0.0))
    dark.append((255.0 - easel.picture()).mean())
  assert dark[1] == pytest.approx(dark[0], rel=0.2)


@pytest.mark.parametrize('radius,limit', [(0.0, 0.1), (5000.0, 1000.0)])
def test_radii_beyond_the_limits_are_drawn_as_the_limits(radius, limit):
  pictures = []
  for drawn in (radius, limit):
    easel = _easel(brush='deevad/basic_digital_brush')
    easel.stroke((4, 4), (4, 7), 1.0, drawn, (0.0, 0.0, 0.0))
    pictures.append(easel.picture())
  np.testing.assert_array_equal(*pictures)


def test_parts_of_a_stroke_make_the_stroke():
  whole, parts = _easel(), _easel()
  stroke = (1, 6), (7, 7), 0.7, 2.0, (0.0, 0.0, 0.0)
  whole.stroke(*stroke)
  parts.stroke(*stroke, last=7)
  half = parts.picture()
  parts.stroke(*stroke, first=7)
  np.testing.assert_array_equal(parts.picture(), whole.picture())
  assert 0 < (255.0 - half).sum() < 0.9 * (255.0 - whole.picture()).sum()


def test_goes_back_to_a_snapshot():
  easel = _easel(brush='classic/charcoal')
  easel.stroke((1, 6), (4, 4), 1.0, 2.0, (0.0, 0.0, 0.0))
  before, picture = easel.snapshot(), easel.picture()
  made = []
  for _ in range(2):
    easel.stroke((7, 7), (2, 7), 1.0, 2.0, (0.0, 0.0, 0.0))
    made.append(easel.picture())
    easel.restore(before)
    np.testing.assert_array_equal(easel.picture(), picture)
  assert (made[0] != picture).any()
  # Where the brush is goes back, too: both strokes begin at the same place.
  touched = [(m != picture).any(axis=-1) for m in made]
  assert (touched[0] & touched[1]).sum() > 0.5 * touched[0].sum()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
