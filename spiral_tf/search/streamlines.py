"""Evenly spaced lines along a flow (Jobard and Lefer, 1997).

A line grows from its seed both ways along the flow until it comes too near to
another one, to itself, or to the edge. New seeds lie beside lines that are
there already, as far away as lines are to be from each other at that place. How
far that is may differ from place to place, and makes light and shade.
"""

import copy
import functools

import numpy as np

# A line ends where it is nearer to another than this part of the distance that
# lines are to have. Smaller makes longer lines, but less even ones.
_NEAREST = 0.6
# Length of a step.
_STEP = 0.5
# Flows that turn further in a step than the angle of this cosine have no
# direction there.
_STRAIGHT = 0.8
# How far apart points of a line are whose surroundings are kept free, as a part
# of the distance that is kept.
_STAMPS = 0.4
# Discs are stamped at places that are multiples of this part of a cell, small
# ones at least, as for large ones it makes no difference.
_FINE = 4
_LARGE = 48
# Distances are known up to so many times that which lines are to have.
_REACH = 1.2
# Seeds that are looked at at once.
_CHUNK = 4096
# Farther than any place is from another.
_FAR = 1e6


class Sheet:
  """Lines on a sheet of paper, and how far each place is from the next line.

  Lengths are widths of the pen.
  """

  def __init__(self, flow: np.ndarray, cells: int):
    """Creates an empty sheet.

    Args:
      flow: see `flow.along_edges`, `[2, H, W]`, of a grid of cells.
      cells: of the grid to a width of the pen.
    """
    self._cells = cells
    self._shape = flow.shape[1:]
    angle = np.arctan2(flow[1], flow[0]) / 2
    self._right = _flat(np.cos(angle))
    self._down = _flat(np.sin(angle))
    self._distance = np.full(self._shape, _FAR, np.float32)

  def copy(self) -> 'Sheet':
    """A sheet with the same lines, of which neither changes the other."""
    other = copy.copy(self)
    other._distance = self._distance.copy()
    return other

  def fill(
    self,
    spacing: np.ndarray,
    seeds: np.ndarray,
    shortest: float,
    goes_on: np.ndarray | None = None,
    spreads: bool = True,
  ) -> list[np.ndarray]:
    """Draws lines until there is no room for more.

    Args:
      spacing: how far lines are to be from each other at each place, float
        `[H, W]`; infinite where there are to be none.
      seeds: places where lines may begin, the best first: (y, x), float
        `[M, 2]`.
      shortest: length of a line, at least.
      goes_on: bool `[H, W]`, where lines that have begun may go; by default
        wherever there may be some.
      spreads: whether there are seeds beside each line as well.

    Returns:
      The lines, float `[N, 2]` each: points (y, x) half a width apart.
    """
    nearest = np.where(np.isfinite(spacing), _NEAREST * spacing, 2 * _FAR)
    if goes_on is not None:
      nearest = np.where(goes_on, nearest, 2 * _FAR)
    # Distances are rounded to cells.
    wanted = np.where(spacing < _FAR, spacing - 0.3 / self._cells, 2 * _FAR)
    wanted = wanted.astype(np.float32)
    flat_nearest, flat_wanted = _flat(nearest), _flat(wanted)
    distance = memoryview(self._distance.reshape(-1))
    lines = []
    for start in range(0, len(seeds), _CHUNK):
      for seed in self._free(seeds[start : start + _CHUNK], wanted):
        waiting = [seed]
        while waiting:
          y, x = waiting.pop()
          place = self._place(y, x)
          if distance[place] < flat_wanted[place]:
            continue
          line = self._line(y, x, flat_nearest, float(spacing.flat[place]))
          if len(line) * _STEP < shortest:
            # None of its points is tried again, nor what is beside them.
            rows, columns = self._cells_of(line)
            for down in (-1, 0, 1):
              beside = np.clip(rows + down, 0, self._shape[0] - 1)
              for right in (-1, 0, 1):
                across = np.clip(columns + right, 0, self._shape[1] - 1)
                wanted[beside, across] = 2 * _FAR
            continue
          lines.append(line)
          flat_wanted[place] = 2 * _FAR
          self._keep_free(line, spacing)
          if spreads:
            beside = _beside(line, spacing[self._cells_of(line)])
            waiting.extend(self._free(beside, wanted))
    return lines

  def places(
    self, spacing: np.ndarray, chooser: np.random.Generator
  ) -> np.ndarray:
    """Places where lines may begin, the darkest first.

    Args:
      spacing: see `fill`.
      chooser: says in which order equally dark ones come.

    Returns:
      float `[N, 2]`, (y, x).
    """
    # One in each square of a width of the pen, wherever in it.
    rows, columns = (
      np.arange(0, length, self._cells) for length in self._shape
    )
    cells = np.stack(np.meshgrid(rows, columns, indexing='ij'), axis=-1)
    cells = cells.reshape(-1, 2)
    cells = cells + chooser.integers(self._cells, size=cells.shape)
    cells = cells[(cells < self._shape).all(axis=1)]
    chooser.shuffle(cells)
    far = spacing[tuple(cells.T)]
    cells, far = cells[np.isfinite(far)], far[np.isfinite(far)]
    order = np.argsort(np.round(np.log2(far)), kind='stable')
    return (cells[order] + 0.5) / self._cells

  def _cells_of(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cells that points (y, x) on the sheet are in."""
    rows, columns = (points * self._cells).astype(int).T
    return rows, columns

  def _place(self, y: float, x: float) -> int:
    """The number of the cell that a point is in."""
    return int(y * self._cells) * self._shape[1] + int(x * self._cells)

  def _free(
    self, places: np.ndarray, wanted: np.ndarray
  ) -> list[tuple[float, float]]:
    """Those of places (y, x) that are so far from all lines."""
    size = np.divide(self._shape, self._cells)
    places = places[((places >= 0) & (places < size)).all(axis=1)]
    cells = self._cells_of(places)
    far = self._distance[cells] >= wanted[cells]
    return list(map(tuple, places[far].tolist()))

  def _line(
    self, y: float, x: float, nearest: memoryview, apart: float
  ) -> np.ndarray:
    """The line through a seed where lines are so far apart."""
    # The line's own points by squares of half a spacing, to see when it comes
    # back to itself.
    square = max(1.0, 0.8 * apart)
    own: dict[tuple[int, int], int] = {(int(y / square), int(x / square)): 0}
    forth = self._half(y, x, 1, nearest, square, own)
    back = self._half(y, x, -1, nearest, square, own)
    return np.array([*reversed(back), (y, x), *forth])

  def _half(
    self,
    y: float,
    x: float,
    sign: int,
    nearest: memoryview,
    square: float,
    own: dict[tuple[int, int], int],
  ) -> list[tuple[float, float]]:
    """Follows the flow from a seed in one of its directions."""
    cells, (rows, columns) = self._cells, self._shape
    rights, downs = self._right, self._down
    height, width = rows / cells, columns / cells
    distance = memoryview(self._distance.reshape(-1))
    place = self._place(y, x)
    dy, dx = sign * downs[place], sign * rights[place]
    points = []
    # Squares that have just been left are no return.
    recent = int(4 * square / _STEP)
    count = 0
    while True:
      # The direction half a step ahead is that of the step (midpoint method).
      ahead_y, ahead_x = y + _STEP / 2 * dy, x + _STEP / 2 * dx
      if not (0 <= ahead_y < height and 0 <= ahead_x < width):
        break
      place = int(ahead_y * cells) * columns + int(ahead_x * cells)
      down, right = downs[place], rights[place]
      turn = down * dy + right * dx
      if turn < 0:
        down, right, turn = -down, -right, -turn
      if turn < _STRAIGHT:
        break
      y, x, dy, dx = y + _STEP * down, x + _STEP * right, down, right
      if not (0 <= y < height and 0 <= x < width):
        break
      place = int(y * cells) * columns + int(x * cells)
      if distance[place] < nearest[place]:
        break
      count += 1
      key = (int(y / square), int(x / square))
      step = sign * count
      if abs(own.setdefault(key, step) - step) > recent:
        break
      own[key] = step
      points.append((y, x))
    return points

  def _keep_free(self, line: np.ndarray, spacing: np.ndarray) -> None:
    """Notes the distances of the places around a line."""
    rows, columns = self._shape
    row, column = self._cells_of(line)
    reach = np.minimum(spacing[row, column], max(rows, columns)) * _REACH
    # Few sizes of discs, each of which is made once.
    level = np.ceil(2 * np.log2(np.maximum(reach, 0.5))).astype(int)
    radius = 2 ** (level / 2)
    every = np.maximum(1, (_STAMPS * radius / _REACH / _STEP).astype(int))
    # However that changes along the line, there is one in each such stretch.
    kept = np.diff(np.floor(np.cumsum(1 / every)), prepend=-1) > 0
    kept[-1] = True
    row, column, level = row[kept], column[kept], level[kept]
    reached = np.ceil(2 ** (level / 2) * self._cells).astype(int)
    bounds = np.stack(
      [row - reached, row + reached + 1, column - reached, column + reached + 1]
    )
    most = np.array([rows, rows, columns, columns])[:, np.newaxis]
    inside = np.clip(bounds, 0, most)
    cut = (inside != bounds).any(axis=0)
    part = (line[kept] * self._cells % 1 * _FINE).astype(int)
    for size, (part_y, part_x), (low, high, near, end), cuts, (
      top,
      left,
    ) in zip(
      level.tolist(),
      part.tolist(),
      inside.T.tolist(),
      cut.tolist(),
      bounds[::2].T.tolist(),
    ):
      disc = _disc(size, self._cells, part_y, part_x)
      there = self._distance[low:high, near:end]
      if cuts:
        disc = disc[low - top : high - top, near - left : end - left]
      np.minimum(there, disc, out=there)


@functools.lru_cache(maxsize=512)
def _disc(level: int, cells: int, part_y: int, part_x: int) -> np.ndarray:
  """Distances of cells from a point in the one in the middle.

  Args:
    level: twice the logarithm to base 2 of how far they are known.
    cells: to a width of the pen.
    part_y: where in the cell it is, of `_FINE`.
    part_x: likewise.

  Returns:
    float32 `[N, N]`.
  """
  radius = 2 ** (level / 2)
  size = int(np.ceil(radius * cells))
  if size > _LARGE and (part_y, part_x) != (0, 0):
    return _disc(level, cells, 0, 0)
  offset = np.arange(-size, size + 1) + 0.5
  far_y, far_x = (offset - (part + 0.5) / _FINE for part in (part_y, part_x))
  far = np.hypot(far_y[:, np.newaxis], far_x) / cells
  return np.where(far <= radius, far, _FAR).astype(np.float32)


def _beside(line: np.ndarray, apart: np.ndarray) -> np.ndarray:
  """Seeds on both sides of a line, so far from each of its points."""
  along = np.gradient(line, axis=0)
  along /= np.maximum(np.hypot(*along.T), 1e-9)[:, np.newaxis]
  across = along[:, ::-1] * (1, -1) * apart[:, np.newaxis]
  every = max(1, int(np.min(apart) / _STEP))
  return np.concatenate([line + across, line - across])[::every]


def _flat(values: np.ndarray) -> memoryview:
  """Values that single ones are read of quickly."""
  return memoryview(np.ascontiguousarray(values, np.float32).reshape(-1))
