"""What a picture looks like: a photograph, or a drawing in which lines."""

import numpy as np
from PIL import Image
from scipy import ndimage

PHOTOGRAPH = 'a photograph'
THICK = 'a drawing in thick lines'
THIN = 'a drawing in thin lines'

# Pixels a side by which a picture is judged.
_WIDTH = 128
# Of the range from black to white: ink is darker than this.
_INK = 0.6
# A drawing has at least this share of pixels that are nearly black or white and
# nearly grey, and at most this share of ink.
_LEAST_PLAIN, _MOST_INK = 0.85, 0.4
# Width of a line, as a share of the picture's, from which it is thick.
_THICK = 0.058


def kind(picture: np.ndarray) -> str:
  """Says what a picture looks like.

  Args:
    picture: uint8 `[H, W, 3]`.

  Returns:
    PHOTOGRAPH, THICK or THIN.
  """
  side = min(picture.shape[:2])
  image = Image.fromarray(picture)
  scale = _WIDTH / side
  size = [max(1, round(scale * length)) for length in image.size]
  small = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) / 255
  light, spread = small.mean(-1), np.ptp(small, axis=-1)
  plain = (np.abs(light - 0.5) > 0.25) & (spread < 0.15)
  ink = light < _INK
  if plain.mean() < _LEAST_PLAIN or not 0 < ink.mean() < _MOST_INK:
    return PHOTOGRAPH
  # Twice the distance to the paper, in the middle of a line.
  depth = ndimage.distance_transform_edt(np.pad(ink, 1))
  middle = depth[depth == ndimage.maximum_filter(depth, 3)]
  width = 2 * np.median(middle[middle > 0])
  return THICK if width / _WIDTH >= _THICK else THIN
