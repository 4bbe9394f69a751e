"""Pictures that people hand in: any size, any mode, none of it trusted."""

import os
from typing import Any

import numpy as np
from PIL import Image

from spiral_tf import messages
from spiral_tf.datasets import archive
from spiral_tf.datasets import decoding

FITS = ('crop', 'pad')
# Pixels a side that are enough of a picture: JPEG files of more than twice as
# many are decoded smaller than they are.
_WIDTH = 1024


def read(source: Any, max_pixels: int | None = None) -> np.ndarray:
  """Reads a picture.

  White paper shows through what is transparent, the first picture of an
  animation is taken, and a camera's rotation is undone.

  Greys of more than 8 bits, and fractions, become 8 bits: white is the first of
  1 (for fractions only), 255 and 65535 that no number exceeds. If all of these
  are exceeded, or a number is negative, the lowest number is black and the
  highest is white.

  A file has at most 256 MiB, and its picture `decoding.MAX_PIXELS` pixels. The
  picture of a JPEG file may have twice as many, for large ones are decoded
  smaller than they are.

  Args:
    source: a path, the bytes of a file, a Pillow image, or an array, uint8
      `[H, W]`, `[H, W, 1]`, `[H, W, 3]` or `[H, W, 4]`.
    max_pixels: refuses pictures with more, by what the file's header says,
      before anything is decoded; JPEG files as well. The message says width,
      height, the bound and the cure. It can only lower the bounds above.

  Returns:
    uint8 `[H, W, 3]`.

  Raises:
    ValueError: it is no sound picture, or a far too large one; the message is
      one line.
    FileNotFoundError: there is no such file.
  """
  name = 'the picture'
  try:
    if isinstance(source, (str, os.PathLike)):
      name = os.fsdecode(source)
      source = archive.read_file(name)
    if isinstance(source, (bytes, bytearray, memoryview)):
      source = decoding.open_picture(bytes(source), _WIDTH, max_pixels)
    elif not isinstance(source, Image.Image):
      source = _from_array(source)
    if max_pixels is not None:
      decoding.check_pixels(source, max_pixels)
    return np.asarray(decoding.flatten(source, 3, _scale))
  except FileNotFoundError:
    raise _missing(name) from None
  except decoding.BadImageError as error:
    reason = messages.one_line(error).rstrip('.')
    raise ValueError(f'{messages.one_line(name)} {reason}.') from None


def fit(
  image: np.ndarray, width: int, channels: int, how: str = 'crop'
) -> np.ndarray:
  """Makes a picture as large as a canvas.

  Args:
    image: uint8 `[H, W, 3]`, or grey, `[H, W, 1]`.
    width: of the canvas, pixels.
    channels: 3, or 1 for luminance.
    how: 'crop' takes the largest square in the middle, 'pad' puts all of the
      picture on a square of white paper.

  Returns:
    uint8 `[width, width, channels]`.

  Raises:
    ValueError: `how` is unknown.
  """
  if how not in FITS:
    raise ValueError(
      f'fit is {how!r}, but it must be one of {", ".join(FITS)}.'
    )
  gray = image.shape[-1] == 1
  picture = Image.fromarray(image[..., 0] if gray else image).convert('RGB')
  if how == 'pad':
    # Scaled before it is laid on paper: a square as long as a narrow picture
    # may be huge.
    scale = width / max(picture.size)
    size = [max(1, round(scale * side)) for side in picture.size]
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    paper = Image.new('RGB', (width, width), 'white')
    corner = ((width - picture.width) // 2, (width - picture.height) // 2)
    paper.paste(picture, corner)
    picture = paper
  else:
    picture = decoding.centre_square(picture, width)
  pixels = np.asarray(picture.convert('L' if channels == 1 else 'RGB'))
  return pixels.reshape(width, width, channels)


def find(path: str) -> list[str]:
  """Finds the pictures that a path stands for.

  Args:
    path: of a picture, or of a folder, in which they may lie however deep.

  Returns:
    Paths of pictures, sorted.

  Raises:
    ValueError: the folder has none.
    FileNotFoundError: there is nothing at `path`.
  """
  if os.path.isdir(path):
    names = archive.Archive(path).names
    return [os.path.join(path, name) for name in names]
  if not os.path.exists(path):
    raise _missing(path)
  return [path]


def _scale(image: Image.Image) -> Image.Image:
  """Turns greys of more than 8 bits, or fractions, to 8 bits; see `read`."""
  values = np.asarray(image)
  finite = np.isfinite(values)
  if not finite.any():
    raise decoding.BadImageError('has no numbers in it')
  low, high = values[finite].min(), values[finite].max()
  whites = {'F': (1, 255, 65535), 'I': (255, 65535)}.get(image.mode, (65535,))
  enough = [white for white in whites if low >= 0 and high <= white]
  if enough:
    low, high = 0, enough[0]
  values = np.where(finite, values, low).astype(np.float64) - low
  values /= max(float(high) - float(low), np.finfo(np.float32).tiny)
  return Image.fromarray((255 * values + 0.5).astype(np.uint8))


def _from_array(source: Any) -> Image.Image:
  if not hasattr(source, '__array__'):
    raise ValueError(
      f'the picture is of type {type(source).__name__}, but it must be a path, '
      'the bytes of a file, a Pillow image or an array.'
    )
  array = np.asarray(source)
  shape = array.shape
  if array.dtype == np.uint8 and array.ndim == 3 and shape[2] == 1:
    array = array[..., 0]
  sound = (
    array.dtype == np.uint8
    and array.size
    and (array.ndim == 2 or (array.ndim == 3 and shape[2] in (3, 4)))
  )
  if not sound:
    raise ValueError(
      f'the picture is {array.dtype} {list(shape)}, but it must be uint8 '
      '[H, W], [H, W, 3] or [H, W, 4], and not empty.'
    )
  return Image.fromarray(array)


def _missing(path: str) -> FileNotFoundError:
  return FileNotFoundError(
    f'{messages.one_line(path)} does not exist; name a picture that does.'
  )
