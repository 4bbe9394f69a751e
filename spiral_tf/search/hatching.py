"""A picture as lines of one pen: contours, hatching, and cross-hatching.

Lines follow the picture's edges, as far apart as makes them cover as much of
the paper as the picture is dark. In the darks a second layer crosses the first,
and a third both; each covers what those before have left open.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from spiral_tf.search import flow as flow_lib
from spiral_tf.search import streamlines

# Widths of the pen along the longer side of a picture, least and most: with
# fewer nothing is recognised, and more would take gigabytes and minutes.
MIN_SIDE = 40
MAX_SIDE = 1700
# Cells of the grid that places are looked up in, to a width of the pen; of
# large sheets fewer.
_CELLS = 3
_CELLS_OF_LARGE = 2
_LARGE = 800
# Pixels of the longer side in which edges are looked for, at most.
_SEEN = 512
# Share of the paper that is covered at most: a little white keeps darks alive.
_DARKEST = 0.94
# Share that one layer covers at most.
_DENSEST = 0.8
# How far an edge is smoothed, in widths of the pen, and how large a step of
# grey it is where a contour begins, and where it goes on.
_EDGE = 1.5
_BEGINS = 0.16
_GOES_ON = 0.07
# Contours keep so many widths from each other, and are so long at least.
_APART = 3.0
_LONG = 14.0
# Coverage is measured as an eye does that does not see single lines: within so
# many widths of the pen.
_BLUR = 3.0
# Lines that the coverage is drawn of at once: its renderer takes not too many.
_AT_ONCE = 500
# The first layer is tried, looked at within so many widths, and made lighter or
# darker by at most so much.
_TRIED = 6.0
_CORRECTED = (0.7, 1.3)


class _Layer(NamedTuple):
  """Hatching in one direction.

  Attributes:
    turn: of its lines from the picture's edges, degrees.
    begins: where it is less dark there are no such lines.
    alone: so dark, no further layer is needed.
    share: of what is darker than that, this layer does so much, and leaves the
      rest to the next.
    lightest: share of the paper that it covers at least, or not at all.
    shortest: length of a line, at least, widths of the pen.
    gain: lines cover less than their distances say, as they end where there is
      no room for them, and so they are drawn so many times denser; measured,
      see docs/plotters.md.
  """

  turn: float
  begins: float
  alone: float
  share: float
  lightest: float
  shortest: float
  gain: float


_LAYERS = (
  _Layer(0, 0.0, 0.42, 0.45, 0.04, 7, 1.1),
  _Layer(62, 0.48, 0.7, 0.5, 0.12, 10, 1.15),
  _Layer(-58, 0.7, 1.0, 1.0, 0.1, 10, 1.2),
)


def lines(
  grey: np.ndarray,
  side: float,
  seed: int = 0,
  report: Callable[[int, int], None] | None = None,
) -> list[np.ndarray]:
  """Draws a picture in lines.

  Args:
    grey: the picture, float `[H, W]` in [0, 1]; 1 is the paper.
    side: its longer side on the paper, widths of the pen.
    seed: of equal seeds come equal lines.
    report: told how many layers there are yet, and how many there will be.

  Returns:
    The lines, float `[N, 2]` each: points (y, x) half a width of the pen apart,
    in widths of the pen from the upper left corner of the picture.

  Raises:
    ValueError: the pen is too thick or too thin for the paper.
  """
  check_side(side)
  cells = _CELLS if side <= _LARGE else _CELLS_OF_LARGE
  scale = side * cells / max(grey.shape)
  shape = tuple(max(1, round(scale * length)) for length in grey.shape)
  smaller = min(1, _SEEN / max(grey.shape))
  seen = tuple(max(2, round(smaller * length)) for length in grey.shape)
  flow = flow_lib.along_edges(_resized(grey, seen))
  flow = np.stack([_resized(each, shape) for each in flow])
  dark = np.clip(1 - _resized(grey, shape), 0, _DARKEST)
  dark = ndimage.gaussian_filter(dark, 0.5 * cells, mode='nearest')
  chooser = np.random.default_rng(seed)
  sheet = streamlines.Sheet(flow, cells)
  drawn = _contours(sheet, dark, cells)
  ink = np.zeros(shape, np.float32)
  for number, layer in enumerate(_LAYERS):
    if report:
      report(number, len(_LAYERS))
    wanted = _wanted(layer, dark, ink, cells)
    if number:
      sheet = streamlines.Sheet(flow_lib.turned(flow, layer.turn), cells)
      new = _fill(sheet, layer, wanted, layer.gain, chooser)
    else:
      # Nothing that is drawn later makes up for what this layer misses, so it
      # is tried first.
      tried = _fill(sheet.copy(), layer, wanted, layer.gain, chooser)
      sigma = _TRIED * cells
      got = coverage(drawn + tried, shape, cells)
      got = ndimage.gaussian_filter(got, sigma, mode='nearest')
      goal = ndimage.gaussian_filter(wanted, sigma, mode='nearest')
      more = np.clip(goal / np.maximum(got, 1e-3), *_CORRECTED)
      new = _fill(sheet, layer, wanted, layer.gain * more, chooser)
      new += drawn
      drawn = []
    drawn += new
    ink = 1 - (1 - ink) * (1 - coverage(new, shape, cells))
  if report:
    report(len(_LAYERS), len(_LAYERS))
  return drawn


def _fill(
  sheet: streamlines.Sheet,
  layer: _Layer,
  wanted: np.ndarray,
  gain: float | np.ndarray,
  chooser: np.random.Generator,
) -> list[np.ndarray]:
  """Lines that cover such a share of the paper."""
  denser = gain * np.maximum(wanted, layer.lightest)
  spacing = np.where(wanted >= layer.lightest, 1 / denser, np.inf)
  return sheet.fill(spacing, sheet.places(spacing, chooser), layer.shortest)


def check_side(side: float) -> None:
  """Raises a ValueError unless a pen suits a paper, see `lines`."""
  if not MIN_SIDE <= side <= MAX_SIDE:
    cure = (
      'thinner pen' if side < MIN_SIDE else 'thicker pen, or a smaller paper'
    )
    raise ValueError(
      f'the picture is {side:.0f} widths of the pen long, but hatching needs '
      f'{MIN_SIDE} to {MAX_SIDE}; choose a {cure}.'
    )


def coverage(
  drawn: list[np.ndarray], shape: tuple[int, int], cells: int
) -> np.ndarray:
  """How much of each cell lines cover.

  Args:
    drawn: the lines, see `lines`.
    shape: of the grid, (H, W).
    cells: of the grid to a width of the pen.

  Returns:
    float32 `[H, W]` in [0, 1].
  """
  # Here, since importing it takes a while, and most do without.
  from matplotlib import path as path_lib
  from matplotlib import transforms
  from matplotlib.backends import backend_agg

  height, width = shape
  renderer = backend_agg.RendererAgg(width, height, 72)
  pen = renderer.new_gc()
  pen.set_linewidth(cells)
  pen.set_snap(False)  # Straight lines are not moved to whole cells.
  pen.set_capstyle('round')
  pen.set_joinstyle('round')
  for start in range(0, len(drawn), _AT_ONCE):
    some = drawn[start : start + _AT_ONCE]
    points = np.concatenate(some)[:, ::-1] * (cells, -cells) + (0, height)
    codes = np.full(len(points), path_lib.Path.LINETO)
    codes[np.cumsum([0, *map(len, some[:-1])])] = path_lib.Path.MOVETO
    path = path_lib.Path(points, codes)
    path.should_simplify = False
    renderer.draw_path(pen, path, transforms.IdentityTransform())
  return np.asarray(renderer.buffer_rgba())[..., 3].astype(np.float32) / 255


def _contours(
  sheet: streamlines.Sheet, dark: np.ndarray, cells: int
) -> list[np.ndarray]:
  """Lines along the edges, the sharpest first."""
  sigma = _EDGE * cells
  smooth = ndimage.gaussian_filter(dark, sigma, mode='nearest')
  down, right = np.gradient(smooth)
  steep = np.hypot(down, right)
  # What a step of grey has been smoothed to is so steep in its middle.
  step = steep * sigma * np.sqrt(2 * np.pi)
  # An edge is where it is steepest along the gradient (Canny).
  rows, columns = np.nonzero(step >= _BEGINS)
  across = np.stack([down, right])[:, rows, columns] / steep[rows, columns]
  here = np.stack([rows, columns])
  beside = [
    ndimage.map_coordinates(step, here + way * across, order=1, mode='nearest')
    for way in (1, -1)
  ]
  ridge = step[rows, columns] >= np.maximum(*beside)
  rows, columns = rows[ridge], columns[ridge]
  order = np.argsort(-step[rows, columns], kind='stable')
  seeds = (np.stack([rows, columns], axis=1)[order] + 0.5) / cells
  spacing = np.full(dark.shape, _APART, np.float32)
  return sheet.fill(
    spacing, seeds, _LONG, goes_on=step >= _GOES_ON, spreads=False
  )


def _wanted(
  layer: _Layer, dark: np.ndarray, ink: np.ndarray, cells: int
) -> np.ndarray:
  """What share of the paper a layer is to cover at each place."""
  if layer.begins:
    # Crossing lines do not follow every speck.
    dark = ndimage.gaussian_filter(dark, _BLUR / 2 * cells, mode='nearest')
  goal = np.minimum(dark, layer.alone)
  goal += layer.share * np.maximum(dark - layer.alone, 0)
  if layer.begins:
    covered = ndimage.gaussian_filter(ink, _BLUR * cells, mode='nearest')
    goal = 1 - (1 - goal) / np.maximum(1 - covered, 1e-3)
  return np.where(dark >= layer.begins, np.minimum(goal, _DENSEST), 0)


def _resized(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
  """Values on a grid of another shape, float32."""
  image = Image.fromarray(np.asarray(values, np.float32))
  size = (shape[1], shape[0])
  return np.asarray(image.resize(size, Image.Resampling.BICUBIC))
