"""Grey of more than 8 bits, and fractions, as 8 bits."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

# Tags of TIFF.
_BITS, _PHOTOMETRIC = 258, 262
_MAXIMA = (281, 341)  # MaxSampleValue and SMaxSampleValue.
# Numbers that may be white, of fractions, of 32 bits, and of 16.
_WHITES = {
  'F': (1, 255, 65535),
  'I': (255, 1023, 4095, 65535),
}

_AT_ONCE = 2**20  # Numbers that are scaled together: it takes 8 bytes for each.


class NoScaleError(ValueError):
  """Nothing says which number is white; the message is as BadImageError's."""


class Levels(NamedTuple):
  """What a file says of its greys.

  Attributes:
    white: the number that is white, or black if `inverted`; None if the file
      does not say.
    inverted: whether 0 is white.
  """

  white: int | None = None
  inverted: bool = False


def levels(image: Image.Image) -> Levels:
  """Reads what the file of a picture says of its greys.

  BitsPerSample of a TIFF file is certain. MaxSampleValue is meant for
  statistics, so it counts only if it is what a camera's or a scanner's bits can
  hold: one of 255, 511, ..., 32767. Netpbm files name their white, and Pillow
  scales it to 65535. PNG files fill 16 bits whatever their chunk sBIT says,
  and many TIFF files of 16 bits hold fewer: both say nothing that is certain.

  Args:
    image: the picture, as Pillow opened it.

  Returns:
    What the file says.
  """
  if image.format == 'PPM' and image.mode == 'I':
    return Levels(65535)
  tags = getattr(image, 'tag_v2', None)
  if tags is None or image.mode[0] not in 'IF':
    return Levels()
  inverted = tags.get(_PHOTOMETRIC) == 0
  bits = np.ravel(tags.get(_BITS, 1))[0]
  if image.mode.startswith('I;16') and 8 < bits < 16:
    return Levels(2 ** int(bits) - 1, inverted)
  for tag in _MAXIMA:
    white = np.ravel(tags.get(tag, 0))[0]
    if white in [2**n - 1 for n in range(8, 16)]:
      return Levels(int(white), inverted)
  return Levels(None, inverted)


def to_8_bits(
  image: Image.Image,
  known: Levels,
  guess: Callable[[str], None] | None = None,
) -> Image.Image:
  """Scales greys of more than 8 bits, which Pillow would cut off at 255.

  Args:
    image: of mode 'I', 'I;16' or 'F'.
    known: what its file says.
    guess: allows to guess what it does not say. White is then the first of 1
      (for fractions), 255, 1023, 4095 (for whole numbers) and 65535 that no
      number exceeds. If all of these are exceeded, or a number is negative, the
      lowest number is black and the highest is white. Of 16 bits white ought to
      be 65535; if it is less, for the picture would be nearly black, `guess` is
      told so, in a sentence that begins with the file's name.

  Returns:
    The picture, of mode 'L'.

  Raises:
    NoScaleError: there are numbers beyond 0 to 65535, or fractions, and
      `guess` is None; or there are no numbers at all.
  """
  values = np.asarray(image)
  finite = np.isfinite(values)
  if not finite.any():
    raise NoScaleError('has no numbers in it')
  low, high = values[finite].min(), values[finite].max()
  white = known.white
  if white is not None and (low < 0 or high > white):
    white = None  # It says less than the truth.
  if white is None and guess is None:
    if image.mode == 'F' or low < 0 or high > 65535:
      raise NoScaleError('has more than 16 bits a channel')
    white = 65535
  if white is None and low >= 0:
    whites = _WHITES[image.mode[0]]
    white = next((white for white in whites if high <= white), None)
    # Black is black whatever is white.
    if high and white != 65535 and image.mode.startswith('I;16'):
      guess(
        f'has no number above {high} of 65535, so {white} is taken for its '
        'white; save it with 8 bits if that is wrong.'
      )
  if white is not None:
    low, high = 0, white
  scaled = np.empty(values.shape, np.uint8)
  step = max(1, _AT_ONCE // max(1, image.width))
  for start in range(0, len(values), step):
    part = slice(start, start + step)
    numbers = np.where(finite[part], values[part], low).astype(np.float64) - low
    numbers /= max(float(high) - float(low), np.finfo(np.float32).tiny)
    scaled[part] = 255 * numbers + 0.5
  if known.inverted:
    np.subtract(255, scaled, out=scaled)
  return Image.fromarray(scaled)
