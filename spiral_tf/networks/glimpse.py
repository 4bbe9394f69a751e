"""A look at the picture around a location that was chosen.

What is there decides what comes next: kind, size and colour of an object. Maps
of the torso are too coarse to tell a cube from a sphere.
"""

import sonnet as snt
import tensorflow as tf

from spiral_tf import types

_HIDDEN = 128
_SIZE = 64  # Numbers that it tells.


class Glimpse(snt.Module):
  """Reads a square of canvas and target, as they are."""

  def __init__(
    self, spec: types.LocationArray, width: int, name: str | None = None
  ):
    """Creates it.

    Args:
      spec: the locations.
      width: rows and columns of the square, pixels.
      name: name of the module.
    """
    super().__init__(name=name)
    self._spec = spec
    self._width = width
    self._mlp = snt.nets.MLP([_HIDDEN, _SIZE], activate_final=True)

  def square(self, images: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
    """Cuts the square out, 0 beyond the border.

    Args:
      images: float32 `[N, W, W, C]`.
      value: int32 `[N]`, the cell in the middle of each.

    Returns:
      float32 `[N, width, width, C]`, between pixels bilinear.
    """
    pixels = images.shape[1]
    centers = tf.constant(self._spec.places, tf.float32)
    # As crop_and_resize counts, from the middle of the first pixel to that of
    # the last.
    middle = (tf.gather(centers, value) * pixels - 0.5) / (pixels - 1)
    reach = (self._width - 1) / 2 / (pixels - 1)
    return tf.image.crop_and_resize(
      images,
      tf.concat([middle - reach, middle + reach], axis=1),
      tf.range(tf.shape(images)[0]),
      [self._width, self._width],
    )

  def __call__(self, images: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
    """Looks; see `square`. Returns float32 `[N, 64]`."""
    return self._mlp(snt.flatten(self.square(images, value)))
