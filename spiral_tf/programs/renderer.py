"""What a renderer is: the record of who carries out a program's commands.

Each kind of renderer is a module here, and a line in
`spiral_tf.programs.renderers`. Nothing else asks of which kind a renderer is:
the record answers for itself.
"""

import abc
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from spiral_tf import messages
from spiral_tf.config import sections

# Commands of a program, at most.
MAX_COMMANDS = 100_000


def since(version: int) -> Mapping[str, int]:
  """Metadata of a field that programs of earlier versions do not have."""
  return {'since': version}


class Work(Protocol):
  """A picture in the making, on which commands are carried out."""

  def picture(self) -> np.ndarray:
    """What there is so far, uint8 `[H, W, C]`."""


class Command(Protocol):
  """The record of a command: a frozen dataclass that checks its fields.

  In a program's JSON it is an object with these fields, so they are numbers,
  texts, true or false, and tuples of such.
  """

  def carry_out(self, work: Any) -> None:
    """Changes the picture.

    If the renderer's `pieces` are more than 1, a command that is seen takes two
    numbers more, `first` and `last`, and carries out only its pieces from
    `first + 1` to `last`, counted from 1.

    Args:
      work: what the renderer's `begin` has returned.
    """


class Renderer(abc.ABC):
  """Who carries commands out; subclasses are frozen dataclasses.

  A subclass's fields are what it takes to make the same picture again. In a
  program's JSON they are the fields of `renderer`, as those of a `Command`.

  Attributes:
    name: of the renderer in JSON, and of its environment in
      `sections.EnvironmentConfig`.
    noun: what it makes, with its article, as in "this is a painting".
    command_kinds: records of the commands that it carries out, by their names
      in JSON.
    unseen: those of them that change no pixel, so that films do not show them.
    forms: extensions of the files that its programs can be written to.
    has_brush: whether it has the fields `brush`, `background` and `channels`,
      and commands that are seen a `color`, all of which can be replaced.
    canvas_width: width of the program's own picture, pixels.
    grid_width: columns of the grid of places, the cells of which are square.
    channels: of the picture: 1 for grey, 3 for colour, 4 with alpha.
  """

  name: ClassVar[str]
  noun: ClassVar[str]
  command_kinds: ClassVar[Mapping[str, type[Command]]]
  unseen: ClassVar[tuple[type[Command], ...]] = ()
  forms: ClassVar[tuple[str, ...]] = ('.png', '.gif', '.mp4', '.json')
  has_brush: ClassVar[bool] = False
  # Declared without values, which would be the defaults of subclasses' fields.
  canvas_width: int
  grid_width: int
  channels: int

  @property
  def canvas_height(self) -> int:
    """Height of the program's own picture, pixels.

    It is square unless a subclass has a field of this name.
    """
    return self.canvas_width

  @property
  def own_size(self) -> int:
    """Size of the program's own picture: pixels of its longer side."""
    return max(self.canvas_width, self.canvas_height)

  def shape(self, size: int) -> tuple[int, int]:
    """How large pictures of a size are.

    Args:
      size: pixels of the longer side.

    Returns:
      Height and width, pixels. The shorter side is rounded to nearest, halves
      up, and at least 1.
    """
    longer = self.own_size
    height, width = (
      max(1, (2 * size * side + longer) // (2 * longer))
      for side in (self.canvas_height, self.canvas_width)
    )
    return height, width

  @property
  def pieces(self) -> int:
    """In how many pieces a command can be carried out, for films."""
    return 1

  @classmethod
  @abc.abstractmethod
  def of(cls, environment: sections.EnvironmentConfig) -> 'Renderer':
    """The renderer of the pictures that an environment shows.

    Args:
      environment: settings of an environment of the same name.

    Returns:
      The record.
    """

  @abc.abstractmethod
  def commands(
    self,
    environment: sections.EnvironmentConfig,
    steps: Sequence[Mapping[str, int]],
  ) -> tuple[Command, ...]:
    """The commands that an agent's actions in an episode are.

    Args:
      environment: settings that the renderer is `of`.
      steps: the components of each action.

    Returns:
      Commands that make the very pixels of the episode's last canvas. Actions
      that had no effect may be left out.
    """

  @abc.abstractmethod
  def check(self, command: Command) -> None:
    """Refuses a command that is of the right kind, but not for this renderer.

    Args:
      command: one of `command_kinds`.

    Raises:
      ValueError: it goes beyond the canvas, say.
    """

  @abc.abstractmethod
  def begin(self, size: int, commands: Sequence[Command]) -> Work:
    """Begins a picture: nothing is on it yet.

    Args:
      size: pixels of the longer side, as of `shape`. At the renderer's own,
        `own_size`, pictures are to the pixel what the agent saw; else all is
        scaled.
      commands: what will be carried out.

    Returns:
      The empty picture.

    Raises:
      ValueError: the commands cannot be carried out at this size.
    """


def num_seen(renderer: Renderer, commands: Sequence[Command]) -> int:
  """How many of the commands can be seen: strokes, say, but no moves."""
  return sum(not isinstance(command, renderer.unseen) for command in commands)


def check(renderer: Renderer, commands: Sequence[Command]) -> None:
  """Refuses commands that are not for a renderer.

  Args:
    renderer: who is to carry them out.
    commands: what it is to carry out.

  Raises:
    ValueError: one of them is not for the renderer, or there are too many.
  """
  if len(commands) > MAX_COMMANDS:
    raise ValueError(
      f'there are {len(commands):,} commands, but a program has at most '
      f'{MAX_COMMANDS:,}.'
    )
  kinds = tuple(renderer.command_kinds.values())
  for i, command in enumerate(commands):
    try:
      if not isinstance(command, kinds):
        raise ValueError(
          f'{messages.quoted(command)} is not for a {type(renderer).__name__}; '
          f'it must be a {" or a ".join(kind.__name__ for kind in kinds)}.'
        )
      renderer.check(command)
    except ValueError as error:
      raise ValueError(f'command {i} (counted from 0): {error}') from None
