"""A stroke of each brush, by which people choose one."""

from collections.abc import Callable
from collections.abc import Sequence
import io

import numpy as np
from PIL import Image

from spiral_tf.environments import mypaint

# Of the picture of one brush, pixels.
WIDTH, HEIGHT = 144, 36
_SUBSTROKES = 24


def sheet(names: Sequence[str], check: Callable[[], None]) -> bytes:
  """Draws a stroke of each brush, one below the other.

  Args:
    names: of the brushes.
    check: called before each, it raises an error to end the work.

  Returns:
    A PNG file, `WIDTH` by `HEIGHT` pixels for each.

  Raises:
    ValueError: there is no such brush.
  """
  rows = []
  for name in names:
    check()
    rows.append(_stroke(name))
  data = io.BytesIO()
  Image.fromarray(np.concatenate(rows)).save(data, 'PNG')
  return data.getvalue()


def _stroke(name: str) -> np.ndarray:
  """A wave, pressed harder towards its end, uint8 `[HEIGHT, WIDTH]`."""
  canvas = mypaint.Canvas(WIDTH, mypaint.brushes.load(name), 'white', HEIGHT)
  start = 0.6 * HEIGHT, 0.08 * WIDTH
  for _ in range(2):  # See the native `Coverage`.
    canvas.move_to(*start)
  for control, end, pressure in (
    ((-0.1 * HEIGHT, 0.3 * WIDTH), (0.5 * HEIGHT, 0.5 * WIDTH), 0.6),
    ((1.1 * HEIGHT, 0.7 * WIDTH), (0.4 * HEIGHT, 0.92 * WIDTH), 1.0),
  ):
    canvas.stroke(
      *control,
      *end,
      pressure,
      0.13 * HEIGHT,
      *(0.0, 0.0, 0.0),
      substrokes=_SUBSTROKES,
    )
  return canvas.to_array(1)[..., 0]
