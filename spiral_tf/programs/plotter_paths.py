"""Strokes of a painting as paths of a pen, in millimetres.

A path is drawn without lifting the pen: a stroke, or several that go on where
the one before ends. What lies outside the picture is cut off, and so is what
later strokes of other pens, or of the paper's colour, hide.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL import ImageDraw

from spiral_tf.programs import brush_profile
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import easel
from spiral_tf.programs import plotter_paper
from spiral_tf.programs import traces

# Size at which the width of strokes is measured, pixels of the longer side.
_MEASURED = 1024
# Pixels of the longer side of the picture of what is hidden, at most.
_MAX_COVER = 2048
# Curves are looked at, and filled, in so many pieces at least, and with points
# this part of a pen's width apart.
_PIECES = 8
_FINE = 0.25
# Pieces of a path that are shorter, in widths of the pen, are only dots.
_DOT = 1.0


class Stroke(NamedTuple):
  """A stroke on the paper.

  Attributes:
    curve: start, control and end (y, x), float `[3, 2]`, millimetres.
    width: millimetres.
    color: of the paint.
    goes_on: whether the brush was not lifted before it.
  """

  curve: np.ndarray
  width: float
  color: easel.Color
  goes_on: bool


# Curves, float [M, 3, 2], each of which begins where the one before ends.
Path = np.ndarray


def strokes(
  canvas: canvas_lib.Canvas,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
  layout: plotter_paper.Layout,
) -> list[Stroke]:
  """The strokes of a program on paper; without those that leave no trace.

  Args:
    canvas: what is painted on.
    commands: those of the program.
    layout: where the picture lies.

  Returns:
    The strokes, in the order that they are painted in.

  Raises:
    ValueError: there is no such brush here.
  """
  own = max(canvas.canvas_width, canvas.canvas_height)
  unseen = traces.traceless(canvas, commands, own)
  cell = canvas.canvas_width / canvas.grid_width
  scale = layout.size[1] / canvas.canvas_width
  shown = _MEASURED / own
  made = []
  place, pressure = (0, 0), None
  drawn_before = False
  for i, command in enumerate(commands):
    if isinstance(command, canvas_lib.Stroke):
      points = [
        easel.pixels(point, cell)
        for point in (place, command.control, command.end)
      ]
      curve = np.array(points) * scale + layout.corner
      start = command.pressure if pressure is None else pressure
      pressure = command.pressure
      if i not in unseen:
        stride = shown * np.hypot(*np.ptp(points, axis=0)) / canvas.substrokes
        line = brush_profile.line(
          canvas.brush, (start + pressure) / 2, shown * command.radius, stride
        )
        width = line.width * command.radius * scale
        color = command.color
        if canvas.channels == 1:  # Its luma (ITU-R BT.601).
          color = (float(np.dot(color, (0.299, 0.587, 0.114))),) * 3
        made.append(Stroke(curve, width, color, drawn_before))
      drawn_before = i not in unseen
    else:
      pressure, drawn_before = None, False
    place = command.end
  return made


def paths(
  drawn: Sequence[Stroke],
  pen: np.ndarray,
  number: int,
  nib: float,
  layout: plotter_paper.Layout,
  fill: bool = False,
) -> list[list[Path]]:
  """The paths of each pen.

  Args:
    drawn: the strokes, see `strokes`.
    pen: which pen draws which, int `[N]`, -1 for the paper.
    number: of pens.
    nib: how wide a line of a pen is, millimetres.
    layout: where the picture lies.
    fill: whether strokes are filled with lines a nib apart; by default only
      the middle of each is drawn.

  Returns:
    Of each pen its paths, in the order of the strokes.
  """
  cover = None
  if len(np.unique(pen)) > 1:
    cover = _Cover(drawn, pen, nib, layout)
  made: list[list[Path]] = [[] for _ in range(number)]
  open_pen = -1  # Whose last path goes up to the end of the stroke before.
  for stroke, own in zip(drawn, pen):
    if own < 0:
      open_pen = -1
      continue
    curves = stroke.curve[np.newaxis]
    joins = stroke.goes_on and open_pen == own
    if fill and stroke.width >= 1.5 * nib:
      curves, joins = _filling(stroke, nib), False
    pieces = _visible(curves, own, cover, nib, layout)
    starts = pieces and np.array_equal(pieces[0][0, 0], curves[0, 0])
    if joins and starts:
      made[own][-1] = np.concatenate([made[own][-1], pieces.pop(0)])
      ends = np.array_equal(made[own][-1][-1, 2], curves[-1, 2])
    made[own].extend(pieces)
    if pieces:
      ends = np.array_equal(pieces[-1][-1, 2], curves[-1, 2])
    elif not (joins and starts):
      ends = False
    open_pen = own if ends else -1
  return [
    [path for path in each if length(path) >= _DOT * nib or len(path) == 1]
    for each in made
  ]


def length(path: Path) -> float:
  """How long a path is, about."""
  chord = np.hypot(*(path[:, 2] - path[:, 0]).T)
  polygon = np.hypot(*np.diff(path, axis=1).transpose(2, 0, 1)).sum(axis=1)
  return float((chord + 2 * polygon).sum() / 3)


class _Cover:
  """Which pen is seen at each place of the picture."""

  def __init__(
    self,
    drawn: Sequence[Stroke],
    pen: np.ndarray,
    nib: float,
    layout: plotter_paper.Layout,
  ):
    """Lays all strokes over each other, as wide as they are painted."""
    self._corner = layout.corner
    self._scale = min(2 / nib, _MAX_COVER / max(layout.size))
    size = [max(1, round(self._scale * side)) for side in layout.size[::-1]]
    # The number of the pen plus 2; 1 is paper that was painted.
    image = Image.new('L', size, 0)
    draw = ImageDraw.Draw(image)
    for stroke, own in zip(drawn, pen):
      # Of many short pieces the edge would be ragged.
      points = _along(stroke.curve, np.linspace(0, 1, 2 * _PIECES + 1))
      points = (points - self._corner) * self._scale
      width = max(1, round(stroke.width * self._scale))
      flat = points[:, ::-1].ravel().tolist()
      draw.line(flat, int(own) + 2, width, joint='curve')
      for y, x in points[[0, -1]].tolist():
        box = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
        draw.ellipse(box, int(own) + 2)
    self._seen = np.asarray(image)

  def shows(self, points: np.ndarray, own: int) -> np.ndarray:
    """Whether a pen is seen at points within the picture, bool `[N]`."""
    places = ((points - self._corner) * self._scale).astype(int)
    rows, columns = np.minimum(places, np.subtract(self._seen.shape, 1)).T
    # A line along the edge of another may miss its pixels.
    return (self._seen[rows, columns] == own + 2) | (
      self._seen[rows, columns] == 0
    )


def _visible(
  curves: np.ndarray,
  own: int,
  cover: _Cover | None,
  nib: float,
  layout: plotter_paper.Layout,
) -> list[Path]:
  """What of a path is within the picture, and not hidden."""
  low = np.asarray(layout.corner) - 1e-6
  high = low + layout.size + 2e-6
  if cover is None and ((curves >= low) & (curves <= high)).all():
    return [curves]
  done: list[Path] = []
  goes_on = False
  for curve in curves:
    long = length(curve[np.newaxis])
    number = max(_PIECES, int(np.ceil(long / (_FINE * nib))))
    times = np.linspace(0, 1, number + 1)
    points = _along(curve, times)
    shown = ((points >= low) & (points <= high)).all(axis=1)
    if cover is not None:
      shown[shown] = cover.shows(points[shown], own)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shown, [0]])))
    for first, last in edges.reshape(-1, 2):
      if last - first < 2:
        continue
      part = _part(curve, times[first], times[last - 1])[np.newaxis]
      if first == 0 and goes_on:
        done[-1] = np.concatenate([done[-1], part])
      else:
        done.append(part)
    goes_on = bool(shown[-1] and len(done) and shown[-2])
  whole = float(sum(length(path) for path in done))
  if len(done) == 1 and whole >= 0.999 * length(curves):
    return done
  return [path for path in done if length(path) >= _DOT * nib]


def _filling(stroke: Stroke, nib: float) -> Path:
  """Lines a nib apart that fill a stroke, to and fro, as one path."""
  curve, radius = stroke.curve, (stroke.width - nib) / 2
  number = 1 + max(1, int(np.ceil(2 * radius / nib - 1e-6)))
  pieces = max(_PIECES, int(np.ceil(length(curve[np.newaxis]) / (2 * nib))))
  middle = _along(curve, np.linspace(0, 1, min(pieces, 64) + 1))
  along = np.gradient(middle, axis=0)
  size = np.hypot(*along.T)[:, np.newaxis]
  along = np.where(size > 1e-9, along / np.maximum(size, 1e-9), (0.0, 1.0))
  across = along[:, ::-1] * (1, -1)
  lines = []
  for i, off in enumerate(np.linspace(-radius, radius, number)):
    line = middle + off * across
    # The ends of a stroke are round.
    cap = np.sqrt(max(radius**2 - off**2, 0))
    line = np.concatenate(
      [line[:1] - cap * along[:1], line, line[-1:] + cap * along[-1:]]
    )
    lines.append(line[::-1] if i % 2 else line)
  points = np.concatenate(lines)
  return np.stack(
    [points[:-1], (points[:-1] + points[1:]) / 2, points[1:]], axis=1
  )


def _along(curve: np.ndarray, times: np.ndarray) -> np.ndarray:
  """Points of a quadratic Bezier curve, float `[N, 2]`."""
  a, b, c = curve
  t = times[:, np.newaxis]
  return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def _part(curve: np.ndarray, first: float, last: float) -> np.ndarray:
  """The part of a quadratic Bezier curve between two parameters."""
  if first == 0 and last == 1:
    return curve
  a, b, c = curve
  start, end = _along(curve, np.array([first, last]))
  control = (
    (1 - first) * (1 - last) * a
    + ((1 - first) * last + first * (1 - last)) * b
    + first * last * c
  )
  return np.stack([start, control, end])
