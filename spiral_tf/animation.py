"""Films of a program being carried out, smooth along each stroke."""

import fractions
from typing import Iterator

import numpy as np
from PIL import Image

from spiral_tf import commands
from spiral_tf import programs
from spiral_tf import rendering

_FRAMES_A_SECOND = 20
_STROKE_SECONDS = 0.6  # For each stroke, or object, of a short program.
_MAX_SECONDS = 15.0  # Long ones show several strokes in a frame instead.
_HELD_SECONDS = 1.5  # For the finished picture.
_GIF_COLORS = 255


def write_gif(program: programs.Program, path: str, size: int) -> None:
  """Writes a GIF that repeats for ever.

  Args:
    program: what to show.
    path: of the file.
    size: width and height, pixels.

  Raises:
    ValueError: as of `rendering.render`.
  """
  finished = _on_paper(rendering.render(program, size))
  gray = finished.max(axis=-1) == finished.min(axis=-1)
  # Colours come from the finished picture, in which all of them are.
  palette = None
  if not gray.all():
    palette = Image.fromarray(finished).quantize(
      _GIF_COLORS, method=Image.Quantize.MEDIANCUT
    )

  def images() -> Iterator[Image.Image]:
    for frame in frames(program, size):
      if palette is None:
        yield Image.fromarray(np.ascontiguousarray(frame[..., 0]))
      else:
        yield Image.fromarray(frame).quantize(
          palette=palette, dither=Image.Dither.NONE
        )

  stream = images()
  first = next(stream)
  number = _number_of_frames(program)
  durations = [1000 // _FRAMES_A_SECOND] * (number - 1)
  durations.append(int(1000 * _HELD_SECONDS))
  first.save(
    path,
    format='GIF',
    save_all=True,
    append_images=stream,
    duration=durations,
    loop=0,
    optimize=False,
  )


def write_mp4(program: programs.Program, path: str, size: int) -> None:
  """Writes an MP4 (H.264) that all common players show.

  Args:
    program: what to show.
    path: of the file.
    size: width and height, pixels; made even, as the format demands.

  Raises:
    ValueError: as of `rendering.render`.
  """
  import av  # Slow to import, and for films only.

  size = max(2, size + size % 2)
  held = round(_HELD_SECONDS * _FRAMES_A_SECOND)
  with av.open(path, 'w', format='mp4') as container:
    stream = container.add_stream('libx264', rate=_FRAMES_A_SECOND)
    stream.width = stream.height = size
    stream.pix_fmt = 'yuv420p'
    stream.time_base = fractions.Fraction(1, _FRAMES_A_SECOND)
    stream.options = {'crf': '18', 'preset': 'veryfast'}
    frame = None
    for frame in frames(program, size):
      container.mux(stream.encode(_to_video_frame(frame)))
    for _ in range(held):
      container.mux(stream.encode(_to_video_frame(frame)))
    container.mux(stream.encode())


def frames(program: programs.Program, size: int) -> Iterator[np.ndarray]:
  """The pictures of a film, uint8 `[S, S, 3]`, on white paper."""
  parts, stride = _pace(program)
  last = None
  for i, frame in enumerate(rendering.frames(program, size, parts)):
    last = frame
    if i % stride == 0:
      yield _on_paper(frame)
      last = None
  if last is not None:
    yield _on_paper(last)


def _pace(program: programs.Program):
  """Pictures to draw of each stroke, and of how many to show one."""
  smooth = isinstance(program.renderer, commands.Painting)
  parts = round(_STROKE_SECONDS * _FRAMES_A_SECOND) if smooth else 1
  limit = _MAX_SECONDS * _FRAMES_A_SECOND
  strokes = max(1, program.num_strokes)
  parts = int(max(1, min(parts, limit // strokes)))
  if smooth:
    parts = min(parts, program.renderer.substrokes)
  return parts, int(max(1, -(-strokes * parts // limit)))


def _number_of_frames(program: programs.Program) -> int:
  parts, stride = _pace(program)
  drawn = 1 + program.num_strokes * parts
  return -(-(drawn - 1) // stride) + 1


def _on_paper(picture: np.ndarray) -> np.ndarray:
  """A picture of 1, 3 or 4 channels as uint8 `[S, S, 3]`, on white."""
  if picture.shape[-1] == 4:
    alpha = picture[..., 3:] / 255
    mixed = picture[..., :3] * alpha + 255 * (1 - alpha)
    return np.rint(mixed).astype(np.uint8)
  return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))


def _to_video_frame(picture: np.ndarray):
  import av

  return av.VideoFrame.from_ndarray(picture, format='rgb24')
