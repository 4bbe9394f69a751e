"""Programs: the commands behind a picture, as a value that people can keep.

A program has what it takes to make its picture again: who draws (a brush on a
canvas, or a stage with objects) and the ordered commands. Places are in cells
of a grid and radii in pixels of the program's own canvas, so that a program can
be rendered at any size (figure 6 of the paper).
"""

from collections.abc import Mapping
from collections.abc import Sequence
import colorsys
import dataclasses
import math
from typing import Any

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import painting
from spiral_tf.environments import scenes
from spiral_tf.programs import commands as commands_lib
from spiral_tf.programs.commands import Move as Move
from spiral_tf.programs.commands import Painting as Painting
from spiral_tf.programs.commands import Put as Put
from spiral_tf.programs.commands import Stage as Stage
from spiral_tf.programs.commands import Stroke as Stroke

MAX_COMMANDS = 100_000
# Neighbouring hues differ most when they are this part of a turn apart.
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclasses.dataclass(frozen=True)
class Program:
  """The ordered commands of one picture, and who carries them out.

  Attributes:
    renderer: settings of who carries them out.
    commands: `Move`s and `Stroke`s of a `Painting`, `Put`s of a `Stage`.
  """

  renderer: commands_lib.Renderer
  commands: tuple[commands_lib.Command, ...]

  def __post_init__(self):
    if not isinstance(self.renderer, (Painting, Stage)):
      raise ValueError(
        f'renderer is {self.renderer!r}, but it must be a Painting or a Stage.'
      )
    object.__setattr__(self, 'commands', tuple(self.commands))
    count = len(self.commands)
    if count > MAX_COMMANDS:
      raise ValueError(
        f'there are {count:,} commands, but a program has at most '
        f'{MAX_COMMANDS:,}.'
      )
    for i, command in enumerate(self.commands):
      try:
        self._check_command(command)
      except ValueError as error:
        raise ValueError(f'command {i} (counted from 0): {error}') from None

  @property
  def num_strokes(self) -> int:
    """How many strokes, or objects, there are."""
    return sum(not isinstance(command, Move) for command in self.commands)

  def up_to(self, number: int) -> 'Program':
    """The program of the first `number` commands.

    Raises:
      ValueError: `number` is negative or larger than the program.
    """
    if not 0 <= number <= len(self.commands):
      raise ValueError(
        f'the program has {len(self.commands)} commands, so it has no first '
        f'{number}; choose 0 to {len(self.commands)}.'
      )
    return dataclasses.replace(self, commands=self.commands[:number])

  def with_brush(self, brush: str) -> 'Program':
    """The same strokes with another brush, see `Painting.brush`.

    Raises:
      ValueError: that cannot be the name of a brush, or nothing is painted.
    """
    return self._with_painting('brush', brush=brush)

  def with_background(self, background: str) -> 'Program':
    """The same strokes on another background, see `Painting.background`.

    Raises:
      ValueError: it is no background, or nothing is painted.
    """
    channels = 4 if background == 'transparent' else 3
    if background == 'white' and getattr(self.renderer, 'channels', 3) == 1:
      channels = 1
    return self._with_painting(
      'background', background=background, channels=channels
    )

  def with_stroke_colors(self) -> 'Program':
    """The same strokes, each in a colour of its own (figure 6).

    Raises:
      ValueError: nothing is painted.
    """
    colored = self._with_painting(
      'stroke colors', channels=max(3, getattr(self.renderer, 'channels', 3))
    )
    commands, number = [], 0
    for command in self.commands:
      if isinstance(command, Stroke):
        command = dataclasses.replace(command, color=stroke_color(number))
        number += 1
      commands.append(command)
    return dataclasses.replace(colored, commands=tuple(commands))

  def render(self, size: int | None = None) -> np.ndarray:
    """The picture; see `spiral_tf.programs.rendering.render`."""
    from spiral_tf.programs import rendering

    return rendering.render(self, size)

  def save(self, *paths: str, size: int | None = None) -> None:
    """Writes files, each in its extension's format; see `programs.formats`."""
    from spiral_tf.programs import formats

    formats.save(self, paths, size)

  def _with_painting(self, what: str, **changes) -> 'Program':
    if not isinstance(self.renderer, Painting):
      raise ValueError(f'{what}: only paintings have one, and this is a scene.')
    renderer = dataclasses.replace(self.renderer, **changes)
    return dataclasses.replace(self, renderer=renderer)

  def _check_command(self, command: commands_lib.Command) -> None:
    if isinstance(self.renderer, Stage):
      if not isinstance(command, Put):
        raise ValueError(f'{command!r} is not for a stage; it must be a Put.')
      for value in command.location:
        commands_lib.check_index('location', value, self.renderer.grid_width)
      return
    if not isinstance(command, (Move, Stroke)):
      raise ValueError(
        f'{command!r} is not for a canvas; it must be a Move or a Stroke.'
      )
    limit = 2 * self.renderer.grid_width
    places = [('end', command.end)]
    if isinstance(command, Stroke):
      places.append(('control', command.control))
    for name, (row, column) in places:
      if max(row, column) > limit or min(row, column) < -limit:
        for value in (row, column):
          commands_lib.check_range(name, value, -limit, limit)


def stroke_color(number: int) -> commands_lib.Color:
  """A strong colour for stroke `number`, unlike those of its neighbours."""
  return colorsys.hsv_to_rgb(number * _GOLDEN % 1, 0.85, 0.8)


def from_actions(
  config: sections.EnvironmentConfig,
  actions: Mapping[str, Sequence[int]],
) -> Program:
  """The program that an agent's actions in an episode are.

  Args:
    config: of the environment, "painting" or "scenes".
    actions: for each component of its `action_spec`, int `[T]`.

  Returns:
    The program. Actions that had no effect are left out.
  """
  rows = {name: np.asarray(x).tolist() for name, x in actions.items()}
  steps = [dict(zip(rows, values)) for values in zip(*rows.values())]
  if config.name == 'scenes':
    return _scene(config, steps)
  return _painting(config, steps)


def _painting(
  config: sections.EnvironmentConfig, steps: Sequence[Mapping[str, int]]
) -> Program:
  pressures = painting.pressure_levels(config.num_pressures)
  colors = painting.color_levels()
  channels = 1
  if config.color:
    channels = 4 if config.background == 'transparent' else 3
  renderer = Painting(
    canvas_width=config.canvas_width,
    grid_width=config.grid_width,
    brush=config.brush,
    background=config.background,
    channels=channels,
    substrokes=config.substrokes,
    brush_sizes=tuple(config.brush_sizes),
  )
  commands = []
  for i, step in enumerate(steps):
    end = divmod(step['end'], config.grid_width)
    paints = i > 0 if config.pen_down else step['flag'] == painting.PAINT
    if not paints:
      commands.append(_unchecked(Move, end=end))
      continue
    commands.append(
      _unchecked(
        Stroke,
        control=divmod(step['control'], config.grid_width),
        end=end,
        pressure=pressures[step.get('pressure', 0)],
        radius=float(config.brush_sizes[step.get('size', 0)]),
        color=tuple(colors[step.get(name, 0)] for name in painting.COLORS),
      )
    )
  return _unchecked(Program, renderer=renderer, commands=tuple(commands))


def _unchecked(record: type, **fields: Any) -> Any:
  """A record of fields that are right, because tables here gave them.

  Agents paint hundreds of pictures a second; the checks would take a twentieth
  of the time.
  """
  made = object.__new__(record)
  made.__dict__.update(fields)
  return made


def _scene(
  config: sections.EnvironmentConfig, steps: Sequence[Mapping[str, int]]
) -> Program:
  commands, objects = [], 0
  for step in steps:
    replace = step['move'] == scenes.CHANGE
    adds = step['move'] == scenes.ADD and objects < config.max_objects
    if not adds and not (replace and objects):
      continue
    objects += adds
    commands.append(
      Put(
        kind=commands_lib.KINDS[step['kind']],
        location=divmod(step['location'], config.grid_width),
        size=step['size'],
        color=(step['red'], step['green'], step['blue']),
        replace=replace,
      )
    )
  renderer = Stage(config.canvas_width, config.grid_width, config.max_objects)
  return Program(renderer, tuple(commands))
