"""Which strokes of a program leave no trace, though they should.

A brush stamps dabs a part of its radius apart, so a stroke of no length, or a
very short one, may end before the first; but it may also end the way to a dab
that the strokes before it began. So the brush engine is asked, which carries
the whole program out.
"""

from collections.abc import Sequence

import numpy as np

from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import easel as easel_lib

# Strokes up to so many radii long are looked at. At twice as many each brush of
# mypaint-brushes has stamped a dab, if it stamps any.
_SHORT = 3.0
# Size of the canvas on which programs are carried out, pixels, at most.
_MAX_SIZE = 1024


def traceless(
  canvas: canvas_lib.Canvas,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
  size: int,
) -> set[int]:
  """Finds short strokes after which the picture is as before.

  Args:
    canvas: what is painted on.
    commands: those of a program.
    size: of the picture, pixels of its longer side.

  Returns:
    Which commands they are, counted from 0.

  Raises:
    ValueError: there is no such brush here.
  """
  short = _short(canvas, commands)
  if not short:
    return set()
  easel = canvas.easel(min(size, _MAX_SIZE))
  found: set[int] = set()
  before = None
  for i in range(max(short) + 1):
    if i in short and before is None:
      before = easel.picture()
    commands[i].carry_out(easel)
    if i in short:
      after = easel.picture()
      if np.array_equal(before, after):
        found.add(i)
      before = after
    elif isinstance(commands[i], canvas_lib.Stroke):
      before = None
  return found


def _short(
  canvas: canvas_lib.Canvas,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
) -> set[int]:
  """Which commands are short strokes."""
  cell = canvas.canvas_width / canvas.grid_width
  short: set[int] = set()
  place: easel_lib.Point = (0, 0)
  for i, command in enumerate(commands):
    if isinstance(command, canvas_lib.Stroke):
      points = np.multiply((place, command.control, command.end), cell)
      # Of the control polygon, than which the curve is not longer.
      length = np.hypot(*np.diff(points, axis=0).T).sum()
      if length <= _SHORT * command.radius:
        short.add(i)
    place = command.end
  return short
