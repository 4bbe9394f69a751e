"""Films of a program being carried out, smooth along each stroke."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import fractions
import os

import numpy as np
from PIL import Image

from spiral_tf import pictures
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import rendering

_FRAMES_A_SECOND = 20
# Seconds that each stroke, or object, of a short program takes.
_STROKE_SECONDS = 0.6
# Length of a film, at most: long programs show several strokes in a frame.
_MAX_SECONDS = 15.0
# Seconds that the finished picture stays.
_HELD_SECONDS = 1.5
# Colours of a GIF. The last of the 256 that it may have is transparent, for
# pixels that stay as they were.
_GIF_COLORS = 255

_Commands = Sequence[renderer_lib.Command]


def write_gif(
  renderer: renderer_lib.Renderer, commands: _Commands, path: str, size: int
) -> None:
  """Writes a GIF that repeats for ever.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    path: of the file.
    size: width and height, pixels.

  Raises:
    ValueError: see `rendering.render`.
  """
  import av  # Slow to import, and for films only.

  palette, to_indices = _palette(renderer, commands, size)
  options = {'loop': '0', 'final_delay': f'{100 * _HELD_SECONDS:.0f}'}
  with av.open(path, 'w', format='gif', options=options) as container:
    stream = container.add_stream('gif', rate=_FRAMES_A_SECOND)
    stream.width = stream.height = size
    stream.pix_fmt = 'pal8'
    for frame in frames(renderer, commands, size):
      frame = av.VideoFrame.from_ndarray(
        (to_indices(frame), palette), format='pal8'
      )
      container.mux(stream.encode(frame))
    container.mux(stream.encode())
  _sign_gif(path)


def _sign_gif(path: str) -> None:
  """Adds a comment that says who wrote a GIF, which FFmpeg cannot do."""
  comment = pictures.SOFTWARE.encode()
  with open(path, 'r+b') as file:
    file.seek(-1, os.SEEK_END)  # The mark of its end.
    file.write(b'\x21\xfe' + bytes([len(comment)]) + comment + b'\0\x3b')


def write_mp4(
  renderer: renderer_lib.Renderer, commands: _Commands, path: str, size: int
) -> None:
  """Writes an MP4 (H.264) that all common players show.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    path: of the file.
    size: width and height, pixels; an odd one grows by 1, as the format
      demands.

  Raises:
    ValueError: see `rendering.render`.
  """
  import av

  size = max(2, size + size % 2)
  held = round(_HELD_SECONDS * _FRAMES_A_SECOND)
  # The index goes to the front, so that browsers can start at once.
  options = {'movflags': 'faststart'}
  with av.open(path, 'w', format='mp4', options=options) as container:
    stream = container.add_stream('libx264', rate=_FRAMES_A_SECOND)
    stream.width = stream.height = size
    stream.pix_fmt = 'yuv420p'
    stream.time_base = fractions.Fraction(1, _FRAMES_A_SECOND)
    stream.options = {'crf': '18', 'preset': 'veryfast'}
    for picture in frames(renderer, commands, size):
      frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
      container.mux(stream.encode(frame))
    for _ in range(held):
      frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
      container.mux(stream.encode(frame))
    container.mux(stream.encode())


def frames(
  renderer: renderer_lib.Renderer, commands: _Commands, size: int
) -> Iterator[np.ndarray]:
  """The pictures of a film, uint8 `[S, S, 3]`, on white paper.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    size: width and height, pixels.

  Yields:
    The pictures, at 20 a second.

  Raises:
    ValueError: see `rendering.render`.
  """
  parts, stride, repeats = _pace(renderer, commands)
  for frame in rendering.frames(renderer, commands, size, parts, stride):
    yield from [_on_paper(frame)] * repeats


def _palette(
  renderer: renderer_lib.Renderer, commands: _Commands, size: int
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
  """Chooses the colours of a GIF, the same for all frames.

  Others are not mixed from dots of these, which would flicker.

  Returns:
    The palette, uint8 `[256, 4]`, each (alpha, red, green, blue); and a
    function from a picture, uint8 `[S, S, 3]`, to the palette's indices, uint8
    `[S, S]`.
  """
  palette = np.full((256, 4), 255, np.uint8)
  if renderer.channels == 1:
    palette[:, 1:] = np.arange(256)[:, np.newaxis]
    return palette, lambda frame: np.ascontiguousarray(frame[..., 0])
  # Strokes seldom cover all of a colour, so the finished picture has nearly all
  # colours of the film.
  picture = _on_paper(rendering.render(renderer, commands, size))
  finished = Image.fromarray(picture)
  chosen = finished.quantize(_GIF_COLORS, method=Image.Quantize.MEDIANCUT)
  colors = np.reshape(chosen.getpalette(), (-1, 3))[:_GIF_COLORS]
  palette[: len(colors), 1:] = colors
  palette[_GIF_COLORS] = 0

  def to_indices(frame: np.ndarray) -> np.ndarray:
    image = Image.fromarray(frame)
    return np.asarray(image.quantize(palette=chosen, dither=Image.Dither.NONE))

  # The median cut has mixed the empty canvas, which is most of a film, with the
  # edges of strokes.
  empty = _on_paper(rendering.render(renderer, (), size))[:1, :1]
  palette[to_indices(empty)[0, 0], 1:] = empty[0, 0]
  return palette, to_indices


def _pace(
  renderer: renderer_lib.Renderer, commands: _Commands
) -> tuple[int, int, int]:
  """Chooses how fast a film goes.

  Returns:
    How many pictures of each stroke are drawn; of how many of these one is
    shown; and in how many frames.
  """
  limit = int(_MAX_SECONDS * _FRAMES_A_SECOND)
  number = max(1, renderer_lib.num_seen(renderer, commands))
  slow = max(1, min(round(_STROKE_SECONDS * _FRAMES_A_SECOND), limit // number))
  parts = min(slow, renderer.pieces)
  return parts, max(1, -(-number * parts // limit)), slow // parts


def _on_paper(picture: np.ndarray) -> np.ndarray:
  """A picture of 1, 3 or 4 channels as uint8 `[S, S, 3]`, on white."""
  picture = pictures.on_paper(picture)
  return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))
