"""Photographs as drawings of one black pen, by hatching instead of an agent."""

from collections.abc import Callable
import functools
from typing import Any

import numpy as np
from PIL import Image

from spiral_tf.agents import inputs
from spiral_tf.programs import brush_profile
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import checks
from spiral_tf.programs import plotter as plotter_lib
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.search import curves
from spiral_tf.search import hatching

# A round, hard and opaque brush, which draws lines of any width.
_BRUSH = 'classic/pen'
# Pixels of a program's own canvas to a width of the pen.
_PIXELS = 3
# Curves are so far from where lines were found, widths of the pen.
_TOLERANCE = 0.1
# So much higher than wide, any picture is as long as the paper.
_NARROW = 1e6
# Straight pieces of a curve, none of which is long.
_SUBSTROKES = 12


class Hatcher:
  """Draws pictures in lines of a pen, on paper of some size."""

  # Of its pictures.
  channels = 1

  def __init__(self, plotter: plotter_lib.Plotter):
    """Takes a pen and a sheet of paper.

    Args:
      plotter: which pen, which paper, and what of it stays free.

    Raises:
      ValueError: the pen is too thick or too thin for the paper.
    """
    self._plotter = plotter
    # Squares have the least length, and narrow pictures the most.
    sides = self._side(1, 1), self._side(_NARROW, 1)
    hatching.check_side(float(np.clip(hatching.MIN_SIDE, *sides)))
    self._longest = min(sides[1], hatching.MAX_SIDE)

  @property
  def renderer(self) -> canvas_lib.Canvas:
    """A canvas as high and as wide as its drawings are at most."""
    longest = max(_shape(self._longest, 1, 1))
    return _canvas(longest, longest)

  def canvas(self, height: int, width: int) -> canvas_lib.Canvas:
    """The canvas of a picture with such sides."""
    side = self._side(height, width)
    hatching.check_side(side)
    return _canvas(*_shape(side, height, width))

  def target(self, source: Any) -> np.ndarray:
    """What is drawn of a picture: all of it, as large as the drawing.

    Args:
      source: the picture, see `inputs.read`.

    Returns:
      uint8 `[H, W, 1]`.

    Raises:
      ValueError: it is no sound picture, or the pen is too thick or too thin
        for it.
      OSError: there is no such file.
    """
    picture = Image.fromarray(inputs.read(source)).convert('L')
    canvas = self.canvas(picture.height, picture.width)
    size = (canvas.canvas_width, canvas.canvas_height)
    grey = picture.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(grey)[..., np.newaxis]

  def draw(
    self,
    target: np.ndarray,
    seed: int = 0,
    report: Callable[[int, int], None] | None = None,
  ) -> program_lib.Program:
    """Draws a picture.

    Args:
      target: as `target` returns it.
      seed: of equal seeds come equal drawings.
      report: told how many layers of lines there are yet, and will be.

    Returns:
      The drawing: black strokes of one pressure, a sequence a line; its canvas
      is as high and as wide as the target.
    """
    height, width = target.shape[:2]
    canvas = _canvas(height, width)
    # Of whole pixels, a picture has not quite the aspect it was measured by.
    side = self._side(height, width)
    hatching.check_side(round(side))
    side = float(np.clip(side, hatching.MIN_SIDE, hatching.MAX_SIDE))
    lines = hatching.lines(target[..., 0] / 255, side, seed, report)
    scale = canvas.canvas_width / (side * width / max(height, width))
    radius = _radius(scale)
    commands: list[canvas_lib.Move | canvas_lib.Stroke] = []
    for line in lines:
      # The place (0, 0) is the middle of the first pixel.
      parts = curves.quadratic(line, _TOLERANCE) * scale - 0.5
      start = tuple(parts[0, 0].tolist())
      commands.append(checks.unchecked(canvas_lib.Move, end=start))
      for _, control, end in parts.tolist():
        stroke = checks.unchecked(
          canvas_lib.Stroke,
          control=tuple(control),
          end=tuple(end),
          pressure=1.0,
          radius=radius,
          color=(0.0, 0.0, 0.0),
        )
        commands.append(stroke)
    if len(commands) > renderer_lib.MAX_COMMANDS:
      raise ValueError(
        f'the drawing has {len(commands):,} strokes, but programs have at most '
        f'{renderer_lib.MAX_COMMANDS:,}; choose a thicker pen, or a smaller '
        'paper.'
      )
    return program_lib.Program(canvas, tuple(commands))

  def _side(self, height: int, width: int) -> float:
    """The longer side of a picture on the paper, widths of the pen."""
    layout = self._plotter.layout(height, width)
    return max(layout.size) / self._plotter.nib


def hatch_photo(
  image: Any,
  paper: str = 'a4',
  pen: str = '0.5mm',
  margin: str = '10mm',
  seed: int = 0,
) -> program_lib.Program:
  """Draws a picture with one black pen.

  Args:
    image: the picture, see `inputs.read`.
    paper: see `plotter.Plotter`.
    pen: see `plotter.Plotter`.
    margin: see `plotter.Plotter`.
    seed: of equal seeds come equal drawings.

  Returns:
    The drawing, of the picture's aspect; `Program.plot` writes it for a
    plotter.

  Raises:
    ValueError: it is no sound picture, or pen and paper do not suit each other.
    OSError: there is no such file.
  """
  hatcher = Hatcher(plotter_lib.Plotter(paper, pen, margin))
  return hatcher.draw(hatcher.target(image), seed)


def _shape(side: float, height: int, width: int) -> tuple[int, int]:
  """The pixels of such an aspect, so many widths of the pen long, (H, W)."""
  scale = min(_PIXELS * side, checks.MAX_WIDTH) / max(height, width)
  down, across = (max(1, round(scale * x)) for x in (height, width))
  return down, across


def _canvas(height: int, width: int) -> canvas_lib.Canvas:
  """A canvas of so many pixels."""
  return canvas_lib.Canvas(
    canvas_width=width,
    canvas_height=height,
    grid_width=width,
    brush=_BRUSH,
    substrokes=_SUBSTROKES,
  )


@functools.lru_cache(maxsize=16)
def _radius(width: float) -> float:
  """With which radius the brush draws lines of a width, pixels."""

  def error(radius: float) -> float:
    line = brush_profile.line(_BRUSH, 1.0, radius, 1.0)
    return abs(line.width * radius - width)

  return min((width * np.linspace(0.1, 0.7, 121)).tolist(), key=error)
