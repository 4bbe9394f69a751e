"""Pictures that people hand in: any size, any mode, none of it trusted."""

import os
from typing import Any, NamedTuple
import warnings

import numpy as np
from PIL import Image

from spiral_tf import messages
from spiral_tf import pictures
from spiral_tf.datasets import archive
from spiral_tf.datasets import decoding

FITS = ('crop', 'pad')
# Pixels a side that are enough of a picture: JPEG files of more than twice as
# many are decoded smaller than they are.
_WIDTH = 1024
# Bytes at the beginning and the end of a file that say who wrote it.
_ENDS = 256


class GuessWarning(UserWarning):
  """It was a guess which number of a grey picture is white."""


def read(source: Any, max_pixels: int | None = None) -> np.ndarray:
  """Reads a picture.

  White paper shows through what is transparent, the first picture of an
  animation is taken, and a camera's rotation is undone.

  Greys of more than 8 bits, and fractions, become 8 bits. What is white, the
  file says (see `grey.levels`), or it is guessed (see `grey.to_8_bits`); of a
  guess that may surprise, a `GuessWarning` tells.

  A file has at most 256 MiB, and its picture `decoding.MAX_PIXELS` pixels. The
  picture of a JPEG file may have twice as many, unless it is progressive, for
  large ones are decoded smaller than they are.

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

  def guess(remark: str) -> None:
    warnings.warn(
      f'{messages.one_line(name)} {remark}', GuessWarning, stacklevel=2
    )

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
    return np.asarray(decoding.flatten(source, 3, guess))
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


class Found(NamedTuple):
  """What a path stands for.

  Attributes:
    paths: of pictures, sorted.
    remarks: lines that say what was left out of a folder, and why.
  """

  paths: list[str]
  remarks: list[str]


def find(path: str) -> Found:
  """Finds the pictures that a path stands for.

  Args:
    path: of a picture, or of a folder, in which they may lie however deep. Of a
      folder, pictures are left out that `pictures` wrote: they are what came of
      others, when somebody painted into the folder.

  Returns:
    The pictures.

  Raises:
    ValueError: the folder has none.
    OSError: there is nothing at `path`, or a folder cannot be read.
  """
  if not os.path.exists(path):
    raise _missing(path)
  if not os.path.isdir(path):
    return Found([path], [])
  folder = archive.Archive(path)
  paths = [os.path.join(path, name) for name in folder.names]
  others = [other for other in paths if not _is_ours(other)]
  where = messages.one_line(path)
  remarks = [f'{where}: {folder.left_out}.'] if folder.left_out else []
  ours = len(paths) - len(others)
  if ours and not others:
    raise ValueError(
      f'{where} holds only pictures that were painted here ({ours}), which are '
      'not painted again unless each is named with --image=...'
    )
  if ours:
    remarks.append(
      f'{where}: {ours} pictures were painted here, and are not painted again.'
    )
  return Found(others, remarks)


def _is_ours(path: str) -> bool:
  """Whether a PNG or GIF file says that `pictures` or `animation` wrote it."""
  first, last = archive.read_ends(path, _ENDS)
  told = pictures.SOFTWARE.encode()
  return (
    first.startswith(b'\x89PNG') and b'tEXtSoftware\0' + told in first
  ) or (
    first.startswith(b'GIF')
    and last.endswith(b'\x21\xfe' + bytes([len(told)]) + told + b'\0\x3b')
  )


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
