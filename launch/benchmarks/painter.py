"""How near paintings of photographs come, beside triangles; and who proposes.

    python -m launch.benchmark painter
    python -m launch.benchmark painter --pictures=FOLDER --primitive=PROGRAM \
      --primitive_pictures=FOLDER

Each photograph, its longer side 256 pixels, is painted with some numbers of
strokes, and drawn by fogleman/primitive with as many triangles, or what that
made earlier is taken. Errors are mean squared errors of what the brush engine
renders at 256 pixels, and of primitive's picture, which is drawn twice as
large, so that each pixel is a mean. Beside it there is what primitive counts
itself, on the very pixels to which it fits its triangles. Then see `proposers`.
"""

from collections.abc import Sequence
import contextlib
import math
import os
import sys
import tempfile

import numpy as np
from PIL import Image

from launch.benchmarks import alone
from launch.benchmarks import primitive
from launch.benchmarks import proposers
from spiral_tf import messages
from spiral_tf.agents import inputs
from spiral_tf.search import photographs

STROKES = (100, 300, 1000)
# Pixels of the longer side of a photograph.
SIZE = 256


def run(
  pictures: str = '',
  program: str = '',
  kept: str = '',
  strokes: Sequence[int] = STROKES,
  model: str = proposers.DEFAULT_MODEL,
) -> None:
  """Prints errors, and what they cost, and then who proposes best.

  Args:
    pictures: of a photograph, or of a folder; if empty, those two that come
      with scikit-learn.
    program: path of primitive; if empty, it does not draw.
    kept: folder in which its pictures are kept, and found again; if empty, they
      are not.
    strokes: numbers of strokes, and of triangles.
    model: folder of the agent that proposes strokes.

  Raises:
    ValueError: an argument is not as above.
    OSError: a file cannot be read or written.
  """
  for number in strokes:
    if not 1 <= number <= photographs.MAX_STROKES:
      raise ValueError(
        f'strokes is {number}, but it must be from 1 to '
        f'{photographs.MAX_STROKES:,}.'
      )
  counts = sorted(set(strokes))
  photos = _photos(pictures)
  agents = proposers.load(model)
  if kept:
    os.makedirs(kept, exist_ok=True)
  with contextlib.ExitStack() as stack:
    folder = kept or stack.enter_context(tempfile.TemporaryDirectory())
    _beside_triangles(photos, program, folder, counts)
  print()
  proposers.compare(photos, agents, _say)


def error(picture: np.ndarray, photo: np.ndarray) -> float:
  """Mean squared error of a number on [0, 1], of uint8 `[H, W, 3]`."""
  return float(np.square((picture - photo.astype(float)) / 255).mean())


def _photos(path: str) -> dict[str, np.ndarray]:
  """Photographs by name, uint8 `[H, W, 3]`."""
  if path:
    found = inputs.find(path)
    for remark in found.remarks:
      print(remark)
    # Of pictures of one name in several folders, all have their folders' names.
    names = [os.path.splitext(os.path.basename(p))[0] for p in found.paths]
    if len(set(names)) < len(names):
      names = [os.path.relpath(p, path).replace('/', '-') for p in found.paths]
    photos = dict(zip(names, map(inputs.read, found.paths)))
  else:
    from sklearn import datasets  # Imported here: it takes a second.

    samples = datasets.load_sample_images()
    names = [
      os.path.splitext(os.path.basename(p))[0] for p in samples.filenames
    ]
    photos = dict(zip(names, samples.images))
  return {name: _fitted(photo) for name, photo in photos.items()}


def _fitted(photo: np.ndarray) -> np.ndarray:
  """The photograph, its longer side `SIZE` pixels."""
  sides = photo.shape[1::-1]
  small = tuple(max(1, round(SIZE * side / max(sides))) for side in sides)
  if small == sides:
    return photo
  image = Image.fromarray(photo).resize(small, Image.Resampling.LANCZOS)
  return np.asarray(image)


def _beside_triangles(
  photos: dict[str, np.ndarray], program: str, folder: str, counts: list[int]
) -> None:
  """Prints the errors of strokes and of triangles, picture by picture."""
  print(
    f'{len(photos)} photographs, {SIZE} pixels: squared errors x 1000 of as '
    'many strokes and triangles, one thread each'
  )
  if not program:
    print(
      'Without --primitive, whose triangles are not drawn unless they are in '
      '--primitive_pictures; docs/photographs.md says how to build it.'
    )
  print(
    f'{"":32}{"strokes":>9}{"CPU s":>8}{"MB":>6}{"triangles":>12}'
    f'{"own count":>11}{"CPU s":>8}{"MB":>6}{"ratio":>8}{"to own":>8}'
  )
  ratios: dict[int, list[tuple[float, float]]] = {c: [] for c in counts}
  loading = 0.0
  for name, photo in photos.items():
    drawings, remark = _drawings(name, photo, program, folder, counts)
    for count in counts:
      _say(f'{name}: {count} strokes')
      painted = alone.paint(photo, count)
      loading = max(loading, painted.loading)
      ours = error(painted.picture, photo)
      line = (
        f'{messages.shortened(name):24}{count:8,}{1000 * ours:9.2f}'
        f'{painted.seconds:8.1f}{painted.megabytes:6.0f}'
      )
      if drawings:
        drawing = drawings[count]
        theirs = error(drawing.picture, photo)
        ratios[count].append((ours / theirs, ours / drawing.score))
        line += (
          f'{1000 * theirs:12.2f}{_cell(1000 * drawing.score, 11, 2)}'
          f'{drawing.seconds:8.1f}{drawing.megabytes:6.0f}'
          f'{ratios[count][-1][0]:8.3f}{_cell(ratios[count][-1][1], 8, 3)}'
          f'{remark}'
        )
      print(line, flush=True)
  for count in counts:
    if ratios[count]:
      means = np.exp(np.log(ratios[count]).mean(0))
      of = f'geometric mean of {len(ratios[count])}'
      print(f'{of:24}{count:8,}{"":60}{means[0]:8.3f}{_cell(means[1], 8, 3)}')
  print(f'To load Python and its libraries took {loading:.1f} CPU s more.')


def _cell(value: float, width: int, decimals: int) -> str:
  """A number of a table; nothing if it is not known."""
  text = '' if math.isnan(value) else f'{value:.{decimals}f}'
  return f'{text:>{width}}'


def _drawings(
  name: str, photo: np.ndarray, program: str, folder: str, counts: list[int]
) -> tuple[dict[int, primitive.Drawing] | None, str]:
  """Triangles, None without any, and a remark on where they are from."""
  drawings = primitive.kept(folder, name, photo, counts)
  if drawings:
    return drawings, '  (triangles kept)'
  if not program:
    return None, ''

  def report(count: int) -> None:
    _say(f'{name}: {count:,} of {max(counts):,} triangles')

  return primitive.draw(program, folder, name, photo, counts, report), ''


def _say(text: str) -> None:
  """Tells people who wait; not a part of the table."""
  print(text, file=sys.stderr, flush=True)
