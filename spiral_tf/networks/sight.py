"""What location heads see of the picture, beside the LSTM's output.

Figures 12 and 13 squeeze all that is seen through the LSTM's 256 numbers before
a location is chosen. A head that sees gets the torso's feature maps as well,
each at its own width, as the decoder of a U-Net does (Ronneberger et al.,
2015), and marks of the locations that were chosen before.
"""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from spiral_tf import types

# Reach of the broad one of a mark's two channels, in widths of the map.
_BROAD = 0.25


class Mark(NamedTuple):
  """A location that was chosen, to be shown in maps of any width.

  Attributes:
    spec: of the action component.
    value: int32 `[N]`, the cell.
    weight: float32 `[N]`, how visible it is: 0 for a location that had no
      effect, else 1.
  """

  spec: types.LocationArray
  value: tf.Tensor
  weight: tf.Tensor

  def draw(self, width: int) -> tf.Tensor:
    """Draws the mark: a narrow tent over the cell, and a broad one.

    Args:
      width: rows and columns of the map, H.

    Returns:
      float32 `[N, H, H, 2]`, at most 1. The narrow tent reaches to the
      neighbouring cells of the map or of the grid, whichever are the larger,
      the broad one over a quarter of the map.
    """
    grid_width = self.spec.grid_width
    pixels = tf.range(width, dtype=tf.float32)
    cell = tf.stack([self.value // grid_width, self.value % grid_width])
    center = (tf.cast(cell, tf.float32) + 0.5) * (width / grid_width) - 0.5
    away = tf.abs(pixels - center[..., tf.newaxis])  # [2, N, H]
    tents = []
    for reach in (max(1.0, width / grid_width), _BROAD * width):
      row, column = tf.unstack(tf.nn.relu(1.0 - away / reach))
      row *= self.weight[:, tf.newaxis]
      tents.append(row[:, :, tf.newaxis] * column[:, tf.newaxis])
    return tf.stack(tents, axis=-1)


class Sight(NamedTuple):
  """What can be seen, at several widths.

  Attributes:
    maps: float32 `[N, H, H, C]` each, from the finest to the coarsest, the
      first of them the images themselves; of maps of one width, the last is
      shown. Empty for heads that do not see.
    marks: of locations that were chosen.
  """

  maps: Sequence[tf.Tensor] = ()
  marks: Sequence[Mark] = ()

  def marked(self, mark: Mark) -> 'Sight':
    """The same, with one more mark."""
    return self._replace(marks=(*self.marks, mark))

  def at(self, width: int) -> list[tf.Tensor]:
    """What is seen at one width.

    Args:
      width: rows and columns, H.

    Returns:
      float32 `[N, H, H, any]` each: the map of this width and the marks; none
      if there is no such map.
    """
    seen = [x for x in self.maps if x.shape[1] == width][-1:]
    return seen and seen + [mark.draw(width) for mark in self.marks]


# What heads see that do not look.
BLIND = Sight()


def at_cell(maps: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
  """Reads maps at a cell of each.

  Args:
    maps: float32 `[N, H, H, C]`.
    value: int32 `[N]`, the cells, row by row.

  Returns:
    float32 `[N, C]`.
  """
  cells = maps.shape[1] * maps.shape[2]
  chosen = tf.one_hot(value, cells)
  # A product, as the gradient of tf.gather is slow.
  rows = tf.reshape(maps, [-1, cells, maps.shape[3]])
  return tf.einsum('nh,nhc->nc', chosen, rows)


def pooled(maps: tf.Tensor, width: int) -> tf.Tensor:
  """Means of the cells of a grid.

  Args:
    maps: float32 `[N, W, W, C]`.
    width: rows and columns of the grid, H; at most W.

  Returns:
    float32 `[N, H, H, C]`.
  """
  if maps.shape[1] % width:
    return tf.image.resize(maps, [width, width], antialias=True)
  side = maps.shape[1] // width
  cells = tf.reshape(maps, [-1, width, side, width, side, maps.shape[3]])
  return tf.reduce_mean(cells, axis=[2, 4])
