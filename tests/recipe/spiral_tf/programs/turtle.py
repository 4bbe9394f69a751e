"""Walks of a turtle: how far it turns, and how far it goes."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import ClassVar

from spiral_tf.config import sections
from spiral_tf.environments import turtle
from spiral_tf.programs import checks
from spiral_tf.programs import renderer


@dataclasses.dataclass(frozen=True)
class Turn:
  """Turns the turtle right, by eighths of a full turn."""

  eighths: int

  def __post_init__(self):
    checks.index('eighths', self.eighths, 8)

  def carry_out(self, paper: turtle.Paper) -> None:
    """Turns."""
    paper.turn(self.eighths)


@dataclasses.dataclass(frozen=True)
class Walk:
  """Lets the turtle walk so many cells, with or without a line behind it."""

  cells: float
  draws: bool

  def __post_init__(self):
    checks.number('cells', self.cells, 0, checks.MAX_WIDTH)
    fits = isinstance(self.draws, bool)
    checks.that(fits, 'draws', self.draws, 'true or false')

  def carry_out(self, paper: turtle.Paper) -> None:
    """Walks."""
    paper.walk(self.cells, self.draws)


@dataclasses.dataclass(frozen=True)
class Turtle(renderer.Renderer):
  """A turtle in the middle of its paper, looking up."""

  name: ClassVar = 'turtle'
  noun: ClassVar = 'a walk'
  command_kinds: ClassVar = {'turn': Turn, 'walk': Walk}
  unseen: ClassVar = (Turn,)
  channels: ClassVar = 1

  canvas_width: int
  grid_width: int

  def __post_init__(self):
    checks.index('canvas_width', self.canvas_width, checks.MAX_WIDTH + 1, 1)
    checks.index('grid_width', self.grid_width, checks.MAX_WIDTH + 1, 1)

  @classmethod
  def of(cls, environment: sections.EnvironmentConfig) -> 'Turtle':
    """The turtle of an environment; see `renderer.Renderer.of`."""
    return cls(environment.canvas_width, environment.grid_width)

  def commands(
    self,
    environment: sections.EnvironmentConfig,
    steps: Sequence[Mapping[str, int]],
  ) -> tuple[Turn | Walk, ...]:
    """The walk of an episode; see `renderer.Renderer.commands`."""
    made = []
    for step in steps:
      made.append(Turn(step['turn']))
      made.append(Walk(step['cells'] + 1, step['pen'] == 1))
    return tuple(made)

  def check(self, command: Turn | Walk) -> None:
    """Refuses nothing: the turtle may leave its paper."""

  def begin(self, size: int, commands: Sequence[Turn | Walk]) -> turtle.Paper:
    """White paper; see `renderer.Renderer.begin`."""
    return turtle.Paper(size, self.grid_width)
