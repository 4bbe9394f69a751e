"""Where on a photograph which strokes would help, for all places at once.

A library of strokes is drawn once. What a stroke of the best colour would
bring at a place is made of sums over the pixels that it covers, so what it
would bring at every place of a window is a few correlations, which the Fourier
transform computes. For large strokes they are taken on smaller copies of the
photograph.
"""

from typing import NamedTuple

import numpy as np
import scipy.fft

# Width of the squares in which the strokes of the library are drawn, and of the
# windows in which they are tried, pixels.
SHAPE_WIDTH = 48
_WINDOW = 128
# Widths of strokes of the library, pixels, and lengths, in radii.
_RADII = (1.2, 9.0)
_LENGTHS = (0.5, 12.0)
_LONGEST = 40.0
_BEND = 0.25
# Places of one stroke that are kept, and how far from each other, pixels.
_PLACES = 3
_APART = 6


class Scene(NamedTuple):
  """A photograph, what is painted of it, and how much each pixel counts.

  Attributes:
    target: float32 `[H, W, 3]`.
    picture: float32 `[H, W, 3]`.
    weights: float32 `[H, W]`.
  """

  target: np.ndarray
  picture: np.ndarray
  weights: np.ndarray


def shapes(random: np.random.Generator, number: int) -> np.ndarray:
  """A library of strokes in the middle of a square.

  Args:
    random: where chance comes from.
    number: `N`, of strokes.

  Returns:
    Curves of many radii, lengths, directions and bends, float32 `[N, 8]`:
    start, control point and end, each (y, x) in pixels, radius in pixels, and
    pressure, which is 1.
  """
  low, high = np.log(_RADII)
  radii = np.exp(random.uniform(low, high, number))
  lengths = np.minimum(radii * random.uniform(*_LENGTHS, number), _LONGEST)
  angles = random.uniform(0, 2 * np.pi, number)
  half = np.stack([np.sin(angles), np.cos(angles)], 1) * lengths[:, None] / 2
  across = np.stack([half[:, 1], -half[:, 0]], 1)
  bend = across * random.normal(0, 2 * _BEND, number)[:, None]
  middle = np.full([number, 2], SHAPE_WIDTH / 2)
  columns = [middle - half, middle + bend, middle + half, radii[:, None]]
  return np.concatenate([*columns, np.ones([number, 1])], 1).astype(np.float32)


def shrunk(image: np.ndarray, scale: int) -> np.ndarray:
  """A copy, a pixel of which is the mean of `scale` times `scale` pixels.

  Args:
    image: float32 `[H, W]` or `[H, W, C]`.
    scale: 1, 2, 4 and so on.

  Returns:
    The copy. Where pixels are missing at its lower and right edges, those at
    the edges of the image are repeated.
  """
  while scale > 1:
    rows, columns = (n % 2 for n in image.shape[:2])
    if rows or columns:
      room = [(0, rows), (0, columns)] + [(0, 0)] * (image.ndim - 2)
      image = np.pad(image, room, mode='edge')
    # Faster than a mean over axes.
    image = image[::2] + image[1::2]
    image = (image[:, ::2] + image[:, 1::2]) * np.float32(0.25)
    scale //= 2
  return image


def scan(
  scene: Scene,
  curves: np.ndarray,
  masks: np.ndarray,
  random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
  """Tries strokes at all places of a window, which lies where the error is.

  Args:
    scene: what is painted.
    curves: float32 `[N, 8]`, of `shapes`.
    masks: what each of them covers, float32 `[N, S, S]`, with `S` the
      `SHAPE_WIDTH`.
    random: where chance comes from.

  Returns:
    The best places of each, as curves, float32 `[M, 8]`, and what they bring:
    by how much the weighted squared error would fall, float `[M]`.
  """
  top, left, window = _window(scene, random)
  found, gains = [], []
  for curve, gain in zip(curves, _gains(window, masks)):
    for _ in range(_PLACES):
      row, column = divmod(int(gain.argmax()), gain.shape[1])
      placed = curve.copy()
      placed[0:6:2] += row + top
      placed[1:6:2] += column + left
      found.append(placed)
      gains.append(gain[row, column])
      rows = slice(max(0, row - _APART), row + _APART + 1)
      columns = slice(max(0, column - _APART), column + _APART + 1)
      gain[rows, columns] = -np.inf
  return np.array(found), np.array(gains)


def _window(
  scene: Scene, random: np.random.Generator
) -> tuple[int, int, Scene]:
  """A part of a photograph with a border around it that does not count.

  Returns:
    Its upper and left edge, pixels, and the part.
  """
  border = SHAPE_WIDTH // 2
  missing = scene.target - scene.picture
  squares = np.einsum('yxc,yxc->yx', missing, missing) * scene.weights
  parts = []
  for axis in (0, 1):
    length = squares.shape[axis]
    first, last = -border, length + border - _WINDOW
    if last <= first:
      parts.append((first, length + border))
      continue
    # Of windows at random places the one in which most is missing.
    sums = np.concatenate([[0], squares.sum(axis=1 - axis).cumsum()])
    places = random.integers(first, last + 1, 2)
    ends = sums[np.clip(places + _WINDOW, 0, length)]
    begins = sums[np.clip(places, 0, length)]
    place = int(places[(ends - begins).argmax()])
    parts.append((place, place + _WINDOW))
    if axis == 0:
      squares = squares[max(0, place) : place + _WINDOW]
  (top, bottom), (left, right) = parts
  height, width = scene.weights.shape
  room = [
    (max(0, -top), max(0, bottom - height)),
    (max(0, -left), max(0, right - width)),
  ]

  def cut(image: np.ndarray) -> np.ndarray:
    part = image[max(0, top) : bottom, max(0, left) : right]
    return np.pad(part, room + [(0, 0)] * (image.ndim - 2))

  return top, left, Scene(*map(cut, scene))


def _gains(scene: Scene, masks: np.ndarray) -> np.ndarray:
  """What masks of the best colour would bring, float32 `[N, Y, X]`, by corner.

  With coverage a, target t and picture p, a stroke of colour c leaves the error
  of p (1 - a) + a c. Its best colour is c = n / d, n = sum a (t - (1 - a) p),
  d = sum a^2.
  """
  height, width = scene.weights.shape
  shape = [scipy.fft.next_fast_len(n, real=True) for n in (height, width)]

  def forward(images: np.ndarray) -> np.ndarray:
    return scipy.fft.rfft2(images, s=shape)

  def correlated(spectra: np.ndarray) -> np.ndarray:
    # Only places at which the whole mask is within the window.
    whole = scipy.fft.irfft2(spectra, s=shape)
    size = masks.shape[1]
    return whole[..., : height - size + 1, : width - size + 1]

  target, picture = (np.moveaxis(x, -1, 0) for x in scene[:2])
  weights = scene.weights
  missing = target - picture
  of_missing = forward(weights * missing)
  of_picture = forward(weights * picture)
  of_both = forward(weights * (missing * picture).sum(0))
  of_squares = forward(weights * np.square(picture).sum(0))
  once, twice = np.conj(forward(masks)), np.conj(forward(masks * masks))
  square = np.maximum(correlated(twice * forward(weights)), 1e-3)
  gain = -correlated(2 * once * of_both + twice * of_squares)
  for channel in range(3):
    linear = correlated(
      once * of_missing[channel] + twice * of_picture[channel]
    )
    color = np.clip(linear / square, 0, 1)
    gain += color * (2 * linear - color * square)
  return gain
