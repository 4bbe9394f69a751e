"""The nearest training images, beside which copies would be seen.

Near means few pixels apart: what tells an image from others of its class, and a
copy from a new one, is what features of a classifier are trained to forget.
Images are compared at every small shift, for a copy may be a pixel off.

Shares say what the eye sees in a few. How often is a picture nearer to its
nearest training image than a held-out image is to its own? This is the
statistic of Mann and Whitney that the data-copying test of Meehan et al., "A
Non-Parametric Test to Detect Data-Copying in Generative Models", 2020, rests
on, over all images at once instead of cell by cell. One half is what new images
of the same kind get, 1 what copies get. But an agent whose lines differ from
those of the data is far below one half, even if it copies; so `copied` asks
whether its own drawings are nearer to training images than to held-out ones.
"""

from typing import NamedTuple

import numpy as np

from spiral_tf import datasets

# Cells across of the coarse images by which candidates are found, and
# candidates that are looked at closely.
_CELLS = 8
_CANDIDATES = 32
# Training images, and pictures, that are compared at once.
_CHUNK = 4096
_PICTURES = 1024
# A picture this near is suspicious: nearer than this share of the held-out
# images.
_SUSPICIOUS = 0.99


class Nearest(NamedTuple):
  """Of each of `N` pictures the nearest of other images.

  Attributes:
    indices: which it is, int64 `[N]`.
    distances: the root of the mean squared difference of a pixel on [0, 1] at
      the best shift, float64 `[N]`.
  """

  indices: np.ndarray
  distances: np.ndarray


class Copying(NamedTuple):
  """How pictures compare with held-out images.

  Attributes:
    nearer: share of pairs of a picture and a held-out image in which the
      picture is the nearer to its nearest training image; ties are halves.
    suspicious: share of the pictures that are nearer than 99% of the held-out
      images; about 1% is chance.
  """

  nearer: float
  suspicious: float


def find(pictures: np.ndarray, images: datasets.Images) -> Nearest:
  """Finds the nearest of all images to each picture.

  Candidates are the nearest on a coarse grid; which of them is the nearest is
  decided by all pixels, at all shifts by up to 1/32 of the width, one pixel at
  least.

  Args:
    pictures: uint8 `[N, W, W, C]`, `N` at least 1.
    images: uint8 `[M, W, W, C]`, `M` at least 1, which may be on disk.

  Returns:
    The nearest.

  Raises:
    ValueError: the shapes do not fit.
  """
  if pictures.shape[1:] != images.shape[1:] or not len(pictures):
    raise ValueError(
      f'pictures are {list(pictures.shape)} and images {list(images.shape)}, '
      'but they must be [N, W, W, C] and [M, W, W, C], N at least 1.'
    )
  parts = [
    _closest(batch, images, _candidates(batch, images))
    for batch in (
      pictures[start : start + _PICTURES]
      for start in range(0, len(pictures), _PICTURES)
    )
  ]
  return Nearest(*(np.concatenate(part) for part in zip(*parts)))


def copying(found: np.ndarray, held_out: np.ndarray) -> Copying:
  """Tells whether pictures are nearer to what was trained on than new images.

  Args:
    found: distances of pictures to their nearest training images, `[N]`.
    held_out: those of images that were not trained on, `[M]`.

  Returns:
    The shares.
  """
  held_out = np.sort(held_out)
  below = np.searchsorted(held_out, found, 'left')
  up_to = np.searchsorted(held_out, found, 'right')
  limit = np.quantile(held_out, 1 - _SUSPICIOUS)
  return Copying(
    nearer=float(np.mean(1 - (below + up_to) / (2 * len(held_out)))),
    suspicious=float(np.mean(found < limit)),
  )


def copied(
  to_training: np.ndarray,
  to_held_out: np.ndarray,
  num_training: int,
  num_held_out: int,
) -> float:
  """Estimates the share of pictures that are copies, whatever their lines.

  A picture that is no copy may be nearest to any image, trained on or held out,
  if these are of one kind: as often to a held-out one as there are such among
  all. A copy never is. Held-out images of other kinds, as other alphabets are,
  make everything look somewhat copied.

  Args:
    to_training: distances of pictures to the nearest training images, `[N]`.
    to_held_out: distances to the nearest held-out images, `[N]`.
    num_training: training images.
    num_held_out: held-out images.

  Returns:
    The share, about 0 where nothing was copied, and by chance below that; see
    `chance`.
  """
  expected = num_held_out / (num_training + num_held_out)
  ties = np.mean(to_held_out == to_training) / 2
  return float(1 - (np.mean(to_held_out < to_training) + ties) / expected)


def chance(number: int, num_training: int, num_held_out: int) -> float:
  """Standard deviation of `copied` among so many pictures, none a copy.

  It is that of independent pictures; those that are alike share their nearest
  image, and deviate more.
  """
  return float(np.sqrt(num_training / num_held_out / number))


def _candidates(pictures: np.ndarray, images: datasets.Images) -> np.ndarray:
  """Indices of the images that are nearest on a coarse grid, int64 `[N, K]`."""
  moved = [_coarse(shifted) for shifted in _shifts(pictures)]
  lengths = [np.square(coarse).sum(axis=1, keepdims=True) for coarse in moved]
  kept = np.zeros([len(pictures), 0], np.int64)
  squares = np.zeros([len(pictures), 0], np.float32)
  for start in range(0, len(images), _CHUNK):
    others = _coarse(np.asarray(images[start : start + _CHUNK]))
    found = np.full([len(pictures), len(others)], np.inf, np.float32)
    for coarse, length in zip(moved, lengths):
      np.minimum(found, length - 2 * coarse @ others.T, out=found)
    found += np.square(others).sum(axis=1)
    squares = np.concatenate([squares, found], axis=1)
    new = np.arange(start, start + len(others))
    kept = np.concatenate([kept, np.broadcast_to(new, found.shape)], axis=1)
    best = np.argpartition(
      squares, min(_CANDIDATES, squares.shape[1]) - 1, axis=1
    )[:, :_CANDIDATES]
    squares = np.take_along_axis(squares, best, axis=1)
    kept = np.take_along_axis(kept, best, axis=1)
  return kept


def _closest(
  pictures: np.ndarray, images: datasets.Images, candidates: np.ndarray
) -> Nearest:
  """The nearest of each picture's candidates, by pixels."""
  indices, distances = [], []
  for moved, own in zip(np.stack(_shifts(pictures), axis=1), candidates):
    # Images on disk are read in their order.
    own = np.sort(own)
    others = np.asarray(images[own])[:, None]
    squares = np.square(others.astype(np.int32) - moved)
    best = squares.mean(axis=(2, 3, 4)).min(axis=1)
    indices.append(own[best.argmin()])
    distances.append(np.sqrt(best.min()) / 255)
  return Nearest(np.array(indices), np.array(distances))


def _shifts(pictures: np.ndarray) -> list[np.ndarray]:
  """Pictures `[N, W, W, C]` at each small shift; paper comes in."""
  _, height, width, _ = pictures.shape
  reach = max(1, width // 32)
  edges = ((0, 0), (reach, reach), (reach, reach), (0, 0))
  padded = np.pad(pictures, edges, constant_values=255)
  places = range(2 * reach + 1)
  return [
    padded[:, row : row + height, column : column + width]
    for row in places
    for column in places
  ]


def _coarse(images: np.ndarray) -> np.ndarray:
  """Means of the ink in cells, float32 `[N, V]`."""
  count, width = len(images), images.shape[1]
  size = max(1, width // _CELLS)
  cells = width // size
  ink = 255 - images[:, : cells * size, : cells * size]
  ink = ink.reshape(count, cells, size, cells, size, -1)
  return ink.mean(axis=(2, 4), dtype=np.float32).reshape(count, -1) / 255
