"""Evenly spaced lines along a flow (Jobard and Lefer, 1997).

A line grows from its seed both ways along the flow until it comes too near to
another one, to itself, or to the edge. New seeds lie beside lines that are
there already, as far away as lines are to be from each other at that place. How
far that is may differ from place to place, and makes light and shade.
"""

import copy

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
_STAMPS = 0.25
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
    nearest = _flat(nearest)
    tried = np.zeros(self._shape, bool)
    lines = []
    for start in range(0, len(seeds), _CHUNK):
      for seed in self._free(seeds[start : start + _CHUNK], spacing, tried):
        waiting = [seed]
        while waiting:
          place = np.array([waiting.pop()])
          if not self._free(place, spacing, tried):
            continue
          line = self._line(*place[0].tolist(), nearest, spacing)
          if len(line) * _STEP < shortest:
            rows, columns = self._cells_of(line)
            tried[rows, columns] = True
            continue
          lines.append(line)
          self._keep_free(line, spacing)
          if spreads:
            waiting.extend(
              self._free(
                _beside(line, spacing[self._cells_of(line)]), spacing, tried
              )
            )
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
    free = np.flatnonzero(np.isfinite(spacing))
    chooser.shuffle(free)
    order = np.argsort(np.round(np.log2(spacing.flat[free])), kind='stable')
    places = np.unravel_index(free[order], self._shape)
    return (np.transpose(places) + 0.5) / self._cells

  def _cells_of(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cells that points (y, x) on the sheet are in."""
    rows, columns = (points * self._cells).astype(int).T
    return rows, columns

  def _free(
    self, places: np.ndarray, spacing: np.ndarray, tried: np.ndarray
  ) -> list[tuple[float, float]]:
    """Those of places (y, x) where a line may begin."""
    size = np.divide(self._shape, self._cells)
    places = places[((places >= 0) & (places < size)).all(axis=1)]
    cells = self._cells_of(places)
    wanted = spacing[cells]
    # Distances are rounded to cells.
    far = self._distance[cells] >= wanted - 0.3 / self._cells
    return list(
      map(tuple, places[far & (wanted < _FAR) & ~tried[cells]].tolist())
    )

  def _line(
    self, y: float, x: float, nearest: memoryview, spacing: np.ndarray
  ) -> np.ndarray:
    """The line through a seed."""
    row, column = int(y * self._cells), int(x * self._cells)
    # The line's own points by squares of half a spacing, to see when it comes
    # back to itself.
    square = max(1.0, 0.8 * float(spacing[row, column]))
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
    place = int(y * cells) * columns + int(x * cells)
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
    cells, (rows, columns) = self._cells, self._shape
    row, column = (line * cells).astype(int).T
    reach = np.minimum(spacing[row, column], max(rows, columns)) * _REACH
    # Points of equal reach are stamped at once.
    level = np.ceil(2 * np.log2(np.maximum(reach, 0.5))).astype(int)
    flat = self._distance.reshape(-1)
    for each in np.unique(level):
      radius = 2 ** (each / 2)
      chosen = np.flatnonzero(level == each)
      every = max(1, int(_STAMPS * radius / _REACH / _STEP))
      kept = np.append(chosen[::every], chosen[-1])
      size = int(np.ceil(radius * cells))
      offset = np.arange(-size, size + 1)
      y = row[kept, np.newaxis] + offset
      x = column[kept, np.newaxis] + offset
      far_y = (y + 0.5) / cells - line[kept, 0, np.newaxis]
      far_x = (x + 0.5) / cells - line[kept, 1, np.newaxis]
      far = np.sqrt(far_y[:, :, np.newaxis] ** 2 + far_x[:, np.newaxis] ** 2)
      inside = (
        ((y >= 0) & (y < rows))[:, :, np.newaxis]
        & ((x >= 0) & (x < columns))[:, np.newaxis]
        & (far <= radius)
      )
      place = y[:, :, np.newaxis] * columns + x[:, np.newaxis]
      np.minimum.at(flat, place[inside], far[inside].astype(np.float32))


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
