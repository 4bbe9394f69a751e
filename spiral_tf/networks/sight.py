"""What location heads see of the picture, beside the LSTM's output.

Figures 12 and 13 squeeze all that is seen through the LSTM's 256 numbers before
a location is chosen. A head that sees gets the torso's feature maps as well,
each at its own width, as the decoder of a U-Net does (Ronneberger et al.,
2015), and marks of the locations that were chosen before.

Where a head's grid does not divide the picture evenly, as that of a platform
which is seen aslant, maps are sampled where the picture shows the cells.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
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

  def draw(self, width: int, on_grid: bool = False) -> tf.Tensor:
    """Draws the mark: a narrow tent over the cell, and a broad one.

    Args:
      width: rows and columns of the map, H.
      on_grid: whether the map is one of the grid, not of the picture.

    Returns:
      float32 `[N, H, H, 2]`, at most 1. The narrow tent reaches to the
      neighbouring cells of the map or of the grid, whichever are the larger,
      the broad one over a quarter of the map.
    """
    grid_width = self.spec.grid_width
    pixels = tf.range(width, dtype=tf.float32)
    if on_grid or self.spec.centers is None:
      cell = tf.stack([self.value // grid_width, self.value % grid_width])
      center = (tf.cast(cell, tf.float32) + 0.5) * (width / grid_width) - 0.5
    else:
      centers = tf.constant(self.spec.centers, tf.float32)
      center = tf.transpose(tf.gather(centers, self.value)) * width - 0.5
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
    images: float32 `[N, W, W, any]`, canvas and target as they are, values on
      [-1, 1]; None for heads that do not see.
  """

  maps: Sequence[tf.Tensor] = ()
  marks: Sequence[Mark] = ()
  images: tf.Tensor | None = None

  def marked(self, mark: Mark) -> 'Sight':
    """The same, with one more mark."""
    return self._replace(marks=(*self.marks, mark))

  def at(
    self, width: int, spec: types.LocationArray, side: int = 1
  ) -> list[tf.Tensor]:
    """What is seen at one width, on the grid of locations.

    Args:
      width: rows and columns, H.
      spec: the locations.
      side: rows and columns of the grid's cells in each of the map's, if all of
        them are to be seen.

    Returns:
      float32 `[N, H, H, any]` each: the map of this width, the images at each
      of `side` times `side` cells, if that is not 1, and the marks; none if
      there is no such map.
    """
    seen = [x for x in self.maps if x.shape[1] == width][-1:]
    if not seen:
      return []
    seen = [on_grid(seen[0], spec)]
    if side > 1:
      cells = on_grid(pooled(self.maps[0], width * side), spec)
      seen.append(tf.nn.space_to_depth(cells, side))
    return seen + [mark.draw(width, on_grid=True) for mark in self.marks]


# What heads see that do not look.
BLIND = Sight()


def on_grid(maps: tf.Tensor, spec: types.LocationArray) -> tf.Tensor:
  """Samples maps of the picture at the cells of a grid, bilinearly.

  Args:
    maps: float32 `[N, H, H, C]`.
    spec: the locations. A map that is narrower than their grid is sampled at
      the middle of the cells that share one of its own, a wider one is not.

  Returns:
    float32 `[N, H, H, C]`, the same maps where cells divide pictures evenly.
  """
  _, width, _, channels = maps.shape
  if spec.centers is None or spec.grid_width % width:
    return maps
  weights = tf.constant(_bilinear(spec.centers, width))
  # One product for all: cells in front, all else behind.
  flat = tf.reshape(tf.transpose(maps, [1, 2, 0, 3]), [width**2, -1])
  cells = tf.reshape(tf.matmul(weights, flat), [width, width, -1, channels])
  return tf.transpose(cells, [2, 0, 1, 3])


def _bilinear(centers: np.ndarray, width: int) -> np.ndarray:
  """Shares of a map's cells in what it shows at those of a coarse grid.

  Args:
    centers: `[G * G, 2]`, see `types.LocationArray`.
    width: rows and columns of the map, and of the coarse grid, H.

  Returns:
    float32 `[H * H, H * H]`, each row of which sums to 1.
  """
  grid_width = round(len(centers) ** 0.5)
  side = grid_width // width
  cells = centers.reshape(width, side, width, side, 2).mean(axis=(1, 3))
  places = np.clip(cells.reshape(-1, 2) * width - 0.5, 0, width - 1)
  # [H * H, 2, H]: tents over rows, and over columns.
  tents = np.maximum(0, 1 - abs(np.arange(width) - places[..., np.newaxis]))
  shares = tents[:, 0, :, np.newaxis] * tents[:, 1, np.newaxis]
  return shares.reshape(width**2, width**2).astype(np.float32)


def at_cell(
  maps: tf.Tensor, value: tf.Tensor, spec: types.LocationArray
) -> tf.Tensor:
  """Reads maps at a location of each.

  Args:
    maps: float32 `[N, H, H, C]`, on the grid of the locations or on a coarser
      one, of which each cell is a square of its.
    value: int32 `[N]`, the locations.
    spec: of the locations.

  Returns:
    float32 `[N, C]`.
  """
  width = maps.shape[1]
  side = spec.grid_width // width
  if side > 1:
    row, column = value // spec.grid_width, value % spec.grid_width
    value = row // side * width + column // side
  cells = width**2
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
