"""Paintings: a brush on a canvas, its moves and its strokes."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import re
from typing import ClassVar

from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.environments import painting
from spiral_tf.programs import checks
from spiral_tf.programs import easel as easel_lib
from spiral_tf.programs import renderer

# Characters of a brush's name, at most.
_LONGEST_NAME = 100
# The name of a brush: a path, no part of which begins with a dot.
_BRUSH = re.compile(r'[\w#+%(-][\w#+%(). -]*(/[\w#+%(-][\w#+%(). -]*)*')
_BACKGROUND = re.compile('white|transparent|#[0-9a-f]{6}')


@dataclasses.dataclass(frozen=True)
class Move:
  """Lifts the brush and puts it down at `end`.

  Attributes:
    end: where to.
  """

  end: easel_lib.Point

  def __post_init__(self):
    checks.point('end', self.end)

  def carry_out(self, easel: easel_lib.Easel) -> None:
    """Moves the brush."""
    easel.move_to(self.end)


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

  control: easel_lib.Point
  end: easel_lib.Point
  pressure: float
  radius: float
  color: easel_lib.Color = (0.0, 0.0, 0.0)

  def __post_init__(self):
    checks.point('control', self.control)
    checks.point('end', self.end)
    checks.number('pressure', self.pressure, 0, 1)
    checks.number('radius', self.radius, mypaint.MIN_RADIUS, mypaint.MAX_RADIUS)
    checks.length('color', self.color, 3)
    for value in self.color:
      checks.number('color', value, 0, 1)

  def carry_out(
    self, easel: easel_lib.Easel, first: int = 0, last: int | None = None
  ) -> None:
    """Draws the curve, or its pieces from `first + 1` to `last`."""
    easel.stroke(
      self.control,
      self.end,
      self.pressure,
      self.radius,
      self.color,
      first,
      last,
    )


@dataclasses.dataclass(frozen=True)
class Canvas(renderer.Renderer):
  """A brush on a canvas. It begins in the upper left cell, lifted.

  Attributes:
    canvas_width: pixels.
    canvas_height: pixels; None, which becomes `canvas_width`, for a square.
    grid_width: columns of the grid of places. Its cells are square, so that
      there are as many rows as fit into the height; the last one may be cut.
    brush: a brush of mypaint-brushes, by name. Of one for people, such as
      'chalk', it becomes the real one, which others know, too.
    background: 'white', 'transparent' or a colour, '#rrggbb'.
    channels: of the picture: 1 for grey, 3 for colour, 4 with alpha.
    substrokes: straight pieces of one curve.
    brush_sizes: radii the agent could choose from, pixels; information only.
  """

  name: ClassVar = 'painting'
  noun: ClassVar = 'a painting'
  command_kinds: ClassVar = {'move': Move, 'stroke': Stroke}
  unseen: ClassVar = (Move,)
  forms: ClassVar = (*renderer.Renderer.forms, '.svg')
  has_brush: ClassVar = True

  canvas_width: int
  canvas_height: int | None = dataclasses.field(
    default=None, kw_only=True, metadata=renderer.since(2)
  )
  grid_width: int
  brush: str
  background: str = 'white'
  channels: int = 1
  substrokes: int = 50
  brush_sizes: tuple[float, ...] = ()

  def __post_init__(self):
    checks.index('canvas_width', self.canvas_width, checks.MAX_WIDTH + 1, 1)
    checks.index('grid_width', self.grid_width, checks.MAX_WIDTH + 1, 1)
    if self.canvas_height is None:
      object.__setattr__(self, 'canvas_height', self.canvas_width)
    checks.index('canvas_height', self.canvas_height, checks.MAX_WIDTH + 1, 1)
    # Else there were places on the canvas that `checks.point` refuses.
    most = checks.MAX_WIDTH * self.canvas_width // self.grid_width
    rule = (
      f'at most {most}: the grid has {self.grid_width} columns, and may have '
      f'{checks.MAX_WIDTH} rows; take fewer columns'
    )
    fits = self.canvas_height <= most
    checks.that(fits, 'canvas_height', self.canvas_height, rule)
    fits = (
      isinstance(self.brush, str)
      and len(self.brush) <= _LONGEST_NAME
      and _BRUSH.fullmatch(self.brush)
    )
    rule = 'the name of a brush, such as "classic/pen"'
    checks.that(bool(fits), 'brush', self.brush, rule)
    real_name = mypaint.named.real_name(self.brush)
    object.__setattr__(self, 'brush', real_name)
    fits = isinstance(self.background, str) and _BACKGROUND.fullmatch(
      self.background
    )
    rule = '"white", "transparent" or a colour such as "#f0e6d2"'
    checks.that(bool(fits), 'background', self.background, rule)
    fits = type(self.channels) is int and self.channels in (1, 3, 4)
    checks.that(fits, 'channels', self.channels, '1, 3 or 4')
    checks.index('substrokes', self.substrokes, mypaint.MAX_SUBSTROKES + 1, 1)
    fits = isinstance(self.brush_sizes, tuple)
    checks.that(fits, 'brush_sizes', self.brush_sizes, 'a list of radii')
    for size in self.brush_sizes:
      checks.number('brush_sizes', size, mypaint.MIN_RADIUS, mypaint.MAX_RADIUS)

  @property
  def pieces(self) -> int:
    """The straight pieces of a curve."""
    return self.substrokes

  @classmethod
  def of(cls, environment: sections.EnvironmentConfig) -> 'Canvas':
    """The canvas that an environment shows; see `renderer.Renderer.of`."""
    channels = 1
    if environment.color:
      channels = 4 if environment.background == 'transparent' else 3
    return cls(
      canvas_width=environment.canvas_width,
      grid_width=environment.grid_width,
      brush=environment.brush,
      background=environment.background,
      channels=channels,
      substrokes=environment.substrokes,
      brush_sizes=tuple(environment.brush_sizes),
    )

  def commands(
    self,
    environment: sections.EnvironmentConfig,
    steps: Sequence[Mapping[str, int]],
  ) -> tuple[Move | Stroke, ...]:
    """The moves and strokes of an episode; see `renderer.Renderer.commands`."""
    pressures = painting.pressure_levels(environment.num_pressures)
    colors = painting.color_levels()
    made = []
    for i, step in enumerate(steps):
      end = divmod(step['end'], self.grid_width)
      paints = i > 0 if environment.pen_down else step['flag'] == painting.PAINT
      if not paints:
        made.append(checks.unchecked(Move, end=end))
        continue
      made.append(
        checks.unchecked(
          Stroke,
          control=divmod(step['control'], self.grid_width),
          end=end,
          pressure=pressures[step.get('pressure', 0)],
          radius=float(environment.brush_sizes[step.get('size', 0)]),
          color=tuple(colors[step.get(name, 0)] for name in painting.COLORS),
        )
      )
    return tuple(made)

  def check(self, command: Move | Stroke) -> None:
    """Raises a ValueError if a command goes too far from the canvas."""
    columns = 2 * self.grid_width
    rows = columns * self.canvas_height / self.canvas_width
    places = [('end', command.end)]
    if isinstance(command, Stroke):
      places.append(('control', command.control))
    for name, (row, column) in places:
      checks.number(name, row, -rows, rows)
      checks.number(name, column, -columns, columns)

  def begin(
    self, size: int, commands: Sequence[Move | Stroke]
  ) -> easel_lib.Easel:
    """An empty canvas; see `renderer.Renderer.begin`."""
    strokes = (c for c in commands if isinstance(c, Stroke))
    radius = max((stroke.radius for stroke in strokes), default=0)
    radius *= size / self.own_size
    if radius > mypaint.MAX_RADIUS:
      raise ValueError(
        f'at size {size} the largest stroke has a radius of {radius:.0f} '
        f'pixels, but the brush engine draws at most {mypaint.MAX_RADIUS:.0f}; '
        'choose a smaller size.'
      )
    return self.easel(size)

  def easel(self, size: int) -> easel_lib.Easel:
    """An empty canvas for strokes of any radius.

    Args:
      size: pixels of the longer side.

    Returns:
      The canvas. Too large a radius becomes the largest that there is.

    Raises:
      ValueError: there is no such brush here, or the size is out of range.
    """
    checks.index('size', size, checks.MAX_WIDTH + 1, 1)
    return easel_lib.Easel(
      self.shape(size),
      size / self.own_size,
      size * self.canvas_width / self.own_size / self.grid_width,
      self.brush,
      self.background,
      self.channels,
      self.substrokes,
    )
