"""Carries programs out: their picture, at any size, and the way to it."""

from collections.abc import Iterator

import numpy as np

from spiral_tf.environments import mypaint
from spiral_tf.environments.mujoco import stage
from spiral_tf.programs import commands
from spiral_tf.programs import program as program_lib


def render(program: program_lib.Program, size: int | None = None) -> np.ndarray:
  """Draws the picture of a program.

  At the program's own size it is, to the pixel, what the agent saw at the end
  of its episode. At other sizes places and radii scale.

  Args:
    program: what to draw.
    size: width and height, pixels; by default the program's own.

  Returns:
    uint8 `[S, S, C]`: grey, colour, or colour with alpha.

  Raises:
    ValueError: there is no such brush here, or the size is out of range.
  """
  if isinstance(program.renderer, commands.Stage):
    width = _checked_size(program, size)
    return _stage(program, width).render(objects(program))
  canvas = _Canvas(program, size)
  for command in program.commands:
    canvas.carry_out(command)
  return canvas.picture()


def frames(
  program: program_lib.Program,
  size: int | None = None,
  parts: int = 8,
  stride: int = 1,
) -> Iterator[np.ndarray]:
  """Draws the pictures on the way: strokes grow smoothly.

  Args:
    program: what to draw.
    size: as of `render`.
    parts: pictures a stroke. Objects of a stage are there at once.
    stride: of how many of these pictures one is made, and the last one always.

  Yields:
    uint8 `[S, S, C]` as `render` returns them: the empty canvas, the pictures
    after each part of each stroke, or each object; moves have none. The last
    one is `render`'s.

  Raises:
    ValueError: as of `render`; or `parts` or `stride` is not at least 1.
  """
  for name, value in (('parts', parts), ('stride', stride)):
    if value < 1:
      raise ValueError(f'{name} is {value}, but it must be at least 1.')
  if isinstance(program.renderer, commands.Stage):
    width = _checked_size(program, size)
    platform = _stage(program, width)
    last_number = len(program.commands)
    for number in range(last_number + 1):
      if number % stride == 0 or number == last_number:
        yield platform.render(objects(program.up_to(number)))
    return
  canvas = _Canvas(program, size)
  yield canvas.picture()
  drawn = yielded = 0  # Pictures that were due, and the last one made.
  for command in program.commands:
    if isinstance(command, commands.Move):
      canvas.carry_out(command)
      continue
    steps = program.renderer.substrokes
    ends = sorted({-(-steps * k // parts) for k in range(1, parts + 1)})
    for first, last in zip([0, *ends], ends):
      canvas.carry_out(command, first, last)
      drawn += 1
      if drawn % stride == 0:
        yield canvas.picture()
        yielded = drawn
  if yielded < drawn:
    yield canvas.picture()


def objects(program: program_lib.Program) -> list[stage.SceneObject]:
  """What stands on the stage in the end, in the order it was put there."""
  found: list[stage.SceneObject] = []
  for put in program.commands:
    row, column = put.location
    if put.replace and found:
      found.pop()
    elif put.replace or len(found) == program.renderer.max_objects:
      continue
    found.append(
      stage.SceneObject(
        commands.KINDS.index(put.kind),
        row * program.renderer.grid_width + column,
        put.size,
        *put.color,
      )
    )
  return found


class _Canvas:
  """A canvas of some size for the commands of a program."""

  def __init__(self, program: program_lib.Program, size: int | None):
    renderer = program.renderer
    width = _checked_size(program, size)
    self._cell = width / renderer.grid_width  # Pixels.
    self._scale = width / renderer.canvas_width
    self._channels = renderer.channels
    self._substrokes = renderer.substrokes
    radius = self._scale * max(
      (c.radius for c in program.commands if isinstance(c, commands.Stroke)),
      default=0,
    )
    if radius > commands.MAX_RADIUS:
      raise ValueError(
        f'at size {width} the largest stroke has a radius of {radius:.0f} '
        f'pixels, but the brush engine draws at most {commands.MAX_RADIUS:.0f};'
        ' choose a smaller size.'
      )
    self._canvas = mypaint.Canvas(
      width, mypaint.brushes.load(renderer.brush), renderer.background
    )
    self._canvas.reset(*self._pixels((0, 0)))

  def carry_out(
    self, command: commands.Command, first: int = 0, last: int | None = None
  ) -> None:
    """Carries out a command, or the pieces `first + 1` to `last` of a curve."""
    if isinstance(command, commands.Move):
      self._canvas.move_to(*self._pixels(command.end))
      return
    self._canvas.stroke(
      *self._pixels(command.control),
      *self._pixels(command.end),
      command.pressure,
      # The brush engine draws none that are thinner.
      max(command.radius * self._scale, commands.MIN_RADIUS),
      *command.color,
      self._substrokes,
      first=first,
      last=self._substrokes if last is None else last,
    )

  def picture(self) -> np.ndarray:
    """uint8 `[S, S, C]`."""
    return self._canvas.to_array(self._channels)

  def _pixels(self, point: commands.Point) -> list[float]:
    # As the environment has it, to the last bit.
    return [(coordinate + 0.5) * self._cell for coordinate in point]


def _checked_size(program: program_lib.Program, size: int | None) -> int:
  width = program.renderer.canvas_width if size is None else size
  commands.check_index('size', width, commands.MAX_WIDTH + 1, 1)
  return width


def _stage(program: program_lib.Program, width: int) -> stage.Stage:
  renderer = program.renderer
  return stage.Stage(width, renderer.grid_width, renderer.max_objects)
