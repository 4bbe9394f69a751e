"""Tests of spiral_tf.brush_profile."""

import pytest

from spiral_tf import brush_profile


def test_a_pen_is_opaque_and_wider_under_pressure():
  light = brush_profile.line('classic/pen', 0.2)
  firm = brush_profile.line('classic/pen', 1.0)
  assert min(light.opacity, firm.opacity) > 0.9
  assert 1.2 < light.width < firm.width < 4  # In radii.
  between = brush_profile.line('classic/pen', 0.6)
  assert light.width < between.width < firm.width


def test_a_ball_pen_is_darker_under_pressure():
  light = brush_profile.line('deevad/ballpen', 0.2)
  firm = brush_profile.line('deevad/ballpen', 1.0)
  assert 0 < light.opacity < 0.5 * firm.opacity


def test_without_pressure_there_is_nothing():
  assert brush_profile.line('classic/pen', 0.0) == (0, 0)


def test_brushes_that_do_not_exist_are_refused():
  with pytest.raises(ValueError, match='there is no brush'):
    brush_profile.line('classic/none', 0.5)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
