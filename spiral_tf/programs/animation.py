"""Films of a program being carried out, smooth along each stroke."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import fractions
import os
from typing import Any

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

# Colours of an MP4, as ITU-T H.273 numbers them: BT.709, in which players show
# untagged films of 720 pixels and more, and some all films, whatever their tag.
# Its primaries are those of sRGB, and its matrix is what pictures are converted
# with here; luma is 16 to 235.
_BT709, _LIMITED = 1, 1

_Commands = Sequence[renderer_lib.Command]
# Told how many frames are written, and of how many.
_Told = Callable[[int, int], None]


def write_gif(
  renderer: renderer_lib.Renderer,
  commands: _Commands,
  path: str,
  size: int,
  told: _Told | None = None,
) -> None:
  """Writes a GIF that repeats for ever.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    path: of the file.
    size: pixels of the longer side.
    told: hears of each frame.

  Raises:
    ValueError: see `rendering.render`.
    OSError: the file cannot be written.
  """
  import av  # Slow to import, and for films only.

  palette, to_indices = _palette(renderer, commands, size)
  options = {'loop': '0', 'final_delay': f'{100 * _HELD_SECONDS:.0f}'}
  with _opened(path, 'gif', options) as container:
    stream = container.add_stream('gif', rate=_FRAMES_A_SECOND)
    stream.height, stream.width = renderer.shape(size)
    stream.pix_fmt = 'pal8'
    shown = frames(renderer, commands, size)
    for picture in _counted(shown, number_of_frames(renderer, commands), told):
      frame = av.VideoFrame.from_ndarray(
        (to_indices(picture), palette), format='pal8'
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
  renderer: renderer_lib.Renderer,
  commands: _Commands,
  path: str,
  size: int,
  told: _Told | None = None,
) -> None:
  """Writes an MP4 (H.264) that all common players show, in the same colours.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    path: of the file.
    size: pixels of the longer side. An odd side grows by 1, as the format
      demands.
    told: hears of each frame.

  Raises:
    ValueError: see `rendering.render`.
    OSError: the file cannot be written.
  """
  import av

  size = max(2, size + size % 2)
  held = round(_HELD_SECONDS * _FRAMES_A_SECOND)
  # The index goes to the front, so that browsers can start at once.
  options = {'movflags': 'faststart'}
  with _opened(path, 'mp4', options) as container:
    container.metadata['comment'] = pictures.SOFTWARE
    stream = container.add_stream('libx264', rate=_FRAMES_A_SECOND)
    height, width = renderer.shape(size)
    stream.height, stream.width = height + height % 2, width + width % 2
    stream.pix_fmt = 'yuv420p'
    stream.time_base = fractions.Fraction(1, _FRAMES_A_SECOND)
    stream.options = {'crf': '18', 'preset': 'veryfast'}
    stream.codec_context.color_primaries = _BT709
    stream.codec_context.color_trc = _BT709
    stream.codec_context.colorspace = _BT709
    stream.codec_context.color_range = _LIMITED
    shown = _held(frames(renderer, commands, size), held)
    total = number_of_frames(renderer, commands) + held
    for picture in _counted(shown, total, told):
      picture = _even(picture)
      frame = av.VideoFrame.from_ndarray(picture, format='rgb24').reformat(
        format='yuv420p', dst_colorspace=_BT709, dst_color_range=_LIMITED
      )
      container.mux(stream.encode(frame))
    container.mux(stream.encode())


def frames(
  renderer: renderer_lib.Renderer, commands: _Commands, size: int
) -> Iterator[np.ndarray]:
  """The pictures of a film, uint8 `[H, W, 3]`, on white paper.

  Args:
    renderer: who carries the commands out.
    commands: what to show.
    size: pixels of the longer side.

  Yields:
    The pictures, at 20 a second.

  Raises:
    ValueError: see `rendering.render`.
  """
  parts, stride, repeats = _pace(renderer, commands)
  for frame in rendering.frames(renderer, commands, size, parts, stride):
    yield from [_on_paper(frame)] * repeats


def number_of_frames(
  renderer: renderer_lib.Renderer, commands: _Commands
) -> int:
  """How many pictures `frames` yields.

  Args:
    renderer: who carries the commands out.
    commands: what to show.

  Returns:
    The number, at any size.
  """
  parts, stride, repeats = _pace(renderer, commands)
  drawn = renderer_lib.num_seen(renderer, commands) * parts
  return (1 + -(-drawn // stride)) * repeats


@contextlib.contextmanager
def _opened(path: str, form: str, options: dict[str, str]) -> Iterator[Any]:
  """A container that frames can be written to; its errors are OSErrors."""
  import av

  try:
    # FFmpeg takes the beginning of `12:30.mp4` for a protocol.
    name = os.path.abspath(path)
    with av.open(name, 'w', format=form, options=options) as container:
      yield container
  except av.FFmpegError as error:
    raise OSError(error.errno, error.strerror, path) from error


def _held(shown: Iterable[np.ndarray], number: int) -> Iterator[np.ndarray]:
  """Pictures, and the last one so many times more."""
  for picture in shown:
    yield picture
  for _ in range(number):
    yield picture


def _even(picture: np.ndarray) -> np.ndarray:
  """A picture with even sides: its last row, or column, may come twice."""
  height, width = picture.shape[:2]
  return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), 'edge')


def _counted(
  shown: Iterable[np.ndarray], total: int, told: _Told | None
) -> Iterator[np.ndarray]:
  """Pictures, of whose number somebody is told when they are written."""
  for done, picture in enumerate(shown, 1):
    yield picture
    if told:
      told(done, total)


def _palette(
  renderer: renderer_lib.Renderer, commands: _Commands, size: int
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
  """Chooses the colours of a GIF, the same for all frames.

  Others are not mixed from dots of these, which would flicker.

  Returns:
    The palette, uint8 `[256, 4]`, each (alpha, red, green, blue); and a
    function from a picture, uint8 `[H, W, 3]`, to the palette's indices, uint8
    `[H, W]`.
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
  """A picture of 1, 3 or 4 channels as uint8 `[H, W, 3]`, on white."""
  picture = pictures.on_paper(picture)
  return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))
