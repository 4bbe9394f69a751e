"""Pictures that were digits, and are none any more.

They are made of the same ink as real images: who would tell them from digits
must look at shapes. Some kinds of harm leave some digits what they are, or make
others of them, so each says which digits it is done to.
"""

from collections.abc import Callable
from collections.abc import Iterable

import numpy as np

_Harm = Callable[[np.ndarray, np.random.Generator], np.ndarray]
_WHITE = 255


def mirrored(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Swaps left and right, of uint8 `[N, W, W, C]`."""
  del rng
  return images[:, :, ::-1]


def turned(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Turns images by a quarter, either way, of uint8 `[N, W, W, C]`."""
  left = rng.random([len(images), 1, 1, 1]) < 0.5
  return np.where(
    left, np.rot90(images, 1, (1, 2)), np.rot90(images, -1, (1, 2))
  )


def upended(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Turns images upside down, of uint8 `[N, W, W, C]`."""
  del rng
  return images[:, ::-1, ::-1]


def cut(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Leaves one half, of the four there are, of uint8 `[N, W, W, C]`."""
  result = images.copy()
  middle = images.shape[1] // 2
  for image, side in zip(result, rng.integers(4, size=len(images))):
    rows = image if side < 2 else image.swapaxes(0, 1)
    rows[slice(middle, None) if side % 2 else slice(middle)] = _WHITE
  return result


def swapped(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Puts one half where the other was, of uint8 `[N, W, W, C]`."""
  middle = images.shape[1] // 2
  down = rng.random([len(images), 1, 1, 1]) < 0.5
  return np.where(
    down, np.roll(images, middle, axis=1), np.roll(images, middle, axis=2)
  )


def crossed(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Puts the lower half of each over the upper half of another one.

  In their own places, halves of two digits often make a third.

  Args:
    images: uint8 `[N, W, W, C]`.
    rng: says of which other one.

  Returns:
    uint8 `[N, W, W, C]`.
  """
  height = images.shape[1]
  middle = height // 2
  others = images[rng.permutation(len(images))]
  return np.concatenate(
    [images[:, middle:], others[:, : height - middle]], axis=1
  )[:, :height]


def overlaid(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Draws each over another one.

  Args:
    images: uint8 `[N, W, W, C]`, in the order of their digits.
    rng: says over which one: one at least a quarter of all images away, so that
      hardly two of the same digit meet.

  Returns:
    uint8 `[N, W, W, C]`.
  """
  count = len(images)
  away = rng.integers(
    count // 4, max(1, 3 * count // 4), size=count, endpoint=True
  )
  return np.minimum(images, images[(np.arange(count) + away) % max(1, count)])


# Each kind of harm, and the digits that it is done to. A mirrored 0, 1 or 8 is
# one still, and a mirrored 2 or 5 is an S, which people read as a 5 and as a 2.
# Upside down, only 3, 4 and 7 are no digits. Half a 1 is a 1, and so are its
# swapped halves. The right half of a 4 or a 9 is a 1, too, and the upper half
# of a 9, like either half of an 8, is a 0. Round digits over others are an 8.
KINDS: dict[str, tuple[_Harm, tuple[int, ...]]] = {
  'mirrored': (mirrored, (3, 4, 6, 7, 9)),
  'turned': (turned, (1, 2, 3, 4, 5, 6, 7, 8, 9)),
  'upended': (upended, (3, 4, 7)),
  'cut': (cut, (0, 2, 3, 5, 6, 7)),
  'swapped': (swapped, (0, 2, 3, 4, 5, 6, 7, 8, 9)),
  'crossed': (crossed, (0, 2, 3, 5, 6, 8)),
  'overlaid': (overlaid, (0, 2, 4, 7)),
}


def spoil(
  images: np.ndarray,
  labels: np.ndarray,
  rng: np.random.Generator,
  kinds: Iterable[str] = tuple(KINDS),
) -> dict[str, np.ndarray]:
  """Does each kind of harm to the digits that are none afterwards.

  Args:
    images: uint8 `[N, W, W, C]`.
    labels: which digits they are, int `[N]`.
    rng: of what is left to chance.
    kinds: of `KINDS`.

  Returns:
    Of each kind, uint8 `[M, W, W, C]`, `M` from 0 to `N`.
  """
  order = np.argsort(labels, kind='stable')
  images, labels = images[order], labels[order]
  result = {}
  for kind in kinds:
    harm, digits = KINDS[kind]
    result[kind] = harm(images[np.isin(labels, digits)], rng)
  return result
