"""The order in which a plotter draws paths, so that it moves little.

From each path the pen goes on to the nearest end of one that is left (the
nearest neighbour). Then stretches of the way are turned round as long as that
makes it shorter (2-opt). Paths may be drawn from either end.
"""

from typing import NamedTuple

import numpy as np
from scipy import spatial

# Ends that are tried from each place.
_NEIGHBOURS = 10
# Rounds of shortening, at most; each makes it shorter by less than the one
# before.
_ROUNDS = 12
# What is shorter by less is no gain, millimetres.
_LEAST = 1e-6


class Order(NamedTuple):
  """How to draw paths.

  Attributes:
    paths: int `[N]`, which path comes when.
    reversed: bool `[N]`, which of these are drawn from their end.
  """

  paths: np.ndarray
  reversed: np.ndarray


def travel(
  ends: np.ndarray, order: Order | None = None, home: tuple = (0.0, 0.0)
) -> float:
  """How far the pen goes while it is up.

  Args:
    ends: both ends of each path, float `[N, 2, 2]`.
    order: how they are drawn; by default as they are.
    home: where the pen begins, and goes in the end.

  Returns:
    The length of the way.
  """
  if order is not None:
    ends = ends[order.paths]
    ends = np.where(
      order.reversed[:, np.newaxis, np.newaxis], ends[:, ::-1], ends
    )
  stops = np.concatenate([[home], ends.reshape(-1, 2), [home]])
  ways = np.diff(stops, axis=0)[::2]
  return float(np.hypot(*ways.T).sum())


def shortened(ends: np.ndarray, home: tuple = (0.0, 0.0)) -> Order:
  """Finds an order in which the pen moves little.

  Args:
    ends: see `travel`.
    home: see `travel`.

  Returns:
    The order.
  """
  if not len(ends):
    return Order(np.zeros(0, int), np.zeros(0, bool))
  stops = _nearest(ends, home)
  _two_opt(ends.reshape(-1, 2), stops, np.array(home, float))
  order = Order(stops[:, 0] // 2, stops[:, 0] % 2 == 1)
  if travel(ends, order, home) > travel(ends, home=home):
    return Order(np.arange(len(ends)), np.zeros(len(ends), bool))
  return order


def _nearest(ends: np.ndarray, home: tuple) -> np.ndarray:
  """Goes on to the nearest end: int `[N, 2]`, of each path its ends in turn.

  End 0 of path `i` is number `2 i`, end 1 is `2 i + 1`.
  """
  flat = ends.reshape(-1, 2)
  left = np.ones(len(flat), bool)
  numbers = np.arange(len(flat))
  tree = spatial.cKDTree(flat)
  place, stops = home, []
  while len(stops) < len(ends):
    count = 8
    while True:
      # Asked for more than there are, a tree answers with its size.
      _, found = tree.query(place, min(count, len(numbers)))
      found = np.atleast_1d(found)
      free = found[left[numbers[found]]]
      if len(free):
        break
      if count > 64:
        # Most that are near have gone: on with a tree of those that are left.
        numbers = np.flatnonzero(left)
        tree = spatial.cKDTree(flat[numbers])
        count = 8
      else:
        count *= 4
    first = int(numbers[free[0]])
    last = first ^ 1
    left[[first, last]] = False
    stops.append((first, last))
    place = flat[last]
  return np.array(stops)


def _two_opt(flat: np.ndarray, stops: np.ndarray, home: np.ndarray) -> None:
  """Turns stretches of the way round, in place, while that shortens it."""
  count = len(stops)
  base = len(flat)  # The number of home.
  places = np.concatenate([flat, home[np.newaxis]])
  near = min(_NEIGHBOURS + 1, len(flat))
  _, found = spatial.cKDTree(flat).query(places, near)
  neighbours = found.reshape(len(places), near).tolist()
  points = list(map(tuple, places.tolist()))
  place = np.empty(count * 2, int)  # Of each end: which path of the way.
  place[stops.ravel()] = np.repeat(np.arange(count), 2)

  def gap(a: int, b: int) -> float:
    (ya, xa), (yb, xb) = points[a], points[b]
    return ((ya - yb) ** 2 + (xa - xb) ** 2) ** 0.5

  idle = 0  # Rounds without a gain; the way is looked at from both sides.
  for _ in range(_ROUNDS):
    idle += 1
    for i in range(-1, count - 1):
      # The pen leaves `a` for `b`; it would be better off going to `c`.
      a = int(stops[i, 1]) if i >= 0 else base
      b = int(stops[i + 1, 0])
      now = gap(a, b)
      for c in neighbours[a]:
        if gap(a, c) >= now:
          break
        j = int(place[c])
        # `c` must be where a later path ends, to be next when turned round.
        if j <= i or stops[j, 1] != c:
          continue
        d = int(stops[j + 1, 0]) if j + 1 < count else base
        if now + gap(c, d) - gap(a, c) - gap(b, d) > _LEAST:
          turned = stops[i + 1 : j + 1][::-1, ::-1].copy()
          stops[i + 1 : j + 1] = turned
          place[turned.ravel()] = np.repeat(np.arange(i + 1, j + 1), 2)
          idle = 0
          break
    # The same from behind: the way as it is walked back is as long.
    stops[:] = stops[::-1, ::-1].copy()
    place[stops.ravel()] = np.repeat(np.arange(count), 2)
    if idle == 2:
      break
