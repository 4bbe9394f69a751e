"""Decodes the files of pictures to plain ones; it trusts none of them."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import ctypes
import io
import logging
import warnings

import numpy as np
from PIL import Image
from PIL import ImageOps
from PIL import UnidentifiedImageError

# Formats that are read: not all that Pillow can, which for some of them starts
# other programs.
_FORMATS = ('BMP', 'GIF', 'JPEG', 'PNG', 'PPM', 'TIFF', 'WEBP')
MAX_BYTES = 256 * 2**20  # Size of the file of one picture, at most.
# Pixels of one picture, at most, as Pillow recommends: a quarter of a GiB in
# colour.
MAX_PIXELS = 89_478_485

# What Pillow logs and libtiff prints names no file; our errors do.
logging.getLogger('PIL').setLevel(logging.CRITICAL)
with contextlib.suppress(AttributeError):  # Where Pillow has no libtiff.
  ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler(None)


class BadImageError(ValueError):
  """A picture is unsound.

  The message says only what is wrong, as in 'is empty'; whoever knows the
  picture's name puts it before, and `config.bad_images` says what becomes of
  such pictures of a data set.
  """


def check_size(size: int) -> None:
  """Raises a BadImageError unless a file of `size` bytes may be a picture."""
  if not size:
    raise BadImageError('is empty, 0 bytes')
  if size > MAX_BYTES:
    raise BadImageError(
      f'has {size} bytes, but a picture has at most {MAX_BYTES}'
    )


def decode(data: bytes, width: int, channels: int) -> Image.Image:
  """Decodes a picture.

  Paper shows through what is transparent, 16 bits become 8, of an animation
  the first picture is taken, and a camera's rotation is undone.

  Args:
    data: what its file holds.
    width: what it will be resized to, pixels. A JPEG file that is more than
      twice as large may be decoded smaller than it is, which is faster.
    channels: 1 or 3.

  Returns:
    The picture, of mode 'L' or 'RGB'.

  Raises:
    BadImageError: it is no sound picture, or it is far too large.
  """
  return flatten(open_picture(data, width), channels)


def open_picture(
  data: bytes, width: int, max_pixels: int | None = None
) -> Image.Image:
  """Opens a picture, which is decoded when its pixels are needed.

  Args:
    data: what its file holds.
    width: as of `decode`.
    max_pixels: the most pixels that its header may announce, if that is less
      than what can be read anyway. A larger picture is refused before any of it
      is decoded, whatever its format, and before memory is taken for it.

  Returns:
    The picture, of any mode.

  Raises:
    BadImageError: it is no sound picture, or it is far too large.
  """
  check_size(len(data))
  try:
    with _no_warnings():
      image = Image.open(io.BytesIO(data), formats=_FORMATS)
    if max_pixels is not None:
      check_pixels(image, max_pixels)
    image.draft(None, (2 * width, 2 * width))
  except BadImageError:
    raise
  except UnidentifiedImageError:
    raise BadImageError(
      f'is no sound picture: cannot be {" or ".join(_FORMATS)}'
    ) from None
  except Image.DecompressionBombError as error:
    most = MAX_PIXELS if max_pixels is None else min(MAX_PIXELS, max_pixels)
    raise _too_many(_size(data), most) from error
  except Exception as error:
    # The file is in memory already, so this error can only be its content's.
    raise BadImageError(f'is no sound picture: {error}') from error
  # For a JPEG file, this is its size after `draft`.
  check_pixels(image, MAX_PIXELS)
  return image


def check_pixels(image: Image.Image, most: int) -> None:
  """Raises a BadImageError if a picture has more than `most` pixels."""
  if image.width * image.height > most:
    raise _too_many(f'{image.width} x {image.height}', most)


def _too_many(pixels: str, most: int) -> BadImageError:
  return BadImageError(
    f'has {pixels} pixels, but at most {most:,} are read; make it smaller'
  )


def _size(data: bytes) -> str:
  """Width and height of a picture that `Image.open` takes for a bomb."""
  for name in _FORMATS:
    open_file, accepts = Image.OPEN[name]
    if accepts(data[:16]):
      with contextlib.suppress(Exception), _no_warnings():
        image = open_file(io.BytesIO(data), '')
        return f'{image.width} x {image.height}'
  return f'more than {2 * MAX_PIXELS:,}'


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
  """Keeps Pillow from printing what it thinks of a picture."""
  with warnings.catch_warnings():
    warnings.filterwarnings('ignore', module='PIL')
    yield


def _from_16_bits(image: Image.Image) -> Image.Image:
  """Scales grey of 16 bits, which Pillow would cut off at 255, to 8."""
  values = np.asarray(image)
  if image.mode == 'F' or values.min() < 0 or values.max() > 65535:
    raise BadImageError('has more than 16 bits a channel')
  values = values.astype(np.int32)
  return Image.fromarray(((values + 128) // 257).astype(np.uint8))


def flatten(
  image: Image.Image,
  channels: int,
  scale: Callable[[Image.Image], Image.Image] = _from_16_bits,
) -> Image.Image:
  """Makes any picture of Pillow's a plain one, as `decode` says.

  Args:
    image: the picture, perhaps not loaded yet.
    channels: 1 or 3.
    scale: makes 8 bits of grey with more, or of fractions.

  Returns:
    The picture, of mode 'L' or 'RGB'.

  Raises:
    BadImageError: it is no sound picture.
  """
  try:
    with _no_warnings():
      image.load()
      image = ImageOps.exif_transpose(image)
      if image.mode[0] in 'IF':
        image = scale(image)
      if image.mode == 'La':
        # Pillow converts 'La' to 'LA' only, and that to other modes.
        image = image.convert('LA')
      if image.has_transparency_data:
        paper = Image.new('RGBA', image.size, 'white')
        image = Image.alpha_composite(paper, image.convert('RGBA'))
      return image.convert('RGB' if channels == 3 else 'L')
  except BadImageError:
    raise
  except Exception as error:
    raise BadImageError(f'is no sound picture: {error}') from error


def centre_square(
  image: Image.Image,
  width: int,
  resample: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
  """Crops the largest centred square and resizes it, with antialiasing.

  Args:
    image: any picture; of CelebA's 178x218 pixels, all but the top and the
      bottom 20 rows are kept.
    width: of the result, pixels.
    resample: the filter.

  Returns:
    A picture of `width` x `width` pixels.
  """
  side = min(image.size)
  left, top = (image.width - side) // 2, (image.height - side) // 2
  # `resize` with an argument `box` would mix in pixels from outside of it.
  square = image.crop((left, top, left + side, top + side))
  return square.resize((width, width), resample)
