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

BRUSH = 'ramon/Marker'
STROKES = 300
# Longer side of a painting, pixels, by default; and that of the smaller picture
# on which strokes are searched for first.
SIZE = 1024
SEARCH_SIZE = 256
# Decimals of lengths, pixels, and of colours, which nobody sees the rest of.
_DECIMALS = 2, 4


def paint_photo(
  image: Any,
  strokes: int = STROKES,
  brush: str = BRUSH,
  size: int = SIZE,
  seed: int = 0,
  report: photographs.Report | None = None,
  threads: int | None = None,
  proposals: proposals_lib.Make = proposals_lib.Scan,
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

  Returns:
    The program, with a canvas `size` pixels wide or high.

  Raises:
    ValueError: an argument is out of range, there is no such brush, it cannot
      paint photographs, or it is no sound image; the message is one line.
    FileNotFoundError: there is no such file.
  """
  checks.index('size', size, mypaint.MAX_WIDTH + 1, 1)
  mypaint.suitability.check(brush)
  picture = inputs.read(image)
  first = min(size, SEARCH_SIZE)
  painting = photographs.paint(
    _fitted(picture, first),
    strokes,
    brush,
    seed=seed,
    threads=threads,
    report=report,
    proposals=proposals,
  )
  if size > first:
    painting = photographs.enlarge(
      painting,
      size / first,
      _fitted(picture, size),
      brush,
      seed=seed,
      threads=threads,
    )
  return program(painting, _fitted_shape(picture, size), brush)


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
  height, width = shape
  background = '#' + bytes(round(255 * x) for x in painting.paper).hex()
  canvas = canvas_lib.Canvas(
    canvas_width=width,
    canvas_height=height,
    grid_width=width,
    brush=brush,
    background=background,
    channels=3,
    substrokes=photographs.SUBSTROKES,
  )
  return program_lib.Program(canvas, _commands(painting.strokes))


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


def _fitted_shape(picture: np.ndarray, size: int) -> tuple[int, int]:
  """Height and width of a picture whose longer side is `size` pixels."""
  height, width = picture.shape[:2]
  scale = size / max(height, width)
  return max(1, round(scale * height)), max(1, round(scale * width))


def _fitted(picture: np.ndarray, size: int) -> np.ndarray:
  """A picture at that size, float32 `[H, W, 3]`, each value in [0, 1]."""
  shape = _fitted_shape(picture, size)
  resized = Image.fromarray(picture).resize(
    shape[::-1], Image.Resampling.LANCZOS
  )
  return np.asarray(resized, np.float32) / 255
