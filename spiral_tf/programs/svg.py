"""Programs as SVG: a group of paths a stroke, for Inkscape and browsers.

Curves are the program's own quadratic Beziers. How wide and how opaque a stroke
is follows its pressure, as `brush_profile` measures it. Brushes that smear, or
have soft edges or texture, are only approximated; what `rendering` draws is the
picture.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import math
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from spiral_tf import pictures
from spiral_tf.programs import brush_profile
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import easel
from spiral_tf.programs import traces

# Neighbouring pieces of a stroke differ by at most this part in width, and by
# at most this much in opacity.
_STEP = 0.04
# Pieces of a stroke, at most.
_MAX_PIECES = 64
# A stroke whose opacity varies by less is drawn as if it did not vary.
_EVEN = 0.1
# Share of the brush's radius by which neighbouring pieces overlap, so that
# nothing shines through between them.
_OVERLAP = 0.02
# Pieces of less opacity cannot be seen, and are left out.
_MIN_OPACITY = 1 / 512

_Points = np.ndarray  # float64 [3, 2]: start, control and end, each (y, x).


class _Piece(NamedTuple):
  """A piece of a stroke.

  Attributes:
    points: of its curve, pixels of the program's canvas.
    width: of the line, the same all along, pixels of the program's canvas.
    opacity: the same all along, in [0, 1].
  """

  points: _Points
  width: float
  opacity: float


def dumps(
  canvas: canvas_lib.Canvas,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
  size: int = 512,
  drawn_size: int | None = None,
) -> str:
  """Writes a program as SVG.

  Args:
    canvas: what is painted on. It is the view box, as exactly as a picture of
      this size has its aspect.
    commands: those of the program.
    size: what viewers show it in at first, pixels of the longer side. It can be
      enlarged without loss, but the brush engine draws some brushes a little
      thinner on larger canvases; widths are those of a picture of this size.
    drawn_size: size of the picture that this is to look like where short
      strokes leave no trace, pixels; by default the program's own.

  Returns:
    The text of the file. Stroke `n`, counted from 1, is the group `stroke-n`;
    it is empty if the brush draws nothing there.

  Raises:
    ValueError: there is no such brush here.
  """
  scale = size / canvas.own_size
  shape = canvas.shape(size)
  # Rounding cuts a part of a pixel off, or adds it, as it does in pictures.
  box_height, box_width = (_text(pixels / scale) for pixels in shape)
  svg = ElementTree.Element(
    'svg',
    {
      'xmlns': 'http://www.w3.org/2000/svg',
      'viewBox': f'0 0 {box_width} {box_height}',
      'width': str(shape[1]),
      'height': str(shape[0]),
    },
  )
  strokes = list(_strokes(canvas, commands))
  ElementTree.SubElement(svg, 'title').text = f'{len(strokes)} strokes'
  ElementTree.SubElement(svg, 'desc').text = (
    f'Painted by a SPIRAL agent ({pictures.SOFTWARE}) with the brush '
    f'{canvas.brush}, which the paths here approximate.'
  )
  if canvas.background != 'transparent':
    ElementTree.SubElement(
      svg,
      'rect',
      {
        'id': 'background',
        'width': box_width,
        'height': box_height,
        'fill': _background(canvas),
      },
    )
  unseen = traces.traceless(canvas, commands, drawn_size or canvas.own_size)
  for n, (i, points, start_pressure, stroke) in enumerate(strokes, 1):
    pieces = []
    if i not in unseen:
      pieces = _pieces(canvas, points, start_pressure, stroke, scale)
    svg.append(_group(n, _color(canvas, stroke.color), pieces))
  ElementTree.indent(svg, ' ')
  return ElementTree.tostring(svg, encoding='unicode') + '\n'


def _strokes(
  canvas: canvas_lib.Canvas,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
) -> Iterator[tuple[int, _Points, float, canvas_lib.Stroke]]:
  """Each stroke: which command, points in pixels, pressure at its start."""
  cell = canvas.canvas_width / canvas.grid_width
  place: easel.Point = (0, 0)
  pressure = None  # Within a sequence, that of the stroke before.
  for i, command in enumerate(commands):
    if isinstance(command, canvas_lib.Stroke):
      places = place, command.control, command.end
      points = np.array([easel.pixels(point, cell) for point in places])
      start = command.pressure if pressure is None else pressure
      yield i, points, start, command
      pressure = command.pressure
    else:
      pressure = None
    place = command.end


def _group(
  number: int, color: str, pieces: list[_Piece]
) -> ElementTree.Element:
  """The paths of a stroke."""
  group = ElementTree.Element('g', {'id': f'stroke-{number}', 'fill': 'none'})
  if not pieces:
    return group
  opacities = {piece.opacity for piece in pieces}
  if len(opacities) == 1:
    # The group has the opacity, so that the stroke is not darker where round
    # pieces overlap.
    (opacity,) = opacities
    group.set('stroke', color)
    group.set('stroke-linecap', 'round')
    group.set('stroke-linejoin', 'round')
    if opacity < 1:
      group.set('opacity', _text(opacity))
    for piece in pieces:
      path = {'d': _curve(piece.points), 'stroke-width': _text(piece.width)}
      ElementTree.SubElement(group, 'path', path)
    return group
  # Pieces of different opacity must not overlap: their ends are straight, and
  # the stroke's own ends are half discs.
  for piece in pieces:
    path = {
      'd': _curve(piece.points),
      'stroke': color,
      'stroke-width': _text(piece.width),
      'stroke-opacity': _text(piece.opacity),
    }
    ElementTree.SubElement(group, 'path', path)
  first, last = pieces[0], pieces[-1]
  for piece, end, neighbours in (
    (first, first.points[0], first.points[1:]),
    (last, last.points[2], last.points[1::-1]),
  ):
    path = {
      'd': _half_disc(end, neighbours, piece.width / 2),
      'fill': color,
      'fill-opacity': _text(piece.opacity),
    }
    ElementTree.SubElement(group, 'path', path)
  return group


def _pieces(
  canvas: canvas_lib.Canvas,
  points: _Points,
  start_pressure: float,
  stroke: canvas_lib.Stroke,
  scale: float,
) -> list[_Piece]:
  """Splits a stroke where its look changes; empty if it cannot be seen."""
  a, b, c = points
  # The curve is longer than its chord and shorter than its control polygon.
  polygon = np.hypot(*(b - a)) + np.hypot(*(c - b))
  length = (np.hypot(*(c - a)) + 2 * polygon) / 3

  def line(pressure: float) -> brush_profile.Line:
    stride = scale * length / canvas.substrokes
    return brush_profile.line(
      canvas.brush, pressure, scale * stroke.radius, stride
    )

  start, end = line(start_pressure), line(stroke.pressure)
  number = 1
  even = abs(start.opacity - end.opacity) < _EVEN
  if start_pressure != stroke.pressure:
    thin, wide = sorted((start.width, end.width))
    change = math.log(wide / max(thin, 0.05 * wide)) if wide else 0
    if not even:
      change = max(change, abs(start.opacity - end.opacity))
    number = min(max(1, math.ceil(change / _STEP)), _MAX_PIECES)
  overlap = min(_OVERLAP * stroke.radius / max(length, 1e-6), 1.0)
  pieces = []
  for i in range(number):
    share = (i + 0.5) / number
    pressure = (1 - share) * start_pressure + share * stroke.pressure
    width, opacity = line(pressure)
    if even:
      opacity = (start.opacity + end.opacity) / 2
    if opacity < _MIN_OPACITY:
      continue
    opacity = 1.0 if opacity > 1 - _STEP / 2 else round(opacity, 3)
    last = min((i + 1) / number + overlap, 1.0)
    pieces.append(
      _Piece(
        _part(points, i / number, last),
        width * stroke.radius,
        opacity,
      )
    )
  return pieces


def _part(points: _Points, first: float, last: float) -> _Points:
  """The part of a quadratic Bezier curve between two parameters."""

  def blossom(s: float, t: float) -> np.ndarray:
    a, b, c = points
    return (1 - s) * (1 - t) * a + ((1 - s) * t + s * (1 - t)) * b + s * t * c

  return np.array(
    [blossom(first, first), blossom(first, last), blossom(last, last)]
  )


def _curve(points: _Points) -> str:
  """A curve as path data; a point, which has no length, as a short line."""
  (y0, x0), (y1, x1), (y2, x2) = points
  if np.ptp(points, axis=0).max() == 0:
    return f'M{_text(x0)} {_text(y0)}h0.001'
  return (
    f'M{_text(x0)} {_text(y0)}Q{_text(x1)} {_text(y1)} {_text(x2)} {_text(y2)}'
  )


def _half_disc(end: np.ndarray, others: np.ndarray, radius: float) -> str:
  """A half disc at the end of a curve, away from it, as path data."""
  for other in others:  # The nearest that is not at `end` gives the direction.
    away = end - other
    length = np.hypot(*away)
    if length > 0:
      break
  else:
    away, length = np.array([0.0, 1.0]), 1.0
  y, x = away / length * radius
  (top, left), (bottom, right) = end + [x, -y], end - [x, -y]
  return (
    f'M{_text(left)} {_text(top)}A{_text(radius)} {_text(radius)} 0 0 0 '
    f'{_text(right)} {_text(bottom)}Z'
  )


def _color(canvas: canvas_lib.Canvas, color: easel.Color) -> str:
  """A colour as SVG; in a grey picture it is its luma (ITU-R BT.601)."""
  if canvas.channels == 1:
    color = (np.dot(color, (0.299, 0.587, 0.114)),) * 3
  return '#' + ''.join(f'{round(255 * value):02x}' for value in color)


def _background(canvas: canvas_lib.Canvas) -> str:
  if canvas.background == 'white':
    return 'white'
  values = bytes.fromhex(canvas.background[1:])
  return _color(canvas, tuple(value / 255 for value in values))


def _text(value: float) -> str:
  """A number as short as a thousandth allows."""
  return f'{value:.3f}'.rstrip('0').rstrip('.')
