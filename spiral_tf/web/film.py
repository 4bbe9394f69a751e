"""The film of a program as the page shows it, bounded in bytes."""

import base64
from collections.abc import Callable
import io
from typing import Any

import numpy as np
from PIL import Image

from spiral_tf.agents import inputs
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering
from spiral_tf.web import watched

# Pictures of a film, at most, beside the empty canvas that it begins with.
MAX_FRAMES = 240
# Length of a film as text, at most, but that the last picture may exceed it.
MAX_BYTES = 8 * 2**20
# Size of the pictures, pixels of the longer side, at most.
MAX_SIZE = 512
# Pictures of one stroke, at most.
_MAX_PARTS = 12


def make(
  program: program_lib.Program, size: int, check: Callable[..., None]
) -> dict[str, Any]:
  """Makes the film of a program.

  A stroke changes little of a picture, so only what changes is sent.

  Args:
    program: what to show.
    size: pixels of the longer side.
    check: called again and again, also with the share that is done, it raises
      an error to end the work.

  Returns:
    `width` and `height`, pixels; `number`, of strokes; and, for each picture,
    in `strokes` how many of them are whole in it, and in `patches` what to put
    over the picture before: a PNG, `data`, and where its corner comes, `left`
    and `top`; or None for the same picture again.

  Raises:
    ValueError: it cannot be drawn.
  """
  renderer, commands = watched.watch(program, check)
  strokes = max(1, program.num_strokes)
  parts = _parts(program)
  stride = -(-strokes * parts // MAX_FRAMES)
  last = strokes * parts
  patches: list[dict[str, Any] | None] = []
  whole: list[int] = []
  before: np.ndarray | None = None
  spent = 0
  pictures = rendering.frames(renderer, commands, size, parts)
  for i, frame in enumerate(pictures):
    check(i / max(1, last))
    # A film that needs more than its share so far has fewer pictures.
    if i != last and (i % stride or spent > MAX_BYTES * i / last):
      continue
    patch = _patch(before, frame)
    patches.append(patch)
    whole.append(min(i // parts, program.num_strokes))
    before = frame
    spent += len(patch['data']) if patch else 0
  height, width = renderer.shape(size)
  return {
    'width': width,
    'height': height,
    'number': program.num_strokes,
    'strokes': whole,
    'patches': patches,
  }


def data_url(picture: np.ndarray) -> str:
  """A picture, uint8 `[H, W, C]`, as the address of a PNG with itself in it."""
  if picture.shape[-1] == 1:
    image = Image.fromarray(picture[..., 0])
  else:
    image = Image.fromarray(inputs.read(picture))
  data = io.BytesIO()
  image.save(data, 'PNG', compress_level=3)
  return 'data:image/png;base64,' + base64.b64encode(data.getvalue()).decode()


def _parts(program: program_lib.Program) -> int:
  """How many pictures the film has of each stroke."""
  share = MAX_FRAMES // max(1, program.num_strokes)
  return max(1, min(_MAX_PARTS, share, program.renderer.pieces))


def _patch(
  before: np.ndarray | None, frame: np.ndarray
) -> dict[str, Any] | None:
  """The rectangle of a picture that differs from the one before."""
  if before is None:
    return {'left': 0, 'top': 0, 'data': data_url(frame)}
  differs = (frame != before).any(axis=-1)
  rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
  if not rows.size:
    return None
  top, left = int(rows[0]), int(columns[0])
  changed = frame[top : rows[-1] + 1, left : columns[-1] + 1]
  return {'left': left, 'top': top, 'data': data_url(changed)}
