"""The brush engine: libmypaint's brushes on a small square canvas."""

from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import limits
from spiral_tf.environments.mypaint._mypaint import Canvas

__all__ = ['Canvas', 'brushes', 'limits']
