"""Photographs as programs of brush strokes, which search finds, not an agent.

program = spiral_tf.paint_photo('photo.jpg', strokes=300)
program.save('painting.png', 'painting.svg', 'painting.mp4')
"""

from typing import Any

import numpy as np
from PIL import Image

from spiral_tf.agents import inputs
from spiral_tf.environments import mypaint
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import checks
from spiral_tf.programs import program as program_lib
from spiral_tf.search import photographs
from spiral_tf.search import proposals as proposals_lib
from spiral_tf.search import saliency

BRUSH = 'ramon/Marker'
STROKES = 300
# Longer side of a painting, pixels, by default and at most; and that of the
# smaller picture on which strokes are searched for first.
SIZE = 1024
MAX_SIZE = 2048
SEARCH_SIZE = 256
# Decimals of lengths, pixels, and of colours, which nobody sees the rest of.
_DECIMALS = 2, 4
# Whoever knows where people look first.
AUTO = 'auto'
# How much more an error counts there.
_FOCUS = 8.0


class Painter:
  """Paints photographs with so many strokes of a brush.

  Attributes:
    channels: of its paintings.
  """

  channels = 3

  def __init__(
    self,
    strokes: int = STROKES,
    brush: str = BRUSH,
    size: int = SIZE,
    focus: Any = None,
    threads: int | None = None,
    proposals: proposals_lib.Make = proposals_lib.Scan,
  ):
    """Takes a brush.

    Args:
      strokes: see `paint_photo`, as are all others.
      brush: likewise.
      size: likewise.
      focus: likewise.
      threads: likewise.
      proposals: likewise.

    Raises:
      ValueError: an argument is out of range, there is no such brush, it
        cannot paint photographs, or the mask is no sound picture.
      FileNotFoundError: there is no such mask.
    """
    photographs.check_strokes(strokes)
    checks.index('size', size, MAX_SIZE + 1, 1)
    mypaint.suitability.check(brush)
    self._strokes = strokes
    self._brush = brush
    self._size = size
    self._threads = threads
    self._proposals = proposals
    self._mask: np.ndarray | None = None
    self._looks = isinstance(focus, str) and focus == AUTO
    if focus is not None and not self._looks:
      self._mask = inputs.read(focus)

  @property
  def renderer(self) -> canvas_lib.Canvas:
    """A canvas as large as its paintings are at most."""
    return _canvas((self._size, self._size), self._brush, 'white')

  def target(self, source: Any) -> np.ndarray:
    """What is painted of a photograph: all of it, at the size of the painting.

    Args:
      source: the photograph, see `inputs.read`.

    Returns:
      uint8 `[H, W, 3]`.

    Raises:
      ValueError: it is no sound picture.
      FileNotFoundError: there is no such file.
    """
    return _fitted(inputs.read(source), self._size)

  def paint(
    self,
    target: np.ndarray,
    seed: int = 0,
    report: photographs.Report | None = None,
  ) -> program_lib.Program:
    """Paints a photograph.

    Args:
      target: as `target` returns it.
      seed: see `paint_photo`.
      report: see `paint_photo`.

    Returns:
      The program.
    """
    first = min(self._size, SEARCH_SIZE)
    small = _floats(_fitted(target, first))
    painting = photographs.paint(
      small,
      self._strokes,
      self._brush,
      self._weights(small),
      seed,
      self._threads,
      report,
      self._proposals,
    )
    if self._size > first:
      large = _floats(target)
      painting = photographs.enlarge(
        painting,
        self._size / first,
        large,
        self._brush,
        self._weights(large),
        seed=seed,
        threads=self._threads,
      )
    return program(painting, target.shape[:2], self._brush)

  def _weights(self, photograph: np.ndarray) -> np.ndarray | None:
    """How much each pixel of float32 `[H, W, 3]` counts, `[H, W]`."""
    if self._looks:
      seen = saliency.saliency(photograph)
    elif self._mask is not None:
      height, width = photograph.shape[:2]
      mask = Image.fromarray(self._mask).convert('L').resize((width, height))
      seen = np.asarray(mask, np.float32) / 255
    else:
      return None
    return 1 + (_FOCUS - 1) * seen


def paint_photo(
  image: Any,
  strokes: int = STROKES,
  brush: str = BRUSH,
  size: int = SIZE,
  seed: int = 0,
  report: photographs.Report | None = None,
  threads: int | None = None,
  proposals: proposals_lib.Make = proposals_lib.Scan,
  focus: Any = None,
) -> program_lib.Program:
  """Paints a photograph with so many strokes of a brush.

  Search finds the strokes (see `search.photographs`); an agent has a part in it
  only if it proposes them. The paper has the mean colour of the photograph, and
  its aspect.

  Args:
    image: anything `inputs.read` takes.
    strokes: how many, at most: fewer if more would not help.
    brush: by name, of mypaint-brushes or for people, such as 'chalk'; not all
      can paint photographs, see `suitability.check`.
    size: longer side of the painting, pixels. It looks best at this size, to
      which the strokes are fitted, though it can be rendered at any.
    seed: equal seeds make equal paintings.
    report: told how far the search is.
    threads: that share the work; None for as many as there are cores for this
      process. They make no difference to the painting.
    proposals: who proposes strokes, of which those that help stay; by default a
      scan of all places, see `proposing.by` for an agent.
    focus: where there is to be more detail: 'auto' for where people look first
      (see `saliency.saliency`), or a mask, anything `inputs.read` takes, white
      where an error counts most, and stretched to the photograph.

  Returns:
    The program, with a canvas `size` pixels wide or high.

  Raises:
    ValueError: an argument is out of range, there is no such brush, it cannot
      paint photographs, or it is no sound image; the message is one line.
    FileNotFoundError: there is no such file.
  """
  painter = Painter(strokes, brush, size, focus, threads, proposals)
  return painter.paint(painter.target(image), seed, report)


def program(
  painting: photographs.Painting, shape: tuple[int, int], brush: str
) -> program_lib.Program:
  """The program of a painting.

  Args:
    painting: what search has found.
    shape: its height and width, pixels.
    brush: by name.

  Returns:
    The program, with a canvas of that shape.
  """
  background = '#' + bytes(round(255 * x) for x in painting.paper).hex()
  canvas = _canvas(shape, brush, background)
  return program_lib.Program(canvas, _commands(painting.strokes))


def _canvas(
  shape: tuple[int, int], brush: str, background: str
) -> canvas_lib.Canvas:
  """A canvas of some height and width, whose places are pixels."""
  height, width = shape
  return canvas_lib.Canvas(
    canvas_width=width,
    canvas_height=height,
    grid_width=width,
    brush=brush,
    background=background,
    channels=3,
    substrokes=photographs.SUBSTROKES,
  )


def _commands(
  strokes: np.ndarray,
) -> tuple[canvas_lib.Move | canvas_lib.Stroke, ...]:
  """The commands of strokes, float32 `[N, 11]`, of `photographs.Painting`."""
  lengths, colors = _DECIMALS
  places = np.round(strokes[:, :6].astype(float) - 0.5, lengths)
  radii = np.round(strokes[:, 6].astype(float), lengths)
  shades = np.round(strokes[:, 8:].astype(float), colors)
  commands = []
  for place, radius, stroke, shade in zip(places, radii, strokes, shades):
    start, control, end = (tuple(p) for p in place.reshape(3, 2).tolist())
    # Twice: see the native `Coverage`.
    commands += [canvas_lib.Move(start)] * 2
    commands.append(
      canvas_lib.Stroke(
        control=control,
        end=end,
        pressure=float(stroke[7]),
        radius=float(radius),
        color=tuple(shade.tolist()),
      )
    )
  return tuple(commands)


def _fitted(picture: np.ndarray, size: int) -> np.ndarray:
  """A picture, uint8 `[H, W, 3]`, whose longer side is `size` pixels."""
  height, width = picture.shape[:2]
  scale = size / max(height, width)
  shape = max(1, round(scale * width)), max(1, round(scale * height))
  resized = Image.fromarray(picture).resize(shape, Image.Resampling.LANCZOS)
  return np.asarray(resized)


def _floats(picture: np.ndarray) -> np.ndarray:
  """A picture with values in [0, 1], float32."""
  return picture.astype(np.float32) / 255
