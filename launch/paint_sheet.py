"""All paintings of a call in one picture, each beside what it reproduces."""

import numpy as np

from spiral_tf import pictures
from spiral_tf.agents import inputs

# Numbers of a sheet, a pixel's one or three, at most: a larger one would be of
# no use to anybody.
_MAX_PIXELS = 100_000_000


def check(number: int, width: int, channels: int) -> None:
  """Refuses, before they are painted, more pictures than a sheet takes.

  Args:
    number: of pictures, with those that they reproduce.
    width: and height of each, pixels.
    channels: of each; of four, alpha is not kept.

  Raises:
    ValueError: the sheet would be too large.
  """
  # The grid makes them twice as wide, and twice as high.
  if number * 4 * width**2 * min(channels, 3) > _MAX_PIXELS:
    raise ValueError(
      f'the sheet would have more than {_MAX_PIXELS:,} numbers; choose a '
      'smaller --size, or fewer pictures.'
    )


class Sheet:
  """Collects pictures of one size, not more than `check` allows."""

  def __init__(self, columns: int):
    """Creates an empty sheet of so many pictures a row."""
    self._columns = columns
    self._shown: list[np.ndarray] = []

  def add(self, picture: np.ndarray, target: np.ndarray | None = None) -> None:
    """Adds a painting.

    Args:
      picture: uint8 `[S, S, C]`; with a fourth channel, alpha, it is laid on
        white paper.
      target: uint8 `[W, W, 1 or 3]`, what it reproduces; shown before it.
    """
    picture = pictures.on_paper(picture)
    width = picture.shape[0]
    if target is not None:
      image = inputs.read(target[..., :3])
      self._shown.append(inputs.fit(image, width, picture.shape[-1], 'crop'))
    self._shown.append(picture)

  def write(self, path: str) -> None:
    """Writes the PNG file."""
    columns = min(self._columns, len(self._shown))
    pictures.write_png(path, pictures.grid(np.stack(self._shown), columns))
