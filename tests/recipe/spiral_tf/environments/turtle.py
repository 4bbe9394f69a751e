"""A turtle that walks over paper, and leaves a line where its pen is down."""

import math

from dm_env import specs
import numpy as np
from PIL import Image
from PIL import ImageDraw

from spiral_tf.environments import episodic

_DIRECTIONS = 8  # In a turn: the turtle turns by multiples of 45 degrees.
_LONGEST = 4  # Walk, in cells.


class Turtle(episodic.Episodic):
  """Turns right by `turn` eighths, then walks `cells` + 1, drawing or not."""

  def __init__(
    self,
    episode_length: int = 20,
    canvas_width: int = 64,
    grid_width: int = 32,
    noise_dim: int = 10,
    seed: int | None = None,
  ):
    """Creates the environment; see `sections.EnvironmentConfig`."""
    numbers = {'pen': 2, 'turn': _DIRECTIONS, 'cells': _LONGEST}
    super().__init__(
      {k: specs.DiscreteArray(n, name=k) for k, n in numbers.items()},
      (canvas_width, canvas_width, 1),
      episode_length,
      noise_dim,
      seed,
    )
    self._width, self._grid_width = canvas_width, grid_width

  def _begin(self) -> None:
    self._paper = Paper(self._width, self._grid_width)

  def _act(self, action: dict[str, int]) -> tuple[str, ...]:
    self._paper.turn(action['turn'])
    self._paper.walk(action['cells'] + 1, action['pen'] == 1)
    return self._components

  def _look(self) -> dict[str, np.ndarray]:
    return {'canvas': self._paper.picture()}


class Paper:
  """A sheet of white paper; in its middle the turtle looks up."""

  def __init__(self, size: int, grid_width: int):
    """Lays out paper of `size` pixels a side, `grid_width` cells wide."""
    self._image = Image.new('L', (size, size), 255)
    self._cell = size / grid_width
    self._place = size / 2, size / 2
    self._eighths = 0

  def turn(self, eighths: int) -> None:
    """Turns the turtle right."""
    self._eighths = (self._eighths + eighths) % _DIRECTIONS

  def walk(self, cells: float, draws: bool) -> None:
    """Lets the turtle walk, even off the paper."""
    (x, y), angle = self._place, 2 * math.pi * self._eighths / _DIRECTIONS
    length = cells * self._cell
    self._place = x + length * math.sin(angle), y - length * math.cos(angle)
    if draws:
      line = [(x, y), self._place]
      width = max(1, round(self._cell / 2))
      ImageDraw.Draw(self._image).line(line, fill=0, width=width)

  def picture(self) -> np.ndarray:
    """What is on the paper, uint8 `[S, S, 1]`, a copy."""
    return np.array(self._image)[..., np.newaxis]
