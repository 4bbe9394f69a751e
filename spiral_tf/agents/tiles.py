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

import numpy as np

from spiral_tf.agents import inputs
from spiral_tf.environments import mypaint
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import checks
from spiral_tf.programs import easel as easel_lib
from spiral_tf.programs import program as program_lib

MAX_TILES = 64
# Width of the canvas on which strokes are tried, pixels, at most.
_MAX_TRIAL_WIDTH = 1024
# Windows that are painted at once, before their strokes are tried.
_WINDOWS = 64

# Reproduces views, uint8 `[N, W, W, C]`, as `N` programs; called with the views
# and a seed.
Painter = Callable[[np.ndarray, int], list[program_lib.Program]]


def paint(
  own: canvas_lib.Canvas,
  painter: Painter,
  image: np.ndarray,
  *,
  tiles: int,
  samples: int,
  seed: int,
  fit: str = 'crop',
  picture_colors: bool = False,
  report: Callable[[int, int], None] | None = None,
) -> program_lib.Program:
  """Paints an image, window by window, coarse to fine.

  Args:
    own: the canvas of the agent, `W` pixels wide.
    painter: the agent.
    image: uint8 `[H, W, 3]`.
    tiles: windows a row, and a column, of the finest grid.
    samples: paintings of each window to take strokes from.
    seed: equal seeds make equal paintings.
    fit: see `inputs.fit`.
    picture_colors: whether each stroke takes the mean colour of what it covers
      in the image, instead of the one that the agent chose.
    report: called with how many windows are done, and of how many.

  Returns:
    A program whose canvas is `tiles` times as wide as the agent's.

  Raises:
    ValueError: an argument is out of range, or the canvas is no white paper.
  """
  large = canvas(own, tiles)
  trial_width = min(2 * large.canvas_width, _MAX_TRIAL_WIDTH)
  target = inputs.fit(image, trial_width, own.channels, fit)
  trial = _Trial(large.easel(trial_width), target, picture_colors)
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
    random.shuffle(places)  # Row by row, overlaps would show the order.
    views = np.stack([_view(own, target, p, level) for p in places])
    for start in range(0, len(places), _WINDOWS):
      part = slice(start, start + _WINDOWS)
      offers = _strokes(painter, views[part], samples, random)
      for place, strokes in zip(places[part], offers):
        for move, stroke in strokes:
          trial.offer(
            *_placed(move, stroke, place, level, own.grid_width, tiles)
          )
      done += len(places[part])
      if report:
        report(done, total)
  return program_lib.Program(large, tuple(trial.kept))


def canvas(own: canvas_lib.Canvas, tiles: int) -> canvas_lib.Canvas:
  """The canvas of a painting in windows.

  Args:
    own: the canvas of the agent.
    tiles: windows a row, and a column, of the finest grid.

  Returns:
    A canvas `tiles` times as wide.

  Raises:
    ValueError: `tiles` is out of range, or the canvas is no white paper.
  """
  if own.background != 'white':
    raise ValueError('tiles need an agent that paints on white paper.')
  checks.index('tiles', tiles, MAX_TILES + 1, 1)
  width = own.canvas_width * tiles
  if width > mypaint.MAX_WIDTH:
    raise ValueError(
      f'tiles is {tiles}, which makes a canvas {width} pixels wide, but at '
      f'most {mypaint.MAX_WIDTH} are possible.'
    )
  return dataclasses.replace(
    own,
    canvas_width=width,
    canvas_height=width,
    grid_width=own.grid_width * tiles,
  )


def levels(tiles: int) -> Iterator[int]:
  """Windows a row of each grid, coarse to fine: 1, 2, 4, ... and `tiles`."""
  level = 1
  while level < tiles:
    yield level
    level *= 2
  yield tiles


def _view(
  own: canvas_lib.Canvas,
  target: np.ndarray,
  place: tuple[float, float],
  level: int,
) -> np.ndarray:
  """What the agent sees of a window whose corner is at `place`, in [0, 1]."""
  width = len(target)
  top, left = (round(x * width) for x in place)
  side = round(width / level)
  window = target[top : top + side, left : left + side]
  return inputs.fit(window, own.canvas_width, own.channels, 'crop')


def _strokes(
  painter: Painter,
  views: np.ndarray,
  samples: int,
  random: np.random.Generator,
) -> list[list[tuple[canvas_lib.Move, canvas_lib.Stroke]]]:
  """For each window, the strokes of its paintings, each to be made alone."""
  repeated = np.repeat(views, samples, axis=0)
  painted = painter(repeated, int(random.integers(2**31)))
  return [
    [pair for program in painted[i : i + samples] for pair in alone(program)]
    for i in range(0, len(painted), samples)
  ]


def alone(
  program: program_lib.Program,
) -> Iterator[tuple[canvas_lib.Move, canvas_lib.Stroke]]:
  """Takes a program apart.

  Args:
    program: of a brush.

  Yields:
    Its strokes, each with a move to where it begins.
  """
  place: easel_lib.Point = (0, 0)
  for command in program.commands:
    if isinstance(command, canvas_lib.Stroke):
      yield canvas_lib.Move(place), command
    place = command.end


def _placed(
  move: canvas_lib.Move,
  stroke: canvas_lib.Stroke,
  place: tuple[float, float],
  level: int,
  grid_width: int,
  tiles: int,
) -> tuple[canvas_lib.Move, canvas_lib.Stroke]:
  """Commands of an agent's canvas as commands of the large canvas."""
  cells = grid_width * tiles

  def point(cell: easel_lib.Point) -> easel_lib.Point:
    # Centres of cells: (c + 1/2) / grid_width of a window 1 / level wide.
    return tuple(
      cells * (corner + (c + 0.5) / (grid_width * level)) - 0.5
      for corner, c in zip(place, cell)
    )

  return canvas_lib.Move(point(move.end)), canvas_lib.Stroke(
    control=point(stroke.control),
    end=point(stroke.end),
    pressure=stroke.pressure,
    radius=min(stroke.radius * tiles / level, mypaint.MAX_RADIUS),
    color=stroke.color,
  )


class _Trial:
  """The large canvas, on which strokes stay that make it better.

  Attributes:
    kept: those strokes, each after the move to where it begins.
  """

  def __init__(
    self, easel: easel_lib.Easel, target: np.ndarray, picture_colors: bool
  ):
    self.kept: list[canvas_lib.Move | canvas_lib.Stroke] = []
    self._picture_colors = picture_colors
    self._target = target.astype(np.int16)
    self._easel = easel
    self._picture = easel.picture()

  def offer(self, move: canvas_lib.Move, stroke: canvas_lib.Stroke) -> None:
    """Draws a stroke; keeps it if the picture is nearer to the target then."""
    before = self._easel.snapshot()
    picture, rows = self._draw(move, stroke)
    if rows is not None and self._picture_colors:
      touched = (picture[rows] != self._picture[rows]).any(axis=-1)
      color = self._target[rows][touched].mean(axis=0) / 255
      color = np.broadcast_to(color, [3]).tolist()
      stroke = dataclasses.replace(stroke, color=tuple(color))
      self._easel.restore(before)
      picture, rows = self._draw(move, stroke)
    if rows is not None and self._error(picture, rows) < self._error(
      self._picture, rows
    ):
      self._picture = picture
      self.kept += [move, stroke]
    else:
      self._easel.restore(before)

  def _draw(
    self, move: canvas_lib.Move, stroke: canvas_lib.Stroke
  ) -> tuple[np.ndarray, slice | None]:
    """The picture with a stroke, and in which rows it is another, if in any."""
    move.carry_out(self._easel)
    stroke.carry_out(self._easel)
    picture = self._easel.picture()
    rows = np.flatnonzero((picture != self._picture).any(axis=(1, 2)))
    return picture, slice(rows[0], rows[-1] + 1) if len(rows) else None

  def _error(self, picture: np.ndarray, rows: slice) -> int:
    difference = picture[rows] - self._target[rows]
    return int(np.square(difference, dtype=np.int32).sum())
