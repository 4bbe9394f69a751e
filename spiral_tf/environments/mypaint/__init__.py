"""The brush engine: libmypaint's brushes on a small canvas."""

from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import named
from spiral_tf.environments.mypaint import suitability
from spiral_tf.environments.mypaint._mypaint import BranchPainter
from spiral_tf.environments.mypaint._mypaint import Canvas
from spiral_tf.environments.mypaint._mypaint import climb
from spiral_tf.environments.mypaint._mypaint import Drafter
from spiral_tf.environments.mypaint._mypaint import Photo

__all__ = [
  'MAX_RADIUS',
  'MAX_SUBSTROKES',
  'MAX_WIDTH',
  'MIN_RADIUS',
  'BranchPainter',
  'Canvas',
  'Drafter',
  'Photo',
  'brushes',
  'climb',
  'named',
  'suitability',
]

# What `Canvas` takes; its source says why.
MAX_WIDTH = 4096  # Width of a canvas, and height, pixels.
MIN_RADIUS, MAX_RADIUS = 0.1, 1000.0  # Radius of a brush, pixels.
MAX_SUBSTROKES = 10_000  # Straight pieces of one curve.
