"""Tests of spiral_tf.environments.mypaint.limits: the engine has the same."""

import math

import pytest

from spiral_tf.environments import mypaint
from spiral_tf.environments.mypaint import limits

_PEN = mypaint.brushes.load('classic/pen')


def _stroke(radius=1.0, substrokes=1):
  canvas = mypaint.Canvas(8, _PEN, 'white')
  canvas.reset(0, 0)
  canvas.stroke(4, 4, 8, 8, 1.0, radius, 0, 0, 0, substrokes)


def test_the_largest_canvas():
  assert mypaint.Canvas(limits.MAX_WIDTH, _PEN, 'white')
  with pytest.raises(ValueError, match=f'{limits.MAX_WIDTH}'):
    mypaint.Canvas(limits.MAX_WIDTH + 1, _PEN, 'white')


def test_radii_within_the_limits_and_none_beyond():
  _stroke(radius=limits.MIN_RADIUS)
  _stroke(radius=limits.MAX_RADIUS)
  for radius in (
    math.nextafter(limits.MIN_RADIUS, 0),
    math.nextafter(limits.MAX_RADIUS, math.inf),
  ):
    with pytest.raises(ValueError, match='radius'):
      _stroke(radius=radius)


def test_pieces_within_the_limit_and_none_beyond():
  _stroke(substrokes=limits.MAX_SUBSTROKES)
  with pytest.raises(ValueError, match='substrokes'):
    _stroke(substrokes=limits.MAX_SUBSTROKES + 1)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
