"""Strokes of a painting as paths of a pen, in millimetres.

A path is drawn without lifting the pen: a stroke, or several that go on where
the one before ends. What lies outside the picture is cut off, and so is what
later strokes of other pens, or of the paper's colour, hide; and, when strokes
are filled, what any later stroke hides.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spiral_tf.programs import brush_profile
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import easel
from spiral_tf.programs import plotter_cuts
from spiral_tf.programs import plotter_paper
from spiral_tf.programs import traces

# Size at which the width of strokes is measured, pixels of the longer side.
_MEASURED = 1024
# Strokes that are wider are filled, in widths of the pen.
_WIDE = 1.5
# Lines that fill a stroke have so many pieces at most.
_MAX_PIECES = 64


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
) -> list[list[plotter_cuts.Path]]:
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
  owners = _owners(drawn, pen, nib) if fill else pen.tolist()
  if len(set(owners)) > 1:
    lines = [stroke.curve for stroke in drawn]
    widths = [stroke.width for stroke in drawn]
    cover = plotter_cuts.Cover(lines, widths, owners, nib, layout)
  # Of each pen its paths, of each path the pieces that go on in each other.
  made: list[list[list[plotter_cuts.Path]]] = [[] for _ in range(number)]
  open_pen = -1  # Whose last path goes up to the end of the stroke before.
  for stroke, own, owner in zip(drawn, pen, owners):
    if own < 0:
      open_pen = -1
      continue
    curves = stroke.curve[np.newaxis]
    joins = stroke.goes_on and open_pen == own
    if fill and stroke.width >= _WIDE * nib:
      curves, joins = _filling(stroke, nib), False
    pieces = plotter_cuts.visible(curves, owner, cover, nib, layout)
    ends = pieces and np.array_equal(pieces[-1][-1, 2], curves[-1, 2])
    open_pen = own if ends else -1
    if joins and pieces and np.array_equal(pieces[0][0, 0], curves[0, 0]):
      made[own][-1].append(pieces.pop(0))
    made[own].extend([piece] for piece in pieces)
  joined = [[np.concatenate(parts) for parts in each] for each in made]
  dot = plotter_cuts.DOT * nib
  return [
    [
      path
      for path in each
      if plotter_cuts.length(path) >= dot or len(path) == 1
    ]
    for each in joined
  ]


def _owners(drawn: Sequence[Stroke], pen: np.ndarray, nib: float) -> list[int]:
  """Numbers of strokes that hide each other when they are filled.

  If they did so only where their pens differ, a place that was painted often
  would be drawn so often as well, until the paper tears.
  """
  owners: list[int] = []
  for i, stroke in enumerate(drawn):
    # Lines that are drawn without lifting the pen stay whole.
    on = i > 0 and stroke.goes_on and pen[i] == pen[i - 1]
    thin = i > 0 and max(stroke.width, drawn[i - 1].width) < _WIDE * nib
    owners.append(owners[-1] if on and thin else i)
  return owners


def _filling(stroke: Stroke, nib: float) -> plotter_cuts.Path:
  """Lines a nib apart that fill a stroke, to and fro, as one path."""
  curve, radius = stroke.curve, (stroke.width - nib) / 2
  number = 1 + max(1, int(np.ceil(2 * radius / nib - 1e-6)))
  pieces = max(
    plotter_cuts.PIECES,
    int(np.ceil(plotter_cuts.length(curve[np.newaxis]) / (2 * nib))),
  )
  middle = plotter_cuts.along(
    curve, np.linspace(0, 1, min(pieces, _MAX_PIECES) + 1)
  )
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
