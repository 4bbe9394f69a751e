"""Programs that ask, while they are carried out, whether to go on.

One stroke of some brushes takes a minute, so they ask between the straight
pieces that it is drawn in, not only before each stroke.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from spiral_tf.programs import checks
from spiral_tf.programs import easel
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import renderer as renderer_lib

# Pieces that are drawn at once have at most this, pixels: the square of their
# radius times their number. That takes some hundredths of a second; with fewer
# at once, drawing would be slow, as it would be interrupted too often.
_AT_ONCE = 2**15


def watch(
  program: program_lib.Program, check: Callable[[], None]
) -> tuple[renderer_lib.Renderer, Sequence[renderer_lib.Command]]:
  """Makes the parts of a program ask.

  Args:
    program: the program.
    check: called again and again, it raises an error to end what is done.

  Returns:
    Who carries the commands out, and the commands, of the same program.
  """
  kind = type(program.renderer)

  class Watched(kind):
    """The renderer, whose strokes are drawn piece by piece."""

    def begin(self, size, commands):
      """An empty picture; see `renderer.Renderer.begin`."""
      work = super().begin(size, commands)
      return _Work(work, self.pieces, size / self.own_size, check)

  renderer = checks.unchecked(Watched, **vars(program.renderer))
  return renderer, _Commands(program.commands, check)


class _Commands(Sequence):
  """Commands, before each of which `check` is called."""

  def __init__(self, commands: Sequence, check: Callable[[], None]):
    self._commands = commands
    self._check = check

  def __len__(self) -> int:
    return len(self._commands)

  def __getitem__(self, index: Any) -> Any:
    return self._commands[index]

  def __iter__(self) -> Iterator[renderer_lib.Command]:
    for command in self._commands:
      self._check()
      yield command


class _Work:
  """A picture in the making, between whose pieces `check` is called."""

  def __init__(
    self,
    work: renderer_lib.Work,
    pieces: int,
    scale: float,
    check: Callable[[], None],
  ):
    self._work = work
    self._pieces = pieces
    self._scale = scale
    self._check = check

  def __getattr__(self, name: str) -> Any:
    return getattr(self._work, name)

  def stroke(
    self,
    control: easel.Point,
    end: easel.Point,
    pressure: float,
    radius: float,
    color: easel.Color,
    first: int = 0,
    last: int | None = None,
  ) -> None:
    """Draws a stroke, or some of its pieces; see `easel.Easel.stroke`."""
    last = self._pieces if last is None else last
    step = max(1, int(_AT_ONCE / (radius * self._scale) ** 2))
    for piece in range(first, last, step):
      self._check()
      until = min(last, piece + step)
      self._work.stroke(control, end, pressure, radius, color, piece, until)
