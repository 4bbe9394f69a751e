"""The brush engine, for commands whose places are cells of a grid.

Whoever draws a program's strokes does it here: the same numbers reach the
engine as from the environment, so the same pixels come out.
"""

from typing import Any

import numpy as np

from spiral_tf.environments import mypaint

# A place on the canvas: row and column in cells of the grid, counted from the
# centre of the upper left one. Agents choose whole numbers.
Point = tuple[float, float]
# Red, green and blue, each in [0, 1].
Color = tuple[float, float, float]


def pixels(point: Point, cell: float) -> list[float]:
  """Where a place is on a canvas.

  Args:
    point: the place.
    cell: width of a cell, pixels.

  Returns:
    Its distances from the upper and the left edge, pixels; as the environment
    has them, to the last bit.
  """
  return [(coordinate + 0.5) * cell for coordinate in point]


class Easel:
  """A canvas of some size, and a brush on it, in the upper left cell."""

  def __init__(
    self,
    shape: tuple[int, int],
    scale: float,
    cell: float,
    brush: str,
    background: str,
    channels: int,
    substrokes: int,
  ):
    """Puts up an empty canvas.

    Args:
      shape: height and width, pixels.
      scale: how many times as large it is as the canvas that radii are made
        for.
      cell: width, and height, of a cell of the grid of places, pixels.
      brush: a brush of mypaint-brushes, by name.
      background: 'white', 'transparent' or a colour, '#rrggbb'.
      channels: of pictures: 1 for grey, 3 for colour, 4 with alpha.
      substrokes: straight pieces of one curve.

    Raises:
      ValueError: there is no such brush here, or the size is out of range.
    """
    self._cell = cell
    self._scale = scale
    self._channels = channels
    self._substrokes = substrokes
    height, width = shape
    self._canvas = mypaint.Canvas(
      width, mypaint.brushes.load(brush), background, height
    )
    self._canvas.reset(*pixels((0, 0), self._cell))

  def move_to(self, end: Point) -> None:
    """Lifts the brush and puts it down elsewhere."""
    self._canvas.move_to(*pixels(end, self._cell))

  def stroke(
    self,
    control: Point,
    end: Point,
    pressure: float,
    radius: float,
    color: Color,
    first: int = 0,
    last: int | None = None,
  ) -> None:
    """Draws a quadratic Bezier curve from where the brush is, or a part of it.

    Args:
      control: the control point.
      end: where the curve ends.
      pressure: at the end, in [0, 1].
      radius: of the brush, pixels of the canvas that radii are made for.
        The brush engine draws none that are thinner, or thicker, than its
        limits.
      color: of the paint.
      first: straight pieces that have been drawn already.
      last: pieces that are drawn in the end; by default all.
    """
    self._canvas.stroke(
      *pixels(control, self._cell),
      *pixels(end, self._cell),
      pressure,
      min(max(radius * self._scale, mypaint.MIN_RADIUS), mypaint.MAX_RADIUS),
      *color,
      self._substrokes,
      first=first,
      last=self._substrokes if last is None else last,
    )

  def picture(self) -> np.ndarray:
    """What is on the canvas, uint8 `[H, W, C]`, a copy."""
    return self._canvas.to_array(self._channels)

  def snapshot(self) -> Any:
    """All that `restore` needs to go back to here."""
    return self._canvas.snapshot()

  def restore(self, snapshot: Any) -> None:
    """Goes back to where a snapshot was taken: canvas and brush."""
    self._canvas.restore(snapshot)
