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

from spiral_tf.datasets import file_kinds
from spiral_tf.datasets import grey
from spiral_tf.datasets import jpeg_end
from spiral_tf.datasets import png_key

MAX_BYTES = 256 * 2**20  # Size of the file of one picture, at most.
# Pixels of one picture, at most, as Pillow recommends: a quarter of a GiB in
# colour.
MAX_PIXELS = 89_478_485
# A compression of BMP files. Pillow loses the last of an odd number of pixels.
_RLE4 = 2
# Pixels of a tile of TIFF, at most, where the picture itself is smaller.
_MAX_TILE = 2048 * 2048

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
  """Opens a picture, whose pixels may be decoded later, by `flatten`.

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
  most = MAX_PIXELS if max_pixels is None else min(MAX_PIXELS, max_pixels)
  try:
    image = _open(data, width, max_pixels)
    check_pixels(image, MAX_PIXELS)
    if image.format in jpeg_end.FORMATS:
      return jpeg_end.load(image, data, lambda data: _open(data, width))
    return png_key.exact(image, lambda: _open(data, width))
  except BadImageError:
    raise
  except UnidentifiedImageError:
    raise BadImageError(file_kinds.complaint(data)) from None
  except Image.DecompressionBombError as error:
    raise _too_many(_size(data), most) from error
  except Exception as error:
    # The file is in memory already, so this error can only be its content's.
    raise BadImageError(
      f'is no sound picture: {error}; save it as JPEG or PNG'
    ) from error


def _open(
  data: bytes, width: int, max_pixels: int | None = None
) -> Image.Image:
  """Opens a picture as Pillow does; a JPEG file's may get smaller."""
  with _no_warnings():
    image = Image.open(io.BytesIO(data), formats=file_kinds.FORMATS)
  if max_pixels is not None:
    check_pixels(image, max_pixels)
  if image.info.get('compression') == _RLE4 and image.format == 'BMP':
    raise BadImageError(
      'is a BMP picture of 4 bits in run lengths, which is not read; save it '
      'as PNG'
    )
  if image.format == 'TIFF':
    _check_tiles(image)
  if image.info.get('progressive'):
    # All of it is in memory before any of it is made smaller.
    check_pixels(image, MAX_PIXELS)
  image.draft(None, (2 * width, 2 * width))
  return image


def _check_tiles(image: Image.Image) -> None:
  """Refuses a TIFF file with tiles far larger than its picture.

  Memory is taken for a whole tile, which the size of the picture says nothing
  of.
  """
  width, height = image.tag_v2.get(322, 0), image.tag_v2.get(323, 0)
  if width * height > max(_MAX_TILE, image.width * image.height):
    raise BadImageError(
      f'is no sound picture: it has {image.width} x {image.height} pixels in '
      f'tiles of {width} x {height}; save it as JPEG or PNG'
    )


def check_pixels(image: Image.Image, most: int) -> None:
  """Raises a BadImageError if a picture has more than `most` pixels."""
  if image.width * image.height > most:
    raise _too_many(f'{image.width} x {image.height}', most)


def _too_many(pixels: str, most: int) -> BadImageError:
  return BadImageError(
    f'has {pixels} pixels, but at most {most:,} are read; make it smaller'
  )


def _size(data: bytes) -> str:
  """Width and height of a picture that Pillow takes for a bomb."""
  for name in file_kinds.FORMATS:
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


def flatten(
  image: Image.Image,
  channels: int,
  guess: Callable[[str], None] | None = None,
) -> Image.Image:
  """Makes any picture of Pillow's a plain one, as `decode` says.

  Args:
    image: the picture, perhaps not loaded yet.
    channels: 1 or 3.
    guess: see `grey.to_8_bits`.

  Returns:
    The picture, of mode 'L' or 'RGB'.

  Raises:
    BadImageError: it is no sound picture.
  """
  try:
    with _no_warnings():
      image.load()
      levels = grey.levels(image)  # While its tags are at hand.
      image = ImageOps.exif_transpose(image)
      if image.mode[0] in 'IF':
        numbers, image = image, grey.to_8_bits(image, levels, guess)
        key = numbers.info.get('transparency')
        if key is not None:
          image.putalpha(Image.fromarray(np.asarray(numbers) != key))
      if image.mode == 'La':
        # Pillow converts 'La' to 'LA' only, and that to other modes.
        image = image.convert('LA')
      if image.has_transparency_data:
        paper = Image.new('RGBA', image.size, 'white')
        image = Image.alpha_composite(paper, image.convert('RGBA'))
      return image.convert('RGB' if channels == 3 else 'L')
  except grey.NoScaleError as error:
    raise BadImageError(str(error)) from error
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
