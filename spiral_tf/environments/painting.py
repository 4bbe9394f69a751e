"""A brush on a canvas (paper section 4.2, figure 3).

Each action draws one quadratic Bezier curve with a MyPaint brush, or lifts the
brush and moves it. The observation is what `spiral_tf.types` says of it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import functools
from typing import Any

import dm_env
from dm_env import specs
import numpy as np

from spiral_tf import types
from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.environments import actions
from spiral_tf.environments import mypaint

PAINT = 1  # The value of `flag` that paints; the other, 0, moves.
COLORS = ('red', 'green', 'blue')
_COLOR_BINS = 20
_MIN_PRESSURE = 0.1


class Painting(dm_env.Environment):
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

  The brush begins in the upper left cell, lifted. The reward is always 0: what
  a picture is worth is not for the environment to say.
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
    sections.EnvironmentConfig(  # Its rules hold here too.
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
    low, high = mypaint.limits.MIN_RADIUS, mypaint.limits.MAX_RADIUS
    for size in brush_sizes:
      rule = f'a radius is {low} to {high} pixels'
      fits = low <= size <= high
      fields.check(fits, 'environment.brush_sizes', tuple(brush_sizes), rule)
    most = mypaint.limits.MAX_SUBSTROKES
    rule, fits = f'it must be at most {most}', substrokes <= most
    fields.check(fits, 'environment.substrokes', substrokes, rule)
    self._episode_length = episode_length
    self._pen_down = pen_down
    self._substrokes = substrokes
    self._random = np.random.RandomState(seed)
    self._canvas = mypaint.Canvas(
      canvas_width, mypaint.brushes.load(brush), background
    )
    self._action_spec = _action_spec(
      grid_width, len(brush_sizes), num_pressures, color, pen_down
    )
    color_channels = 4 if background == 'transparent' else 3
    self._channels = color_channels if color else 1
    self._observation_spec = _observation_spec(
      canvas_width, self._channels, self._action_spec, noise_dim
    )

    # What the values of the components mean, looked up at each step.
    self._num_values = {k: s.num_values for k, s in self._action_spec.items()}
    cells = np.stack(np.divmod(np.arange(grid_width**2), grid_width), axis=1)
    centers = (cells + 0.5) * (canvas_width / grid_width)
    self._centers = centers.tolist()  # (row, column) of each cell, pixels.
    self._positions = (2 * cells / (grid_width - 1) - 1).astype(np.float32)
    self._sizes = [float(size) for size in brush_sizes]
    self._pressures = pressure_levels(num_pressures)
    self._color_values = color_levels()
    self._no_mask, self._jump_mask, self._paint_mask = (
      {k: np.float32(k in effective) for k in self._action_spec}
      for effective in ((), ('flag', 'end'), self._action_spec)
    )

    self._step = 0
    self._cell = 0  # Where the brush is.
    self._drawing = False  # Whether the next curve continues a sequence.
    self._stroke_start = False
    self._action_mask = self._no_mask
    self._noise = np.zeros([noise_dim], np.float32)
    self._reset_next_step = True

  def action_spec(self) -> dict[str, specs.DiscreteArray]:
    """The components of an action, in the order they are to be chosen in."""
    return dict(self._action_spec)

  def observation_spec(self) -> dict[str, Any]:
    """What is seen; see `spiral_tf.types`."""
    mask = dict(self._observation_spec['action_mask'])
    return {**self._observation_spec, 'action_mask': mask}

  def reset(self) -> dm_env.TimeStep:
    """Begins an episode: an empty canvas, the brush in the upper left cell."""
    self._reset_next_step = False
    self._step = 0
    self._cell = 0
    self._drawing = False
    self._stroke_start = False
    self._action_mask = self._no_mask
    self._noise = self._random.standard_normal(self._noise.shape)
    self._canvas.reset(*self._centers[0])
    return dm_env.restart(self._observation())

  def step(self, action: types.Action) -> dm_env.TimeStep:
    """Paints or moves, or begins a new episode if the last one has ended.

    Args:
      action: an integer for each component of `action_spec`.

    Returns:
      The time step after it.

    Raises:
      ValueError: a component is missing, unknown, not an integer or out of
        range. Nothing has changed then.
    """
    if self._reset_next_step:
      return self.reset()
    values = actions.checked(action, self._num_values)
    end = values['end']
    paint = self._step > 0 if self._pen_down else values['flag'] == PAINT
    if paint:
      self._paint(values)
    else:
      self._canvas.move_to(*self._centers[end])
    self._stroke_start = paint and not self._drawing
    self._drawing = paint
    self._action_mask = self._paint_mask if paint else self._jump_mask
    self._cell = end
    self._step += 1
    if self._step == self._episode_length:
      self._reset_next_step = True
      return dm_env.termination(reward=0.0, observation=self._observation())
    return dm_env.transition(reward=0.0, observation=self._observation())

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

  def _observation(self) -> types.Observation:
    """A new observation that shares no memory with anything."""
    observation = {
      'canvas': self._canvas.to_array(self._channels),
      'position': self._positions[self._cell].copy(),
      'step_fraction': np.array(
        self._step / self._episode_length, dtype=np.float32
      ),
      'action_mask': {k: np.array(v) for k, v in self._action_mask.items()},
      'stroke_start': np.array(self._stroke_start, dtype=np.float32),
    }
    if self._noise.size:
      observation['noise'] = self._noise.astype(np.float32)
    return observation


@functools.cache
def pressure_levels(number: int) -> tuple[float, ...]:
  """What the values of `pressure` mean; with one value it is 1."""
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


def _observation_spec(
  canvas_width: int, channels: int, action_spec: types.ActionSpec, noise: int
) -> dict[str, Any]:
  """Shapes, types and bounds of what `Painting` shows."""

  def bounded(
    name: str, low: float, shape: tuple[int, ...] = ()
  ) -> specs.Array:
    return specs.BoundedArray(shape, np.float32, low, 1.0, name)

  spec = {
    'canvas': specs.BoundedArray(
      (canvas_width, canvas_width, channels), np.uint8, 0, 255, 'canvas'
    ),
    'position': bounded('position', -1.0, (2,)),
    'step_fraction': bounded('step_fraction', 0.0),
    'action_mask': {name: bounded(name, 0.0) for name in action_spec},
    'stroke_start': bounded('stroke_start', 0.0),
  }
  if noise:
    spec['noise'] = specs.Array((noise,), np.float32, 'noise')
  return spec
