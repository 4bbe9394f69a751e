"""How much of a set looks real, and how much of the real ones it covers.

Kynkaanniemi et al., "Improved Precision and Recall Metric for Assessing
Generative Models", 2019. The manifold of a set is estimated by balls around the
features of its members, each as wide as the distance to the member's `k`-th
nearest neighbour in the set. Precision is the share of the drawings that lie in
the manifold of the real images; recall is the share of the real images that lie
in the manifold of the drawings (section 2, equations 1 and 2). Who draws one
good picture again and again has all the precision, but no recall. Recall means
little without precision: scribbles that differ wildly have balls so wide that
real images lie in them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.spatial import distance

from spiral_tf.evaluation import feature_sets

# Rank of the neighbour that a ball reaches to, as the paper takes it.
NEIGHBOURS = 3
_CHUNK = 1000  # Rows of a matrix of distances that are held at once.


class PrecisionRecall(NamedTuple):
  """Two shares in [0, 1], see the module."""

  precision: float
  recall: float


def measure(
  real: np.ndarray, drawn: np.ndarray, neighbours: int = NEIGHBOURS
) -> PrecisionRecall:
  """Compares drawings with real images.

  The smaller a set, the wider its balls: compare only figures that were taken
  with as many real images, and as many drawings.

  Args:
    real: features of real images, `[N, F]`, `N` more than `neighbours`.
    drawn: features of drawings, `[M, F]`, `M` more than `neighbours`.
    neighbours: `k`.

  Returns:
    Precision and recall.

  Raises:
    ValueError: the features are not as above, or not finite.
  """
  a, b = feature_sets.checked(real, drawn)
  if not 1 <= neighbours < min(len(a), len(b)):
    raise ValueError(
      f'neighbours is {neighbours}, but with {len(a)} real images and {len(b)} '
      'drawings it must be at least 1 and less than either. Take more images.'
    )
  return PrecisionRecall(
    precision=_covered(b, a, _radii(a, neighbours)),
    recall=_covered(a, b, _radii(b, neighbours)),
  )


def _radii(points: np.ndarray, neighbours: int) -> np.ndarray:
  """Distances to the k-th nearest other point, `[N]` of points `[N, F]`."""
  # The nearest of all, at rank 0, is the point itself.
  return np.concatenate(
    [
      np.partition(rows, neighbours, axis=1)[:, neighbours]
      for rows in _distances(points, points)
    ]
  )


def _covered(
  points: np.ndarray, centres: np.ndarray, radii: np.ndarray
) -> float:
  """Share of points `[N, F]` in any of the balls around centres `[M, F]`."""
  return float(
    np.mean(
      np.concatenate(
        [(rows <= radii).any(axis=1) for rows in _distances(points, centres)]
      )
    )
  )


def _distances(points: np.ndarray, others: np.ndarray) -> Iterator[np.ndarray]:
  """Yields distances from some of the points to all others, `[n, M]`."""
  for start in range(0, len(points), _CHUNK):
    yield distance.cdist(points[start : start + _CHUNK], others)
