"""A brush on a canvas (paper section 4.2, figure 3).

Each action draws one quadratic Bezier curve with a MyPaint brush, or lifts the
brush and moves it. The observation is what `spiral_tf.types` says of it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import functools

from dm_env import specs
import numpy as np

from spiral_tf import types
from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.environments import episodic
from spiral_tf.environments import mypaint

PAINT = 1  # The value of `flag` that paints; the other, 0, moves.
COLORS = ('red', 'green', 'blue')
_COLOR_BINS = 20  # Levels of each colour.
_MIN_PRESSURE = 0.1  # The lowest of several levels of pressure.


class Painting(episodic.Episodic):
  """Draws with one brush, a fixed number of actions an episode.

  The components of an action, each after those that decide whether it has an
  effect:

  * `flag`: 1 paints a curve, 0 lifts the brush and moves it to `end`;
  * `end`, `control`: cells of the grid; the curve goes from where the brush is
    to the centre of `end`, drawn towards the centre of `control`;
  * `size`: index into `brush_sizes`;
  * `pressure`: `num_pressures` levels from 0.1 to 1, at the end of the curve;
    within a sequence of curves it changes linearly from the end before;
  * `red`, `green`, `blue`: 20 levels from 0 to 1.

  The brush begins in the upper left cell, lifted.
  """

  def __init__(
    self,
    episode_length: int = 20,
    canvas_width: int = 64,
    grid_width: int = 32,
    brush: str = 'classic/dry_brush',
    brush_sizes: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 12.0, 24.0),
    num_pressures: int = 10,
    color: bool = False,
    background: str = 'white',
    substrokes: int = 50,
    pen_down: bool = False,
    noise_dim: int = 10,
    seed: int | None = None,
  ):
    """Creates the environment.

    Args:
      episode_length: actions an episode.
      canvas_width: width and height of the canvas, pixels.
      grid_width: rows, and columns, of the grid of locations.
      brush: a brush of mypaint-brushes, by name.
      brush_sizes: radii, pixels; with one there is no `size`.
      num_pressures: levels of pressure; with 1 there is no `pressure`, and the
        pressure is 1.
      color: whether there are `red`, `green` and `blue`; if not, all is black
        and the canvas has one channel.
      background: 'white', or 'transparent': then the canvas of a colour
        environment has a fourth channel, alpha, and that of a grayscale one is
        alpha, 0 where nothing was drawn.
      substrokes: straight pieces of one curve.
      pen_down: leaves out `flag`: the first action moves, the others draw.
      noise_dim: size of the noise in the observation; with 0 there is none.
      seed: seed of the noise; the brush is the same in every episode.

    Raises:
      ValueError: an argument is out of range, or there is no such brush.
    """
    sections.EnvironmentConfig(  # Refuses what is out of range.
      episode_length=episode_length,
      canvas_width=canvas_width,
      grid_width=grid_width,
      brush=brush,
      brush_sizes=tuple(brush_sizes),
      num_pressures=num_pressures,
      color=color,
      background=background,
      substrokes=substrokes,
      pen_down=pen_down,
      noise_dim=noise_dim,
    )
    least, most = mypaint.MIN_RADIUS, mypaint.MAX_RADIUS
    for size in brush_sizes:
      rule = f'a radius is {least} to {most} pixels'
      fits = least <= size <= most
      fields.check(fits, 'environment.brush_sizes', tuple(brush_sizes), rule)
    rule = f'it must be at most {mypaint.MAX_SUBSTROKES}'
    fits = substrokes <= mypaint.MAX_SUBSTROKES
    fields.check(fits, 'environment.substrokes', substrokes, rule)
    color_channels = 4 if background == 'transparent' else 3
    self._channels = color_channels if color else 1
    super().__init__(
      _action_spec(
        grid_width, len(brush_sizes), num_pressures, color, pen_down
      ),
      (canvas_width, canvas_width, self._channels),
      episode_length,
      noise_dim,
      seed,
      other_specs={
        'position': episodic.bounded('position', -1.0, (2,)),
        'stroke_start': episodic.bounded('stroke_start'),
      },
    )
    self._pen_down = pen_down
    self._substrokes = substrokes
    self._canvas = mypaint.Canvas(
      canvas_width, mypaint.brushes.load(brush), background
    )

    # What the values of the components mean, looked up at each step.
    cells = np.stack(np.divmod(np.arange(grid_width**2), grid_width), axis=1)
    centers = (cells + 0.5) * (canvas_width / grid_width)
    self._centers = centers.tolist()  # (row, column) of each cell, pixels.
    self._positions = (2 * cells / (grid_width - 1) - 1).astype(np.float32)
    self._sizes = [float(size) for size in brush_sizes]
    self._pressures = pressure_levels(num_pressures)
    self._color_values = color_levels()
    # The components that decide where to move.
    self._moving = ('end',) if pen_down else ('flag', 'end')

    self._cell = 0  # Where the brush is.
    self._moved = False  # Whether the brush has been put anywhere yet.
    self._drawing = False  # Whether the next curve continues a sequence.
    self._stroke_start = False  # Whether the last action began a sequence.

  def _begin(self) -> None:
    """Empties the canvas, and puts the brush over the upper left cell."""
    self._cell = 0
    self._moved = False
    self._drawing = False
    self._stroke_start = False
    self._canvas.reset(*self._centers[0])

  def _act(self, action: dict[str, int]) -> tuple[str, ...]:
    """Paints or moves."""
    end = action['end']
    paint = self._moved if self._pen_down else action['flag'] == PAINT
    if paint:
      self._paint(action)
    else:
      self._canvas.move_to(*self._centers[end])
    self._stroke_start = paint and not self._drawing
    self._drawing = paint
    self._moved = True
    self._cell = end
    return self._components if paint else self._moving

  def _look(self) -> dict[str, np.ndarray]:
    """Shows the canvas, and what the brush does."""
    return {
      'canvas': self._canvas.to_array(self._channels),
      'position': self._positions[self._cell].copy(),
      'stroke_start': np.array(self._stroke_start, dtype=np.float32),
    }

  def _paint(self, values: Mapping[str, int]) -> None:
    """Draws the curve."""
    pressure = self._pressures[values.get('pressure', 0)]
    radius = self._sizes[values.get('size', 0)]
    self._canvas.stroke(
      *self._centers[values['control']],
      *self._centers[values['end']],
      pressure,
      radius,
      *(self._color_values[values.get(color, 0)] for color in COLORS),
      self._substrokes,
    )


@functools.cache
def pressure_levels(number: int) -> tuple[float, ...]:
  """What the values of `pressure` mean.

  Args:
    number: how many there are.

  Returns:
    The pressure of each, evenly from 0.1 to 1; if there is only one, 1.
  """
  if number == 1:
    return (1.0,)
  return tuple(np.linspace(_MIN_PRESSURE, 1, number).tolist())


@functools.cache
def color_levels() -> tuple[float, ...]:
  """What the values of `red`, `green` and `blue` mean."""
  return tuple(np.linspace(0, 1, _COLOR_BINS).tolist())


def _action_spec(
  grid_width: int,
  num_sizes: int,
  num_pressures: int,
  color: bool,
  pen_down: bool,
) -> dict[str, specs.DiscreteArray]:
  """The components there are, in the order of `Painting`'s docstring."""
  spec = {}
  if not pen_down:
    spec['flag'] = specs.DiscreteArray(2, name='flag')
  for name in ('end', 'control'):
    spec[name] = types.LocationArray(grid_width, name=name)
  if num_sizes > 1:
    spec['size'] = specs.DiscreteArray(num_sizes, name='size')
  if num_pressures > 1:
    spec['pressure'] = specs.DiscreteArray(num_pressures, name='pressure')
  if color:
    for name in COLORS:
      spec[name] = specs.DiscreteArray(_COLOR_BINS, name=name)
  return spec
