"""Tests of spiral_tf.programs.brush_profile."""

import pytest

from spiral_tf.programs import brush_profile


def test_a_pen_is_opaque_and_wider_under_pressure():
  light = brush_profile.line('classic/pen', 0.2, 6.0, 1.0)
  firm = brush_profile.line('classic/pen', 1.0, 6.0, 1.0)
  assert min(light.opacity, firm.opacity) > 0.9
  assert 1.2 < light.width < firm.width < 4  # In radii.
  between = brush_profile.line('classic/pen', 0.6, 6.0, 1.0)
  assert light.width < between.width < firm.width


def test_a_ball_pen_is_darker_under_pressure():
  light = brush_profile.line('deevad/ballpen', 0.2, 6.0, 1.0)
  firm = brush_profile.line('deevad/ballpen', 1.0, 6.0, 1.0)
  assert 0 < light.opacity < 0.5 * firm.opacity


def test_a_fast_pen_draws_thinner():
  # As classic/pen.myb says: exp(-0.21 speed1).
  slow = brush_profile.line('classic/pen', 1.0, 4.0, 0.5)
  fast = brush_profile.line('classic/pen', 1.0, 4.0, 4.0)
  faster = brush_profile.line('classic/pen', 1.0, 4.0, 16.0)
  assert slow.width > 1.05 * fast.width > 1.1 * faster.width


def test_a_liner_heeds_neither_pressure_nor_speed():
  line = brush_profile.line('deevad/liner', 1.0, 8.0, 1.0)
  assert line.opacity > 0.95
  # Twice the radius, less what the edges, of hardness 0.8, lack.
  assert 1.7 < line.width < 2
  assert brush_profile.line('deevad/liner', 0.2, 8.0, 50.0) == (
    pytest.approx(line, abs=0.01)
  )


def test_thin_lines_of_soft_brushes_are_fainter():
  thick = brush_profile.line('deevad/basic_digital_brush', 0.7, 8.0, 1.0)
  thin = brush_profile.line('deevad/basic_digital_brush', 0.7, 0.5, 1.0)
  assert thin.opacity < 0.8 * thick.opacity
  # Beyond the largest canvases, too, there are widths.
  huge = brush_profile.line('deevad/basic_digital_brush', 0.7, 500.0, 900.0)
  assert huge == thick


def test_without_pressure_there_is_nothing():
  assert brush_profile.line('classic/pen', 0.0, 6.0, 1.0) == (0, 0)


def test_brushes_that_do_not_exist_are_refused():
  with pytest.raises(ValueError, match='there is no brush'):
    brush_profile.line('classic/none', 0.5, 6.0, 1.0)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
