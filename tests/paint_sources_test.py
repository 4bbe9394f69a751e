"""Tests of launch.paint_sources."""

import types

import numpy as np
import pytest

from launch import paint_sources
from tests import small


def test_paintings_are_called_like_their_pictures_and_each_otherwise():
  paths = ['a/x.png', 'b/x.jpg', 'y', 'c/x.y.png']
  assert paint_sources.names(paths) == ['x', 'x_2', 'y', 'x.y']


def test_digits_are_held_out_and_as_large_as_the_agents_canvas():
  agent = types.SimpleNamespace(config=small.CONDITIONAL)
  digits = paint_sources.digits(agent)
  assert digits.dtype == np.uint8 and digits.shape == (64, 16, 16, 1)
  assert digits.min() == 0 and np.median(digits) > 200  # Ink on white paper.


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
