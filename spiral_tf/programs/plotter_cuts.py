"""What is seen of curves: within the picture, and not beneath others.

A program may have a hundred thousand curves, or its filling, so that they are
looked at all at once, as points that lie close together.
"""

from collections.abc import Sequence
import itertools

import numpy as np
from PIL import Image
from PIL import ImageDraw

from spiral_tf.programs import plotter_paper

# Pixels of the longer side of the picture of what is hidden, at most.
_MAX_COVER = 2048
# Curves are looked at in so many pieces at least, and with points this part of
# a pen's width apart.
PIECES = 8
_FINE = 0.25
# Points that are looked at at once, about.
_CHUNK = 500_000
# Pieces of a path that are shorter, in widths of the pen, are only dots.
DOT = 1.0

# Curves, float [M, 3, 2], each of which begins where the one before ends.
Path = np.ndarray


def length(path: Path) -> float:
  """How long a path is, about."""
  return float(lengths(path).sum())


def lengths(curves: Path) -> np.ndarray:
  """How long each curve is, about, float `[M]`."""
  chord = np.hypot(*(curves[:, 2] - curves[:, 0]).T)
  polygon = np.hypot(*np.diff(curves, axis=1).transpose(2, 0, 1)).sum(axis=1)
  return (chord + 2 * polygon) / 3


def along(curves: np.ndarray, times: np.ndarray) -> np.ndarray:
  """Points of quadratic Bezier curves.

  Args:
    curves: one, float `[3, 2]`, or one a point, `[N, 3, 2]`.
    times: where on them the points are, float `[N]` in [0, 1].

  Returns:
    float `[N, 2]`.
  """
  a, b, c = np.moveaxis(curves, -2, 0)
  t = times[:, np.newaxis]
  return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


class Cover:
  """Which stroke, or whose, is seen at each place of the picture."""

  def __init__(
    self,
    curves: Sequence[np.ndarray],
    widths: Sequence[float],
    owners: Sequence[int],
    nib: float,
    layout: plotter_paper.Layout,
  ):
    """Lays all strokes over each other, as wide as they are painted.

    Args:
      curves: of the strokes, float `[3, 2]` each, in millimetres.
      widths: of the strokes, millimetres.
      owners: of each a number, from -1; strokes of equal ones do not hide
        each other.
      nib: how wide a line of a pen is, millimetres.
      layout: where the picture lies.
    """
    self._corner = layout.corner
    self._scale = min(2 / nib, _MAX_COVER / max(layout.size))
    size = [max(1, round(self._scale * side)) for side in layout.size[::-1]]
    # The number of the owner plus 2; 0 is nobody's.
    image = Image.new('I', size, 0)
    draw = ImageDraw.Draw(image)
    for curve, wide, own in zip(curves, widths, owners):
      # Of many short pieces the edge would be ragged.
      points = along(curve, np.linspace(0, 1, 2 * PIECES + 1))
      points = (points - self._corner) * self._scale
      width = max(1, round(wide * self._scale))
      flat = points[:, ::-1].ravel().tolist()
      draw.line(flat, int(own) + 2, width, joint='curve')
      for y, x in points[[0, -1]].tolist():
        box = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
        draw.ellipse(box, int(own) + 2)
    self._seen = np.asarray(image)

  def shows(self, points: np.ndarray, own: int) -> np.ndarray:
    """Whether an owner is seen at points in the picture, bool `[N]`."""
    places = ((points - self._corner) * self._scale).astype(int)
    rows, columns = np.minimum(places, np.subtract(self._seen.shape, 1)).T
    # A line along the edge of another may miss its pixels.
    return (self._seen[rows, columns] == own + 2) | (
      self._seen[rows, columns] == 0
    )


def visible(
  curves: Path,
  own: int,
  cover: Cover | None,
  nib: float,
  layout: plotter_paper.Layout,
) -> list[Path]:
  """What of a path is within the picture, and not hidden.

  Args:
    curves: the path.
    own: its owner's number.
    cover: what is seen where; None if nothing is hidden.
    nib: how wide a line of the pen is, millimetres.
    layout: where the picture lies.

  Returns:
    Its pieces, without those that are only dots.
  """
  low = np.asarray(layout.corner) - 1e-6
  high = low + layout.size + 2e-6
  if cover is None and ((curves >= low) & (curves <= high)).all():
    return [curves]
  number = np.ceil(lengths(curves) / (_FINE * nib)).astype(int)
  number = np.maximum(PIECES, number)
  chunk = np.cumsum(number) // _CHUNK
  edges = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(curves)]
  found = []
  for begin, end in itertools.pairwise(edges):
    count = number[begin:end] + 1  # Of points.
    curve = np.repeat(np.arange(begin, end), count)
    time = np.arange(len(curve)) - np.repeat(np.cumsum(count) - count, count)
    time = time / number[curve]
    points = along(curves[curve], time)
    shown = ((points >= low) & (points <= high)).all(axis=1)
    if cover is not None:
      shown[shown] = cover.shows(points[shown], own)
    # What is seen of a curve goes from a point to a later one.
    ahead = shown[:-1] & shown[1:] & (curve[:-1] == curve[1:])
    turns = np.diff(np.concatenate([[0], ahead, [0]]))
    # Steps that follow each other across two curves are seen in two parts.
    first, last = np.flatnonzero(turns > 0), np.flatnonzero(turns < 0)
    found.append((curve[first], time[first], time[last]))
  index, first, last = (np.concatenate(each) for each in zip(*found))
  parts = _parts(curves[index], first, last)
  on = (first[1:] == 0) & (last[:-1] == 1) & (np.diff(index) == 1)
  starts = np.flatnonzero(np.concatenate([[True], ~on]))[: len(parts)]
  done = np.split(parts, starts[1:]) if len(parts) else []
  whole = length(curves)
  if len(done) == 1 and length(parts) >= 0.999 * whole:
    return done
  return [path for path in done if length(path) >= DOT * nib]


def _parts(curves: Path, first: np.ndarray, last: np.ndarray) -> Path:
  """The parts of quadratic Bezier curves between two parameters."""
  start, end = along(curves, first), along(curves, last)
  a, b, c = curves.transpose(1, 0, 2)
  first, last = first[:, np.newaxis], last[:, np.newaxis]
  control = (
    (1 - first) * (1 - last) * a
    + ((1 - first) * last + first * (1 - last)) * b
    + first * last * c
  )
  # At their own ends, curves are what they were to the last digit.
  return np.stack([start, control, end], axis=1)
