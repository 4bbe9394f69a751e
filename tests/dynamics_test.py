"""What a setting can come to is found from its curves, as libmypaint has it."""

import math

import pytest

from spiral_tf.environments.mypaint import dynamics


def _setting(base, **inputs):
  return {'x': {'base_value': base, 'inputs': inputs}}


def test_a_setting_that_a_brush_lacks_is_zero():
  assert dynamics.bounds({}, 'eraser') == (0, 0)


def test_known_inputs_have_one_value_and_others_a_range():
  settings = _setting(
    1.0,
    pressure=[[0, 0], [1, 0.5]],
    random=[[0, -2], [0.5, 3], [1, 0]],
    speed1=[],
  )
  assert dynamics.bounds(settings, 'x', pressure=1) == (-0.5, 4.5)
  assert dynamics.bounds(settings, 'x', pressure=0.5) == (-0.75, 4.25)
  assert dynamics.bounds(settings, 'x') == (-1.0, 4.5)


def test_the_pen_is_upright():
  settings = _setting(0.0, tilt_declination=[[0, 1], [30, 1], [30, 0], [90, 0]])
  assert dynamics.bounds(settings, 'x') == (0, 0)


def test_a_brush_may_make_more_of_pressure():
  settings = _setting(0.0, pressure=[[0, 0], [1, 1], [2, 0]])
  settings['pressure_gain_log'] = {'base_value': math.log(1.5), 'inputs': {}}
  low, high = dynamics.bounds(settings, 'x', pressure=1)
  assert low == high == pytest.approx(0.5)


@pytest.mark.parametrize(
  'x, y',
  [(0, 0), (1, 2), (1.5, 2), (2, 2), (3, 4), (4, 6), (-1, -2)],
)
def test_curves_are_straight_between_points_and_go_on_beyond(x, y):
  points = [[0, 0], [1, 2], [2, 2], [3, 4]]
  assert dynamics.interpolated(points, x) == pytest.approx(y)


def test_a_step_has_the_height_of_its_left_end():
  assert dynamics.interpolated([[0, 1], [1, 1], [1, 5], [2, 5]], 1) == 1
  assert dynamics.interpolated([[0, 1], [0, 3]], 0) == 1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
