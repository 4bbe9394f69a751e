"""The film of a program as the page shows it, bounded in bytes and in time."""

import base64
from collections.abc import Iterator
import io
import time
from typing import Any

import numpy as np
from PIL import Image

from spiral_tf.agents import inputs
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering

# Pictures of a film, at most, beside the empty canvas that it begins with.
MAX_FRAMES = 240
# Length of a film as text, at most, but that the last picture may exceed it.
MAX_BYTES = 8 * 2**20
# Width and height of the pictures, pixels, at most.
MAX_SIZE = 512
# Processor time for drawing a program, seconds, at most.
_MAX_SECONDS = 20.0
# Pictures of one stroke, at most.
_MAX_PARTS = 12


def make(program: program_lib.Program, size: int) -> dict[str, Any]:
  """Makes the film of a program.

  A stroke changes little of a picture, so only what changes is sent.

  Args:
    program: what to show.
    size: width and height, pixels.

  Returns:
    `size`; `number`, of strokes; and, for each picture, in `strokes` how many
    of them are whole in it, and in `patches` what to put over the picture
    before: a PNG, `data`, and where its corner comes, `left` and `top`; or None
    for the same picture again.

  Raises:
    ValueError: it takes too long to draw, or cannot be drawn.
  """
  strokes = max(1, program.num_strokes)
  parts = _parts(program)
  stride = -(-strokes * parts // MAX_FRAMES)
  last = strokes * parts
  patches: list[dict[str, Any] | None] = []
  whole: list[int] = []
  before: np.ndarray | None = None
  spent = 0
  for i, frame in enumerate(_in_time(_frames(program, size, parts))):
    # A film that needs more than its share so far has fewer pictures.
    if i != last and (i % stride or spent > MAX_BYTES * i / last):
      continue
    patch = _patch(before, frame)
    patches.append(patch)
    whole.append(min(i // parts, program.num_strokes))
    before = frame
    spent += len(patch['data']) if patch else 0
  return {
    'size': size,
    'number': program.num_strokes,
    'strokes': whole,
    'patches': patches,
  }


def rehearse(program: program_lib.Program, size: int) -> None:
  """Draws a program for nobody, to see that it can be done in time.

  Args:
    program: what to draw.
    size: width and height, pixels.

  Raises:
    ValueError: it takes too long, or cannot be drawn.
  """
  for _ in _in_time(_frames(program, size, _parts(program))):
    pass


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


def _frames(
  program: program_lib.Program, size: int, parts: int
) -> Iterator[np.ndarray]:
  return rendering.frames(program.renderer, program.commands, size, parts)


def _in_time(frames: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
  """The same frames, as long as this thread takes no longer than it may."""
  started = time.thread_time()
  for frame in frames:
    if time.thread_time() - started > _MAX_SECONDS:
      raise ValueError(
        f'this takes more than {_MAX_SECONDS:.0f} s to draw; choose a smaller '
        'size or another brush, or use launch.paint --program.'
      )
    yield frame


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
