"""How a judge of shapes sees pictures: coarsely, and in training never alike.

A brush and a scanner leave different lines. A network that learns to tell the
drawings of a brush from scanned digits would tell them by that, and refuse the
best of drawings. So it sees them through a coarse grid, and while it learns,
real images and drawings are turned, moved, blurred and inked at random by the
same amounts, until lines say nothing and shapes remain.
"""

import tensorflow as tf

# Cells across, or somewhat more where that does not divide the width.
_CELLS = 16
# The largest changes: of turns in radians, of slants and sizes as shares, and
# of places in cells.
_TURN = 0.12
_SLANT = 0.1
_SIZE = 0.1
_MOVE = 0.6
# Standard deviations of the blurs, cells, and the range that ink is multiplied
# by, after which it is no more than black.
_BLURS = (0.1, 0.3, 0.5, 0.7)
_INK = (0.8, 1.8)
# Blur and ink of what is judged: in the middle of that.
_SEEN_BLUR = 0.4
_SEEN_INK = 1.3
_REACH = 2  # Cells that a blur reaches to.


def seen(images: tf.Tensor) -> tf.Tensor:
  """Shows images, without chance.

  Args:
    images: uint8 `[N, W, W, C]`.

  Returns:
    Ink on [0, 1], float32 `[N, V, V, C]`, `V` at most `W`.
  """
  ink = _blurred(_coarse(images), [_SEEN_BLUR])[..., 0]
  return tf.minimum(1.0, _SEEN_INK * ink)


def distorted(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
  """Shows images as they might have been drawn otherwise.

  Args:
    images: uint8 `[N, W, W, C]`.
    seed: of the changes, int32 `[2]`.

  Returns:
    Ink on [0, 1], float32 `[N, V, V, C]`, `V` at most `W`.
  """
  ink = _coarse(images)
  count, width = tf.shape(ink)[0], ink.shape[1]
  seeds = tf.unstack(
    tf.random.stateless_uniform([8, 2], seed, 0, 2**31 - 1, tf.int32)
  )

  def uniform(i: int, low: float, high: float) -> tf.Tensor:
    return tf.random.stateless_uniform([count], seeds[i], low, high)

  turn, slant = uniform(0, -_TURN, _TURN), uniform(1, -_SLANT, _SLANT)
  size = uniform(2, 1 - _SIZE, 1 + _SIZE)
  right, down = uniform(3, -_MOVE, _MOVE), uniform(4, -_MOVE, _MOVE)
  # The place in the image that each place of the result shows is this matrix
  # times the latter, both from the middle.
  xx, xy = size * tf.cos(turn), slant - size * tf.sin(turn)
  yx, yy = size * tf.sin(turn), size * tf.cos(turn)
  middle = (width - 1) / 2
  zero = tf.zeros_like(turn)
  ink = tf.raw_ops.ImageProjectiveTransformV3(
    images=ink,
    transforms=tf.stack(
      [
        *(xx, xy, right + middle * (1 - xx - xy)),
        *(yx, yy, down + middle * (1 - yx - yy)),
        *(zero, zero),
      ],
      axis=1,
    ),
    output_shape=[width, width],
    fill_value=0.0,
    interpolation='BILINEAR',
    fill_mode='CONSTANT',
  )
  chosen = tf.one_hot(
    tf.random.stateless_uniform([count], seeds[5], 0, len(_BLURS), tf.int32),
    len(_BLURS),
  )
  ink = tf.einsum('nhwcb,nb->nhwc', _blurred(ink, _BLURS), chosen)
  return tf.minimum(1.0, uniform(6, *_INK)[:, None, None, None] * ink)


def _coarse(images: tf.Tensor) -> tf.Tensor:
  """Ink on [0, 1], the mean of each cell, of uint8 `[N, W, W, C]`."""
  ink = 1.0 - tf.cast(images, tf.float32) / 255.0
  pixels = max(1, images.shape[1] // _CELLS)
  return tf.nn.avg_pool2d(ink, pixels, pixels, 'SAME') if pixels > 1 else ink


def _blurred(ink: tf.Tensor, deviations: tuple[float, ...]) -> tf.Tensor:
  """Blurs `[N, V, V, C]` by Gaussians, each apart, `[N, V, V, C, B]`."""
  places = tf.range(-_REACH, _REACH + 1, dtype=tf.float32)
  lines = tf.nn.softmax(
    -0.5 * tf.square(places / tf.constant(deviations)[:, None]), axis=-1
  )
  kernels = tf.einsum('bi,bj->ijb', lines, lines)[:, :, None]
  channels = ink.shape[-1]
  result = tf.nn.depthwise_conv2d(
    ink, tf.tile(kernels, [1, 1, channels, 1]), [1, 1, 1, 1], 'SAME'
  )
  return tf.reshape(
    result, tf.concat([tf.shape(ink), [len(deviations)]], axis=0)
  )
