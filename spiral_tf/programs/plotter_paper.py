"""Sheets of paper, in millimetres, and where on one a picture lies."""

import re
from typing import NamedTuple

from spiral_tf.programs import checks

# Millimetres, short side first (ISO 216, and ANSI).
SIZES = {
  'a0': (841.0, 1189.0),
  'a1': (594.0, 841.0),
  'a2': (420.0, 594.0),
  'a3': (297.0, 420.0),
  'a4': (210.0, 297.0),
  'a5': (148.0, 210.0),
  'a6': (105.0, 148.0),
  'letter': (215.9, 279.4),
  'legal': (215.9, 355.6),
  'tabloid': (279.4, 431.8),
}
_UNITS = {'mm': 1.0, 'cm': 10.0, 'in': 25.4}
_NUMBER = r'(\d+(?:\.\d*)?|\.\d+)'
_LENGTH = re.compile(rf'{_NUMBER} ?(mm|cm|in)')
_PAPER = re.compile(rf'{_NUMBER}x{_NUMBER} ?(mm|cm|in)')
# Sides of papers, millimetres.
_MIN_SIDE, _MAX_SIDE = 10.0, 5000.0


class Layout(NamedTuple):
  """Where a picture lies on a sheet, all in millimetres.

  Attributes:
    paper: height and width of the sheet.
    corner: the picture's upper left corner: from the top, from the left.
    size: height and width of the picture.
  """

  paper: tuple[float, float]
  corner: tuple[float, float]
  size: tuple[float, float]


def length(name: str, text: str, low: float, high: float) -> float:
  """Reads a length such as `0.5mm`, `1cm` or `0.25in`.

  Args:
    name: of what has this length.
    text: the length.
    low: millimetres, at least.
    high: millimetres, at most.

  Returns:
    Millimetres.

  Raises:
    ValueError: it is no length, or out of range.
  """
  match = isinstance(text, str) and _LENGTH.fullmatch(text.strip().lower())
  value = float(match[1]) * _UNITS[match[2]] if match else -1.0
  rule = f'a length from {low:g}mm to {high:g}mm, such as 0.5mm, 1cm or 0.25in'
  checks.that(bool(match) and low <= value <= high, name, text, rule)
  return value


def sides(text: str) -> tuple[float, float]:
  """Reads a size of paper such as `a4`, `letter` or `200x300mm`.

  Args:
    text: the size.

  Returns:
    Millimetres, the shorter side first.

  Raises:
    ValueError: there is no such size.
  """
  small = text.strip().lower() if isinstance(text, str) else ''
  if small in SIZES:
    return SIZES[small]
  match = _PAPER.fullmatch(small)
  rule = (
    f'one of {", ".join(SIZES)}, or a size such as 200x300mm, with sides from '
    f'{_MIN_SIDE:g}mm to {_MAX_SIDE:g}mm'
  )
  checks.that(bool(match), 'paper', text, rule)
  unit = _UNITS[match[3]]
  short, long = sorted(float(side) * unit for side in match.groups()[:2])
  checks.that(short >= _MIN_SIDE and long <= _MAX_SIDE, 'paper', text, rule)
  return short, long


def lay(paper: str, margin: str, height: float, width: float) -> Layout:
  """Puts a picture into the middle of a sheet, as large as it fits.

  A picture that is wider than high has the sheet across.

  Args:
    paper: see `sides`.
    margin: what stays free at each edge, a length.
    height: of the picture, in any unit.
    width: of the picture, in the same.

  Returns:
    Where it lies.

  Raises:
    ValueError: there is no such paper or margin, or nothing is left of the
      paper.
  """
  short, long = sides(paper)
  sheet = (short, long) if width > height else (long, short)
  free = length('margin', margin, 0, _MAX_SIDE)
  checks.that(
    2 * free < short - 1,
    'margin',
    margin,
    f'less than half of the short side of the paper, which is {short:g}mm',
  )
  scale = min(
    (sheet[0] - 2 * free) / height,
    (sheet[1] - 2 * free) / width,
  )
  size = (height * scale, width * scale)
  corner = ((sheet[0] - size[0]) / 2, (sheet[1] - size[1]) / 2)
  return Layout(sheet, corner, size)
