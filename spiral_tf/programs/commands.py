"""The records of a program: its commands, and who carries them out.

Each checks itself when it is made.
"""

import dataclasses
import re
from typing import Any

from spiral_tf.environments import mypaint
from spiral_tf.environments.mujoco import stage

# A place on the canvas: row and column in cells of the grid, counted from the
# centre of the upper left one. Agents choose whole numbers.
Point = tuple[float, float]
# Red, green and blue, each in [0, 1].
Color = tuple[float, float, float]

MAX_WIDTH = mypaint.MAX_WIDTH  # Width of a canvas, pixels.
MIN_RADIUS, MAX_RADIUS = mypaint.MIN_RADIUS, mypaint.MAX_RADIUS  # Pixels.
KINDS = ('cube', 'sphere', 'cylinder', 'ellipsoid')
_LONGEST_NAME = 100  # Of a brush, characters.
# A path without a dot in front of any part.
_BRUSH = re.compile(r'[\w#+%(-][\w#+%(). -]*(/[\w#+%(-][\w#+%(). -]*)*')
_BACKGROUND = re.compile('white|transparent|#[0-9a-f]{6}')


@dataclasses.dataclass(frozen=True)
class Move:
  """Lifts the brush and puts it down at `end`.

  Attributes:
    end: where to.
  """

  end: Point

  def __post_init__(self):
    _check_point('end', self.end)


@dataclasses.dataclass(frozen=True)
class Stroke:
  """Draws a quadratic Bezier curve from where the brush is.

  Attributes:
    control: the control point.
    end: where the curve ends.
    pressure: at the end, in [0, 1]. Within a sequence of strokes it changes
      linearly from that of the stroke before; the first has it all along.
    radius: of the brush, pixels of the program's canvas.
    color: of the paint.
  """

  control: Point
  end: Point
  pressure: float
  radius: float
  color: Color = (0.0, 0.0, 0.0)

  def __post_init__(self):
    _check_point('control', self.control)
    _check_point('end', self.end)
    check_range('pressure', self.pressure, 0, 1)
    check_range('radius', self.radius, MIN_RADIUS, MAX_RADIUS)
    _check_tuple('color', self.color, 3)
    for value in self.color:
      check_range('color', value, 0, 1)


@dataclasses.dataclass(frozen=True)
class Put:
  """Puts an object on the stage.

  Attributes:
    kind: one of `KINDS`.
    location: row and column of the grid, whole numbers; row 0 is the farthest.
    size: 0, 1 or 2.
    color: levels of red, green and blue, each 0 to 3.
    replace: whether it takes the place of the most recent object.
  """

  kind: str
  location: tuple[int, int]
  size: int
  color: tuple[int, int, int]
  replace: bool = False

  def __post_init__(self):
    _check(self.kind in KINDS, 'kind', self.kind, f'one of {", ".join(KINDS)}')
    _check_tuple('location', self.location, 2)
    for value in self.location:
      check_index('location', value, MAX_WIDTH)
    check_index('size', self.size, stage.NUM_SIZES)
    _check_tuple('color', self.color, 3)
    for value in self.color:
      check_index('color', value, stage.NUM_COLOR_LEVELS)
    _check(
      isinstance(self.replace, bool), 'replace', self.replace, 'true or false'
    )


Command = Move | Stroke | Put


@dataclasses.dataclass(frozen=True)
class Painting:
  """A brush on a square canvas. It begins in the upper left cell, lifted.

  Attributes:
    canvas_width: pixels.
    grid_width: rows, and columns, of the grid of places.
    brush: a brush of mypaint-brushes, by name.
    background: 'white', 'transparent' or a colour, '#rrggbb'.
    channels: of the picture: 1 for grey, 3 for colour, 4 with alpha.
    substrokes: straight pieces of one curve.
    brush_sizes: radii the agent could choose from, pixels; information only.
  """

  canvas_width: int
  grid_width: int
  brush: str
  background: str = 'white'
  channels: int = 1
  substrokes: int = 50
  brush_sizes: tuple[float, ...] = ()

  def __post_init__(self):
    check_index('canvas_width', self.canvas_width, MAX_WIDTH + 1, 1)
    check_index('grid_width', self.grid_width, MAX_WIDTH + 1, 1)
    fits = (
      isinstance(self.brush, str)
      and len(self.brush) <= _LONGEST_NAME
      and _BRUSH.fullmatch(self.brush)
    )
    rule = 'the name of a brush, such as "classic/pen"'
    _check(bool(fits), 'brush', self.brush, rule)
    fits = isinstance(self.background, str) and _BACKGROUND.fullmatch(
      self.background
    )
    rule = '"white", "transparent" or a colour such as "#f0e6d2"'
    _check(bool(fits), 'background', self.background, rule)
    fits = type(self.channels) is int and self.channels in (1, 3, 4)
    _check(fits, 'channels', self.channels, '1, 3 or 4')
    check_index('substrokes', self.substrokes, mypaint.MAX_SUBSTROKES + 1, 1)
    fits = isinstance(self.brush_sizes, tuple)
    _check(fits, 'brush_sizes', self.brush_sizes, 'a list of radii')
    for size in self.brush_sizes:
      check_range('brush_sizes', size, MIN_RADIUS, MAX_RADIUS)


@dataclasses.dataclass(frozen=True)
class Stage:
  """A platform for objects, empty at first.

  Attributes:
    canvas_width: pixels.
    grid_width: rows, and columns, of the grid of places.
    max_objects: the platform has room for.
  """

  canvas_width: int
  grid_width: int
  max_objects: int = 20

  def __post_init__(self):
    check_index('canvas_width', self.canvas_width, MAX_WIDTH + 1, 1)
    check_index('grid_width', self.grid_width, MAX_WIDTH + 1, 2)
    check_index('max_objects', self.max_objects, 1001, 1)


Renderer = Painting | Stage


def _check(holds: bool, name: str, value: Any, rule: str) -> None:
  if not holds:
    text = repr(value)
    if len(text) > 80:
      text = text[:77] + '...'
    raise ValueError(f'{name} is {text}, but it must be {rule}.')


def check_range(name: str, value: Any, low: float, high: float) -> None:
  """Raises a ValueError unless a value is a number from `low` to `high`."""
  # Whoever paints many pictures makes many strokes, so no text before need be.
  if type(value) in (int, float) and low <= value <= high:
    return
  _check(False, name, value, f'a number from {low:g} to {high:g}')


def check_index(name: str, value: Any, end: int, start: int = 0) -> None:
  """Raises a ValueError unless a value is an integer in [`start`, `end`)."""
  holds = type(value) is int and start <= value < end
  _check(holds, name, value, f'a whole number from {start} to {end - 1}')


def _check_tuple(name: str, value: Any, length: int) -> None:
  if not isinstance(value, tuple) or len(value) != length:
    _check(False, name, value, f'{length} numbers')


def _check_point(name: str, value: Any) -> None:
  _check_tuple(name, value, 2)
  for coordinate in value:
    check_range(name, coordinate, -2 * MAX_WIDTH, 2 * MAX_WIDTH)
