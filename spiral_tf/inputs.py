"""Pictures that people hand in: any size, any mode, none of it trusted."""

import os
from typing import Any, List

import numpy as np
from PIL import Image

from spiral_tf.datasets import archive
from spiral_tf.datasets import cache

FITS = ('crop', 'pad')
# What a picture is decoded for; JPEG files of more than twice as many pixels a
# side are decoded smaller than they are.
_WIDTH = 1024


def read(source: Any) -> np.ndarray:
  """Reads a picture.

  Paper shows through what is transparent, 16 bits become 8, of an animation the
  first picture is taken, and a camera's rotation is undone.

  Args:
    source: a path, the bytes of a file, a Pillow image, or an array, uint8
      `[H, W]`, `[H, W, 1]`, `[H, W, 3]` or `[H, W, 4]`.

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
      name = os.fspath(source)
      source = archive.read_file(name)
    if isinstance(source, (bytes, bytearray, memoryview)):
      image = archive.decode(bytes(source), _WIDTH, 3)
    elif isinstance(source, Image.Image):
      image = archive.flatten(source, 3)
    else:
      image = archive.flatten(_from_array(source), 3)
  except FileNotFoundError:
    raise FileNotFoundError(
      f'{name} does not exist; name a picture that does.'
    ) from None
  except cache.BadImageError as error:
    raise ValueError(f'{name} {_one_line(error)}.') from None
  return np.asarray(image)


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
    side = max(picture.size)
    paper = Image.new('RGB', (side, side), 'white')
    corner = ((side - picture.width) // 2, (side - picture.height) // 2)
    paper.paste(picture, corner)
    picture = paper
  picture = archive.centre_square(picture, width)
  pixels = np.asarray(picture.convert('L' if channels == 1 else 'RGB'))
  return pixels.reshape(width, width, channels)


def find(path: str) -> List[str]:
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
    raise FileNotFoundError(f'{path} does not exist; name a picture that does.')
  return [path]


def _from_array(source: Any) -> Image.Image:
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


def _one_line(error: Exception) -> str:
  text = ' '.join(str(error).split())
  return text if len(text) <= 200 else text[:197] + '...'
