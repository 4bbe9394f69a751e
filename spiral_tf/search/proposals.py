"""Who proposes strokes to the painter of photographs, and of what kind.

A proposer looks at a photograph and at what is painted of it, and names strokes
that may help. They are tried, each in its best colour; the best of them are
varied and laid. `Scan` knows what a stroke would bring at each place. `Guided`
draws strokes by chance where the error is: what a better proposer, such as an
agent, is measured by.
"""

from collections.abc import Callable

import numpy as np

from spiral_tf.environments import mypaint
from spiral_tf.search import scanning

# Names strokes for a scene: curves, float32 `[N, 8]`, see `scanning.shapes`.
Proposer = Callable[[scanning.Scene], np.ndarray]
# Makes one for a painting, which draws what is random from the generator.
Make = Callable[[mypaint.Photo, np.random.Generator], Proposer]

# Strokes that are named in one pass.
CANDIDATES = 12
# Strokes of the library, and those of them that are tried at once.
_SHAPES = 384
_TRIED = 8
# Pixels of the photograph that are one of the copies that are scanned; a copy
# is at least so many pixels wide.
_SCALES = (8, 4, 2, 1)
_MIN_COPY = 24
# Copies that are scanned in a pass, those that gave most; and share of passes
# in which all are.
_COPIES = 2
_ALL_COPIES = 0.2


class Scan:
  """Finds the places where strokes of a library would bring most."""

  def __init__(
    self,
    photo: mypaint.Photo,
    random: np.random.Generator,
    number: int = CANDIDATES,
  ):
    """Draws the library.

    Args:
      photo: the painting, whose brush it is.
      random: where chance comes from.
      number: of strokes that are named in one pass, at most.
    """
    self._random = random
    self._number = number
    self._shapes = scanning.shapes(random, _SHAPES)
    self._masks = photo.masks(self._shapes, scanning.SHAPE_WIDTH)
    # What each copy gave when it was last scanned.
    self._gave: dict[int, float] = {}
    # Copies of the target and the weights, which stay the same.
    self._copies: dict[int, tuple[np.ndarray, np.ndarray]] = {}

  def __call__(self, scene: scanning.Scene) -> np.ndarray:
    """Names the strokes that would help most, the best first."""
    if not self._gave:
      self._gave = dict.fromkeys(_scales(scene), np.inf)
    scales = sorted(self._gave, key=lambda scale: -self._gave[scale])
    if self._random.random() >= _ALL_COPIES:
      scales = scales[:_COPIES]
    found, gains = [], []
    for scale in scales:
      tried = self._random.choice(_SHAPES, _TRIED, replace=False)
      curves, gain = scanning.scan(
        self._copy(scene, scale),
        self._shapes[tried],
        self._masks[tried],
        self._random,
      )
      curves[:, :7] *= scale
      self._gave[scale] = gain.max()
      found.append(curves)
      gains.append(gain)
    order = np.argsort(-np.concatenate(gains), kind='stable')
    return np.concatenate(found)[order[: self._number]]

  def _copy(self, scene: scanning.Scene, scale: int) -> scanning.Scene:
    """A smaller copy; each of its pixels counts as much as those in it."""
    if scale not in self._copies:
      self._copies[scale] = (
        scanning.shrunk(scene.target, scale),
        scanning.shrunk(scene.weights, scale) * np.float32(scale**2),
      )
    target, weights = self._copies[scale]
    picture = scanning.shrunk(scene.picture, scale)
    return scanning.Scene(target, picture, weights)


class Guided:
  """Draws strokes of all kinds that `Scan` has, where the error is."""

  def __init__(
    self,
    photo: mypaint.Photo,
    random: np.random.Generator,
    number: int = CANDIDATES,
  ):
    """Creates the proposer, see `Scan`."""
    del photo  # It needs to know nothing of the brush.
    self._random = random
    self._number = number

  def __call__(self, scene: scanning.Scene) -> np.ndarray:
    """Names strokes; a pixel is the middle of one by its share of the error."""
    curves = scanning.shapes(self._random, self._number)
    scales = self._random.choice(_scales(scene), self._number)
    places = missing(scene, self._random, self._number)
    curves[:, :6] -= scanning.SHAPE_WIDTH / 2
    curves[:, :7] *= scales[:, None]
    curves[:, :6] += np.tile(places, 3)
    return curves


def missing(
  scene: scanning.Scene, random: np.random.Generator, number: int
) -> np.ndarray:
  """Draws places by chance, in proportion to the error there.

  Args:
    scene: what is painted.
    random: where chance comes from.
    number: `N`, of places.

  Returns:
    Middles of pixels, (y, x), float32 `[N, 2]`; of any if nothing is missing.
  """
  squares = np.square(scene.target - scene.picture).sum(-1) * scene.weights
  sums = squares.cumsum(dtype=float)
  if sums[-1] <= 0:
    sums = np.arange(1.0, squares.size + 1)
  drawn = random.uniform(0, sums[-1], number)
  pixels = np.minimum(sums.searchsorted(drawn, 'right'), squares.size - 1)
  rows, columns = np.divmod(pixels, squares.shape[1])
  return np.stack([rows, columns], 1).astype(np.float32) + np.float32(0.5)


def _scales(scene: scanning.Scene) -> list[int]:
  """Pixels of a photograph that are one of each of its copies."""
  longest = max(scene.weights.shape)
  return [s for s in _SCALES if longest >= _MIN_COPY * s] or [1]
