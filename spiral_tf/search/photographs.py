"""Strokes that paint a photograph, found by search alone.

Strokes are laid where they bring most, each in the best colour, and varied.
Then all are varied where they lie, between those below and those above, the
ones that are worth least go, and others take their place, several times. What
it does was found by trial (docs/photographs.md). The hot part is native.
"""

from collections.abc import Callable
import os
from typing import NamedTuple

import numpy as np

from spiral_tf.environments import mypaint
from spiral_tf.search import proposals as proposals_lib
from spiral_tf.search import scanning

MAX_STROKES = 10_000
# Straight pieces of a curve.
SUBSTROKES = 16
# Strokes that are laid in one pass.
_LAID = 4
_LEAST = 0.5
# Passes in which nothing helps until there is an end.
_PATIENCE = 20
# Variations of a stroke that is laid; and of each stroke, in each of so many
# sweeps, when a round of replacements is over.
_TRIES = 40
_REFINING_TRIES = 30
_SWEEPS = 2
# Rounds: the fewer strokes, the more there is time for.
_MIN_ROUNDS, _MAX_ROUNDS = 2, 16
_ROUNDS_OF_ONE = 1800
# Share of the strokes that are replaced in a round.
_REPLACED = 0.15
_MIN_RADIUS = 0.7  # Pixels.
# Strokes with which a brush is tried first, what of it can be seen, and the
# share of strokes of which something must be seen.
_TRIED = 32
_SEEN = 0.05
_SEEN_SHARE = 0.25

# Told how much of the work is done, and of how much.
Report = Callable[[int, int], None]


class Painting(NamedTuple):
  """Strokes on paper.

  Attributes:
    strokes: lowest first, float32 `[N, 11]`: start, control point and end, each
      (y, x) in pixels, radius in pixels, pressure, and red, green and blue.
    paper: its colour, each of three values a multiple of 1/255.
    error: weighted mean squared error of a pixel on [0, 1].
  """

  strokes: np.ndarray
  paper: tuple[float, ...]
  error: float


def check_strokes(strokes: int) -> None:
  """Raises a ValueError if there cannot be so many strokes."""
  if type(strokes) is not int or not 1 <= strokes <= MAX_STROKES:
    raise ValueError(
      f'strokes is {strokes!r}, but it must be a whole number from 1 to '
      f'{MAX_STROKES:,}.'
    )


def paint(
  target: np.ndarray,
  strokes: int,
  brush: str,
  weights: np.ndarray | None = None,
  seed: int = 0,
  threads: int | None = None,
  report: Report | None = None,
  proposals: proposals_lib.Make = proposals_lib.Scan,
) -> Painting:
  """Searches for strokes that paint a photograph.

  Args:
    target: the photograph, float32 `[H, W, 3]`, each value in [0, 1].
    strokes: how many there are, at most: fewer if more would not help.
    brush: name of the brush.
    weights: how much each pixel counts, float32 `[H, W]`; None for all alike.
    seed: equal seeds make equal paintings, on any number of threads.
    threads: that share the work; None for as many as there are cores for this
      process.
    report: told how far it is.
    proposals: makes who proposes strokes; from those that it names the best are
      laid.

  Returns:
    The painting.

  Raises:
    ValueError: an argument is out of range, or there is no such brush.
  """
  check_strokes(strokes)
  search = _Search(target, weights, brush, seed, threads)
  search.check_brush(brush)
  proposer = proposals(search.photo, search.random)
  rounds = _ROUNDS_OF_ONE // strokes
  rounds = min(max(rounds, _MIN_ROUNDS), _MAX_ROUNDS)
  replaced = max(1, round(_REPLACED * strokes))
  # Strokes that are laid, and varied in sweeps.
  total = (rounds + 1) * _SWEEPS * strokes + strokes + rounds * replaced
  done = 0

  def said(more: int) -> None:
    nonlocal done
    done += more
    if report:
      report(done, total)

  for round_ in range(rounds + 1):
    if round_:
      search.photo.drop(replaced)
    search.fill(strokes, proposer, said)
    for _ in range(_SWEEPS):
      search.photo.refine(_REFINING_TRIES)
      said(strokes)
  return search.painting()


def enlarge(
  painting: Painting,
  scale: float,
  target: np.ndarray,
  brush: str,
  weights: np.ndarray | None = None,
  tries: int = 40,
  seed: int = 0,
  threads: int | None = None,
) -> Painting:
  """Fits a painting to a larger picture of the same photograph.

  Brushes look a little different at another size, so the strokes are varied
  again where they lie.

  Args:
    painting: of a smaller picture.
    scale: how many times as wide the larger one is.
    target: the larger one, see `paint`.
    brush: see `paint`.
    weights: see `paint`.
    tries: variations of each stroke.
    seed: see `paint`.
    threads: see `paint`.

  Returns:
    The painting of the larger picture.
  """
  search = _Search(target, weights, brush, seed, threads)
  strokes = painting.strokes.copy()
  strokes[:, :7] *= scale
  search.photo.lay(strokes)
  search.photo.refine(tries)
  return search.painting()


class _Search:
  """A painting in the making."""

  def __init__(
    self,
    target: np.ndarray,
    weights: np.ndarray | None,
    brush: str,
    seed: int,
    threads: int | None,
  ):
    height, width = target.shape[:2]
    if weights is None:
      weights = np.ones([height, width], np.float32)
    weights = weights / weights.mean()
    self._target, self._weights = target, weights
    self.random = np.random.default_rng(seed)
    mean = (target * weights[..., None]).sum((0, 1)) / weights.sum()
    # As paper can be.
    self._paper = tuple((np.round(255 * mean) / 255).tolist())
    self.photo = mypaint.Photo(
      target=target,
      weights=weights,
      brush=mypaint.brushes.load(brush),
      substrokes=SUBSTROKES,
      paper=self._paper,
      min_radius=_MIN_RADIUS,
      max_radius=max(height, width, 2 * _MIN_RADIUS) / 2,
      min_pressure=1,
      threads=threads or len(os.sched_getaffinity(0)),
      seed=int(self.random.integers(2**63)),
    )

  def check_brush(self, brush: str) -> None:
    """Raises a ValueError if a brush hardly leaves anything."""
    tried = scanning.shapes(np.random.default_rng(0), _TRIED)
    masks = self.photo.masks(tried, scanning.SHAPE_WIDTH)
    if (masks.max(axis=(1, 2)) > _SEEN).mean() < _SEEN_SHARE:
      raise ValueError(
        f'brush {brush!r} leaves nothing, or next to nothing, on strokes as '
        'short as photographs need; choose another one, such as marker.'
      )

  def fill(
    self,
    strokes: int,
    proposer: proposals_lib.Proposer,
    said: Callable[[int], None],
  ) -> None:
    """Lays strokes until there are so many, or no more that help."""
    failures = 0
    while len(self.photo) < strokes and failures < _PATIENCE:
      most = min(_LAID, strokes - len(self.photo))
      scene = scanning.Scene(self._target, self.photo.picture(), self._weights)
      laid = self.photo.add(proposer(scene), _TRIES, most, _LEAST)
      failures = 0 if laid else failures + 1
      said(laid)
    said(strokes - len(self.photo))  # Those that there is no use for.

  def painting(self) -> Painting:
    """What there is so far."""
    error = self.photo.error() / (3 * self._weights.sum())
    return Painting(self.photo.strokes(), self._paper, error)
