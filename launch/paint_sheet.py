"""All paintings of a call in one picture, each beside what it reproduces."""

import numpy as np
from PIL import Image

from spiral_tf import pictures
from spiral_tf.agents import inputs

# Numbers of a sheet, a pixel's one or three, at most: a larger one would be of
# no use to anybody.
_MAX_PIXELS = 100_000_000


def check(number: int, shape: tuple[int, int], channels: int) -> None:
  """Refuses, before they are painted, more pictures than a sheet takes.

  Args:
    number: of pictures, with those that they reproduce.
    shape: height and width that each has room in, pixels.
    channels: of each; of four, alpha is not kept.

  Raises:
    ValueError: the sheet would be too large.
  """
  # The grid makes them twice as wide, and twice as high.
  height, width = shape
  if number * 4 * height * width * min(channels, 3) > _MAX_PIXELS:
    raise ValueError(
      f'the sheet would have more than {_MAX_PIXELS:,} numbers; choose a '
      'smaller --size, or fewer pictures.'
    )


class Sheet:
  """Collects pictures, not more than `check` allows."""

  def __init__(self, columns: int):
    """Creates an empty sheet of so many pictures a row."""
    self._columns = columns
    self._shown: list[np.ndarray] = []

  def add(self, picture: np.ndarray, target: np.ndarray | None = None) -> None:
    """Adds a painting.

    Args:
      picture: uint8 `[H, W, C]`; with a fourth channel, alpha, it is laid on
        white paper.
      target: uint8 `[H', W', 1 or 3]`, of the same aspect, what it reproduces;
        shown before it, as large.
    """
    picture = pictures.on_paper(picture)
    if target is not None:
      self._shown.append(_as_large(target, picture))
    self._shown.append(picture)

  def write(self, path: str) -> None:
    """Writes the PNG file."""
    columns = min(self._columns, len(self._shown))
    pictures.write_png(path, pictures.grid(self._shown, columns))


def _as_large(target: np.ndarray, picture: np.ndarray) -> np.ndarray:
  """A target with the width, height and channels of a picture."""
  height, width, channels = picture.shape
  image = Image.fromarray(inputs.read(target[..., :3]))
  image = image.resize((width, height), Image.Resampling.LANCZOS)
  pixels = np.asarray(image.convert('L' if channels == 1 else 'RGB'))
  return pixels.reshape(picture.shape)
