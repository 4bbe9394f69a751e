"""The one colour of a PNG file that is transparent, as the format has it.

Pillow compares the colour with pixels that it has scaled, if they have 2 or 4
bits, and of 16 bits with the upper halves, which many colours share.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

# What Pillow calls colours of 16 bits, and the lower halves of them.
_UPPER, _LOWER = 'RGB;16B', 'RGB;16L'
# What it multiplies greys of few bits by, so that they fill 8.
_FACTORS = {'L;2': 85, 'L;4': 17}


def exact(image: Image.Image, reopen: Callable[[], Image.Image]) -> Image.Image:
  """Makes the transparent colour of a picture the right one.

  Args:
    image: any picture, as Pillow opened it; its `info` may change.
    reopen: opens the same picture again.

  Returns:
    The picture, perhaps decoded, with an alpha channel.
  """
  key = image.info.get('transparency')
  if image.format != 'PNG' or key is None or not image.tile:
    return image
  coding = image.tile[0].args
  if image.mode == 'L':
    factor = _FACTORS.get(coding, 1)
    # Bits beyond those of the pixels are to be ignored.
    image.info['transparency'] = key % (255 // factor + 1) * factor
  elif image.mode == 'RGB' and coding == _UPPER:
    _make_transparent(image, reopen(), key)
  elif image.mode == 'RGB':
    image.info['transparency'] = tuple(value & 255 for value in key)
  return image


def _make_transparent(
  image: Image.Image, lower: Image.Image, key: tuple[int, int, int]
) -> None:
  """Adds an alpha channel to a picture of 16 bits a channel."""
  lower.tile = [lower.tile[0]._replace(args=_LOWER)]
  opaque = np.zeros([image.height, image.width], bool)
  for channel, value in enumerate(key):
    for half, byte in ((image, value >> 8), (lower, value & 255)):
      opaque |= np.asarray(half.getchannel(channel)) != byte
  del image.info['transparency']
  image.putalpha(Image.fromarray(opaque))
