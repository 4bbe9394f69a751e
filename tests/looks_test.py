"""Tests of spiral_tf.agents.looks."""

import numpy as np
from PIL import Image
import pytest

from spiral_tf.agents import looks
from tests import drawn


@pytest.mark.parametrize(
  'image, expected',
  [
    (drawn.drawing(20), looks.THICK),
    (drawn.drawing(14, paper=(240, 238, 235)), looks.THICK),
    (drawn.drawing(5), looks.THIN),
    (drawn.drawing(3, ink=(40, 40, 60)), looks.THIN),
    (drawn.drawing(5).resize((800, 800)), looks.THIN),
    (drawn.drawing(20).resize((28, 28)), looks.THICK),
    (drawn.photograph(), looks.PHOTOGRAPH),
    (
      drawn.drawing(20, paper=(40, 90, 200), ink='yellow'),
      looks.PHOTOGRAPH,
    ),
    # No agent here draws light lines on dark paper, and none an empty page.
    (drawn.drawing(5, paper='black', ink='white'), looks.PHOTOGRAPH),
    (Image.new('RGB', (50, 50), 'white'), looks.PHOTOGRAPH),
    (Image.new('RGB', (1, 1), 'black'), looks.PHOTOGRAPH),
  ],
)
def test_what_a_picture_looks_like(image, expected):
  assert looks.kind(np.asarray(image)) == expected


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
