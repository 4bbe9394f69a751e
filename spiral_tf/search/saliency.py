"""Where people look first in a photograph.

The image signature (Hou, Harel and Koch, "Image signature: highlighting sparse
salient regions", PAMI 2012): of a small copy's cosine transform only the signs
are kept, and what is made of them is bright where there is little of something,
on a background of much of something else. Here of lightness and two opponent
colours, with a preference for the middle, where photographers put what matters.
"""

import numpy as np
import scipy.fft
import scipy.ndimage

# Width of the small copy, pixels; and of the blur in the end, as a share of it.
_WIDTH = 64
_BLUR = 0.05
# From where on a place is far from the middle, in half diagonals.
_MIDDLE = 0.6
# Share of the places that are looked at most.
_MOST = 0.02
_OPPONENTS = np.array(
  [[0.299, 0.587, 0.114], [0.5, -0.5, 0.0], [0.25, 0.25, -0.5]]
)


def saliency(photograph: np.ndarray) -> np.ndarray:
  """How much each pixel draws the eye.

  Args:
    photograph: float32 `[H, W, 3]`, each value in [0, 1].

  Returns:
    float32 `[H, W]`, each value in [0, 1], with 1 for a few places.
  """
  height, width = photograph.shape[:2]
  scale = min(1.0, _WIDTH / max(height, width))
  shape = [max(2, round(scale * n)) for n in (height, width)]
  small = np.stack(
    [_resized(photograph @ opponent, shape) for opponent in _OPPONENTS]
  )
  cosines = scipy.fft.dctn(small, axes=(1, 2), norm='ortho')
  # What is no more than rounding has no sign.
  signs = np.sign(np.where(np.abs(cosines) < 1e-4, 0, cosines))
  energy = np.square(scipy.fft.idctn(signs, axes=(1, 2), norm='ortho')).sum(0)
  blurred = scipy.ndimage.gaussian_filter(energy, _BLUR * max(shape))
  y, x = (np.linspace(-1, 1, n) for n in shape)
  distance = np.hypot(y[:, np.newaxis], x) / np.sqrt(2)
  seen = blurred * np.exp(-np.square(distance / _MIDDLE) / 2)
  seen = seen - seen.min()
  top = np.quantile(seen, 1 - _MOST)
  seen = np.clip(seen / top, 0, 1) if top > 0 else np.ones(shape)
  return _resized(seen, [height, width]).clip(0, 1).astype(np.float32)


def _resized(image: np.ndarray, shape: list[int]) -> np.ndarray:
  """A grey picture of another size, float64."""
  factors = np.divide(shape, image.shape)
  # Without a blur, small copies would have what falls between their pixels.
  blurred = scipy.ndimage.gaussian_filter(
    image.astype(float), np.maximum(0, 0.5 / factors - 0.5)
  )
  rows, columns = (
    (np.arange(n) + 0.5) / f - 0.5 for n, f in zip(shape, factors)
  )
  return scipy.ndimage.map_coordinates(
    blurred, np.meshgrid(rows, columns, indexing='ij'), order=1, mode='nearest'
  )
