"""Pictures for people: grids of images, titles over them, PNG files."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
from typing import Any

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont
from PIL import PngImagePlugin

from spiral_tf import files

# What PNG files of ours say of themselves, under 'Software'.
SOFTWARE = 'spiral_tf'
# Grey of the lines between images, seen against white paper and black ink.
_LINE = 160
# White around a titled picture, and size of the titles' font, pixels.
_MARGIN = 8
_FONT_SIZE = 20


def grid(
  images: Sequence[np.ndarray] | np.ndarray,
  columns: int,
  scale: int = 2,
  padding: int = 1,
) -> np.ndarray:
  """Arranges images in rows, with grey lines between and around them.

  Args:
    images: `N` of uint8 `[H, V, C]`, `C` 1 or 3 and the same for all; filled
      row by row. All have as much room as the highest and the widest; the
      others are in the middle of it, on grey.
    columns: images a row; a last row that is not full ends in grey.
    scale: whole number each image is enlarged by.
    padding: width of the lines, pixels.

  Returns:
    uint8 `[H, V, C]`, the picture.

  Raises:
    ValueError: an argument is not as above.
  """
  images = [np.asarray(image) for image in images]
  if not images:
    raise ValueError('there are no images; give at least one.')
  for image in images:
    if image.dtype != np.uint8 or image.ndim != 3:
      raise ValueError(
        f'an image is {image.dtype} {list(image.shape)}, but all must be uint8 '
        '[H, V, C].'
      )
  channels = {image.shape[-1] for image in images}
  if channels not in ({1}, {3}):
    told = ' and '.join(map(str, sorted(channels)))
    raise ValueError(
      f'images have {told} channels, but all must have 1, or all 3.'
    )
  if columns < 1 or scale < 1 or padding < 0:
    raise ValueError(
      f'columns, scale and padding are {columns}, {scale} and {padding}, '
      'but they must be at least 1, 1 and 0.'
    )
  images = [
    image.repeat(scale, axis=0).repeat(scale, axis=1) for image in images
  ]
  height, width = (
    max(image.shape[axis] for image in images) for axis in (0, 1)
  )
  rows = -(-len(images) // columns)
  down, right = height + padding, width + padding
  picture = np.full(
    [rows * down + padding, columns * right + padding, *channels],
    _LINE,
    dtype=np.uint8,
  )
  for i, image in enumerate(images):
    own_height, own_width, _ = image.shape
    top = padding + i // columns * down + (height - own_height) // 2
    left = padding + i % columns * right + (width - own_width) // 2
    picture[top : top + own_height, left : left + own_width] = image
  return picture


def titled(pictures: Mapping[str, np.ndarray]) -> np.ndarray:
  """Puts pictures side by side, each under its title.

  Args:
    pictures: uint8 `[H, V, 1, 3 or 4]` by title; a title may have several
      lines.

  Returns:
    uint8 `[H', V', 3]`, the picture on white.

  Raises:
    ValueError: there are no pictures.
  """
  if not pictures:
    raise ValueError('there are no pictures; give at least one.')
  font = ImageFont.load_default(_FONT_SIZE)
  ruler = ImageDraw.Draw(Image.new('RGB', (1, 1)))
  boxes = [
    ruler.multiline_textbbox((0, 0), title, font=font) for title in pictures
  ]
  title_height = int(np.ceil(max(box[3] for box in boxes)))
  widths = [
    max(picture.shape[1], int(np.ceil(box[2])))
    for picture, box in zip(pictures.values(), boxes)
  ]
  top = _MARGIN + title_height + _MARGIN // 2
  height = top + max(p.shape[0] for p in pictures.values()) + _MARGIN
  width = sum(widths) + _MARGIN * (len(widths) + 1)
  sheet = Image.new('RGB', (width, height), 'white')
  draw = ImageDraw.Draw(sheet)
  left = _MARGIN
  for (title, picture), column in zip(pictures.items(), widths):
    draw.multiline_text((left, _MARGIN), title, fill='black', font=font)
    sheet.paste(_to_pil(on_paper(picture)), (left, top))
    left += column + _MARGIN
  return np.array(sheet)


def write_png(path: str, picture: np.ndarray) -> None:
  """Writes a picture so that a reader sees a whole file or the one before.

  Args:
    path: of the PNG file; its folder is made if need be.
    picture: uint8 `[H, V, 1, 3 or 4]`: grey, colour, or colour with alpha.
  """
  image = _to_pil(picture)
  os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
  with files.replacing(path) as temporary:
    _save(image, temporary)


def save_png(path: str, picture: np.ndarray) -> None:
  """Writes a picture to a file that nobody reads before it takes its place.

  Args:
    path: of the file, as of `files.replacing`, in a folder that exists.
    picture: see `write_png`.
  """
  _save(_to_pil(picture), path)


def _save(image: Image.Image, path: str) -> None:
  told = PngImagePlugin.PngInfo()
  told.add_text('Software', SOFTWARE)
  image.save(path, format='PNG', pnginfo=told)


def write_figure(path: str, drawn: Any, dpi: int) -> None:
  """Writes a figure as `write_png` writes a picture.

  Args:
    path: of the PNG file; its folder is made if need be.
    drawn: a `matplotlib.figure.Figure`.
    dpi: pixels an inch.
  """
  os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
  with files.replacing(path) as temporary:
    drawn.savefig(
      temporary, format='png', dpi=dpi, metadata={'Software': SOFTWARE}
    )


def on_paper(picture: np.ndarray) -> np.ndarray:
  """Lays a picture on white paper.

  Args:
    picture: uint8 `[H, V, 1, 3 or 4]`: grey, colour, or colour with alpha.

  Returns:
    uint8 `[H, V, 1 or 3]`.
  """
  if picture.shape[-1] != 4:
    return picture
  alpha = picture[..., 3:] / 255
  mixed = picture[..., :3] * alpha + 255 * (1 - alpha)
  return np.rint(mixed).astype(np.uint8)


def _to_pil(picture: np.ndarray) -> Image.Image:
  """A uint8 `[H, V, 1, 3 or 4]` picture as PIL wants it, or a ValueError."""
  picture = np.asarray(picture)
  if (
    picture.dtype != np.uint8
    or picture.ndim != 3
    or picture.shape[2] not in (1, 3, 4)
  ):
    raise ValueError(
      f'the picture is {picture.dtype} {list(picture.shape)}, '
      'but it must be uint8 [H, W, 1], [H, W, 3] or [H, W, 4].'
    )
  return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
