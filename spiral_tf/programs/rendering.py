"""Carries programs out: their picture, at any size, and the way to it."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from spiral_tf.programs import checks
from spiral_tf.programs import renderer as renderer_lib


def render(
  renderer: renderer_lib.Renderer,
  commands: Sequence[renderer_lib.Command],
  size: int | None = None,
) -> np.ndarray:
  """Draws the picture of a program.

  At the program's own size it is, to the pixel, what the agent saw at the end
  of its episode. At other sizes places and radii scale.

  Args:
    renderer: who carries the commands out.
    commands: what to draw.
    size: pixels of the longer side, see `renderer.Renderer.shape`; by default
      the program's own.

  Returns:
    uint8 `[H, W, C]`: grey, colour, or colour with alpha.

  Raises:
    ValueError: there is no such brush here, or the size is out of range.
  """
  work = _begin(renderer, commands, size)
  for command in commands:
    command.carry_out(work)
  return work.picture()


def frames(
  renderer: renderer_lib.Renderer,
  commands: Sequence[renderer_lib.Command],
  size: int | None = None,
  parts: int = 8,
  stride: int = 1,
) -> Iterator[np.ndarray]:
  """Draws the pictures on the way: strokes grow smoothly.

  Args:
    renderer: who carries the commands out.
    commands: what to draw.
    size: see `render`.
    parts: pictures of each command; where it has fewer pieces, as many as
      these.
    stride: every which of these pictures is made; the last one always is.

  Yields:
    uint8 `[H, W, C]` as `render` returns them: the empty canvas, and the
    pictures after each part of each command that can be seen. The last one is
    `render`'s.

  Raises:
    ValueError: see `render`; or `parts` or `stride` is not at least 1.
  """
  for name, value in (('parts', parts), ('stride', stride)):
    if value < 1:
      raise ValueError(f'{name} is {value}, but it must be at least 1.')
  work = _begin(renderer, commands, size)
  pieces = renderer.pieces
  spans: list[tuple[int, ...]] = [()]  # The command as a whole.
  if pieces > 1:
    ends = sorted({-(-pieces * k // parts) for k in range(1, parts + 1)})
    spans = list(zip([0, *ends], ends))
  yield work.picture()
  drawn = yielded = 0  # Numbers of the last picture, and the last one made.
  for command in commands:
    if isinstance(command, renderer.unseen):
      command.carry_out(work)
      continue
    for span in spans:
      command.carry_out(work, *span)
      drawn += 1
      if drawn % stride == 0:
        yield work.picture()
        yielded = drawn
  if yielded < drawn:
    yield work.picture()


def _begin(
  renderer: renderer_lib.Renderer,
  commands: Sequence[renderer_lib.Command],
  size: int | None,
) -> renderer_lib.Work:
  size = renderer.own_size if size is None else size
  checks.index('size', size, checks.MAX_WIDTH + 1, 1)
  return renderer.begin(size, commands)
