"""Paints pictures larger than an agent's canvas: windows, coarse to fine.

The image is covered with a grid of windows, 1x1 first, then 2x2, 4x4 and so on,
in which neighbours overlap by half. An agent reproduces what it sees in each
window on a canvas of its own. Its strokes are then tried on the large canvas,
one by one, and those stay that bring the picture nearer to the image. So large
strokes come first and small ones go where something is missing, and seams
between windows are painted over as any other error is.

The agent chooses the strokes. Their colours may be measured in the image
instead, which brings the picture much nearer; but then strokes of an agent that
was never trained are as good, for it is the trying that paints.
"""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
from typing import Any

import numpy as np

from spiral_tf.agents import inputs
from spiral_tf.environments import mypaint
from spiral_tf.programs import commands
from spiral_tf.programs import program as program_lib

MAX_TILES = 64
# Of the canvas on which strokes are tried, pixels.
_MAX_TRIAL_WIDTH = 1024
# Windows that are painted before their strokes are tried.
_WINDOWS = 64


def paint(
  agent: Any,
  image: np.ndarray,
  tiles: int,
  samples: int,
  temperature: float,
  seed: int,
  fit: str,
  picture_colors: bool = False,
  report: Callable[[int, int], None] | None = None,
) -> program_lib.Program:
  """Paints an image; see the module, and `painter.Agent.paint_tiles`.

  Args:
    agent: a `painter.Agent`.
    image: uint8 `[H, W, 3]`.
    tiles: windows a row, and a column, of the finest grid.
    samples: paintings of each window to take strokes from.
    temperature: of the agent.
    seed: equal seeds make equal paintings.
    fit: see `inputs.fit`.
    picture_colors: whether each stroke takes the mean colour of what it covers
      in the image, instead of the one that the agent chose.
    report: told how many of the windows are done.

  Returns:
    A program whose canvas is `tiles` times as wide as the agent's.

  Raises:
    ValueError: an argument is out of range, or the agent is not one that
      reproduces images with a brush on white paper.
  """
  settings = agent.config.environment
  if not agent.conditional or settings.name != 'painting':
    raise ValueError(
      'tiles need an agent that reproduces images with a brush; this one '
      'does not.'
    )
  if settings.background != 'white':
    raise ValueError('tiles need an agent that paints on white paper.')
  commands.check_index('tiles', tiles, MAX_TILES + 1, 1)
  width = agent.canvas_width * tiles
  if width > commands.MAX_WIDTH:
    raise ValueError(
      f'tiles is {tiles}, which makes a canvas {width} pixels wide, but at '
      f'most {commands.MAX_WIDTH} are possible.'
    )
  renderer = commands.Painting(
    canvas_width=width,
    grid_width=settings.grid_width * tiles,
    brush=settings.brush,
    channels=agent.channels,
    substrokes=settings.substrokes,
    brush_sizes=tuple(settings.brush_sizes),
  )
  trial_width = min(2 * width, _MAX_TRIAL_WIDTH)
  target = inputs.fit(image, trial_width, agent.channels, fit)
  trial = _Trial(renderer, target, picture_colors)
  random = np.random.default_rng(seed)
  plan = list(levels(tiles))
  total = sum((2 * level - 1) ** 2 for level in plan)
  done = 0
  for level in plan:
    places = [
      (row / (2 * level), column / (2 * level))
      for row in range(2 * level - 1)
      for column in range(2 * level - 1)
    ]
    random.shuffle(places)  # Or the order would be seen in the overlaps.
    views = np.stack([_view(agent, target, p, level) for p in places])
    for start in range(0, len(places), _WINDOWS):
      part = slice(start, start + _WINDOWS)
      for place, strokes in zip(
        places[part],
        _strokes(agent, views[part], samples, temperature, random),
      ):
        for move, stroke in strokes:
          trial.offer(
            _placed(move, place, level, renderer, settings.grid_width),
            _placed(stroke, place, level, renderer, settings.grid_width),
          )
      done += len(places[part])
      if report:
        report(done, total)
  return program_lib.Program(renderer, tuple(trial.kept))


def levels(tiles: int) -> Iterator[int]:
  """Windows a row of each grid, coarse to fine: 1, 2, 4, ... and `tiles`."""
  level = 1
  while level < tiles:
    yield level
    level *= 2
  yield tiles


def _view(
  agent: Any, target: np.ndarray, place: tuple[float, float], level: int
) -> np.ndarray:
  """What the agent sees of a window whose corner is at `place`, in [0, 1]."""
  width = len(target)
  top, left = (round(x * width) for x in place)
  side = round(width / level)
  window = target[top : top + side, left : left + side]
  return inputs.fit(window, agent.canvas_width, agent.channels, 'crop')


def _strokes(
  agent: Any,
  views: np.ndarray,
  samples: int,
  temperature: float,
  random: np.random.Generator,
) -> list[list[tuple[commands.Move, commands.Stroke]]]:
  """For each window, the strokes of its paintings, each to be made alone."""
  repeated = np.repeat(views, samples, axis=0)
  seed = int(random.integers(2**31))
  painted = agent.paint_many(repeated, 1, temperature, seed)
  return [
    [pair for program in painted[i : i + samples] for pair in _alone(program)]
    for i in range(0, len(painted), samples)
  ]


def _alone(
  program: program_lib.Program,
) -> Iterator[tuple[commands.Move, commands.Stroke]]:
  """The strokes, each with a move to where it begins."""
  place: commands.Point = (0, 0)
  for command in program.commands:
    if isinstance(command, commands.Stroke):
      yield commands.Move(place), command
    place = command.end


def _placed(
  command: commands.Command,
  place: tuple[float, float],
  level: int,
  renderer: commands.Painting,
  grid_width: int,
) -> commands.Command:
  """A command of an agent's canvas as one of the large canvas."""
  cells = renderer.grid_width

  def point(cell: commands.Point) -> commands.Point:
    # Centres of cells: (c + 1/2) / grid_width of a window 1 / level wide.
    return tuple(
      cells * (corner + (c + 0.5) / (grid_width * level)) - 0.5
      for corner, c in zip(place, cell)
    )

  if isinstance(command, commands.Move):
    return commands.Move(point(command.end))
  tiles = cells / grid_width
  return commands.Stroke(
    control=point(command.control),
    end=point(command.end),
    pressure=command.pressure,
    radius=min(command.radius * tiles / level, commands.MAX_RADIUS),
    color=command.color,
  )


class _Trial:
  """The large canvas, on which strokes stay that make it better."""

  def __init__(
    self, renderer: commands.Painting, target: np.ndarray, picture_colors: bool
  ):
    self._picture_colors = picture_colors
    self.kept: list[commands.Command] = []
    width = len(target)
    self._cell = width / renderer.grid_width
    self._scale = width / renderer.canvas_width
    self._channels = renderer.channels
    self._substrokes = renderer.substrokes
    self._target = target.astype(np.int16)
    self._canvas = mypaint.Canvas(
      width, mypaint.brushes.load(renderer.brush), renderer.background
    )
    self._canvas.reset(0, 0)
    self._picture = self._canvas.to_array(self._channels)

  def offer(self, move: commands.Move, stroke: commands.Stroke) -> None:
    """Keeps both if the picture is nearer to the target with them."""
    before = self._canvas.snapshot()
    picture, rows = self._draw(move, stroke)
    if rows is not None and self._picture_colors:
      touched = (picture[rows] != self._picture[rows]).any(axis=-1)
      color = self._target[rows][touched].mean(axis=0) / 255
      color = np.broadcast_to(color, [3]).tolist()
      stroke = dataclasses.replace(stroke, color=tuple(color))
      self._canvas.restore(before)
      picture, rows = self._draw(move, stroke)
    if rows is not None and self._error(picture, rows) < self._error(
      self._picture, rows
    ):
      self._picture = picture
      self.kept += [move, stroke]
    else:
      self._canvas.restore(before)

  def _draw(
    self, move: commands.Move, stroke: commands.Stroke
  ) -> tuple[np.ndarray, slice | None]:
    """The picture with a stroke, and in which rows it is another, if in any."""
    self._canvas.move_to(*self._pixels(move.end))
    self._canvas.stroke(
      *self._pixels(stroke.control),
      *self._pixels(stroke.end),
      stroke.pressure,
      min(
        max(stroke.radius * self._scale, commands.MIN_RADIUS),
        commands.MAX_RADIUS,
      ),
      *stroke.color,
      self._substrokes,
    )
    picture = self._canvas.to_array(self._channels)
    rows = np.flatnonzero((picture != self._picture).any(axis=(1, 2)))
    return picture, slice(rows[0], rows[-1] + 1) if len(rows) else None

  def _error(self, picture: np.ndarray, rows: slice) -> int:
    difference = picture[rows] - self._target[rows]
    return int(np.square(difference, dtype=np.int32).sum())

  def _pixels(self, point: commands.Point) -> list[float]:
    return [(x + 0.5) * self._cell for x in point]
