"""Programs: the commands behind a picture, as a value that people can keep.

A program has what it takes to make its picture again: who draws (a brush on a
canvas, or a platform for objects) and the ordered commands. Places are in cells
of a grid and radii in pixels of the program's own canvas, so that a program can
be rendered at any size (figure 6 of the paper).
"""

from collections.abc import Mapping
from collections.abc import Sequence
import colorsys
import dataclasses
import math
from typing import Any

import numpy as np

from spiral_tf.config import sections
from spiral_tf.programs import backgrounds
from spiral_tf.programs import checks
from spiral_tf.programs import easel
from spiral_tf.programs import formats
from spiral_tf.programs import json_form
from spiral_tf.programs import plotter as plotter_lib
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import renderers
from spiral_tf.programs import rendering

# Part of the colour circle between the hues of successive strokes. With the
# golden ratio, the hues of any few successive strokes are far apart.
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclasses.dataclass(frozen=True)
class Program:
  """The ordered commands of one picture, and who carries them out.

  Attributes:
    renderer: who carries them out.
    commands: each of a kind that is for this renderer: `Move`s and `Stroke`s
      for a `Canvas`, `Put`s for a `Platform`.
  """

  renderer: renderer_lib.Renderer
  commands: tuple[renderer_lib.Command, ...]

  def __post_init__(self):
    if not isinstance(self.renderer, renderers.KINDS):
      kinds = ' or a '.join(kind.__name__ for kind in renderers.KINDS)
      rule = f'a {kinds}'
      checks.that(False, 'renderer', self.renderer, rule)
    object.__setattr__(self, 'commands', tuple(self.commands))
    renderer_lib.check(self.renderer, self.commands)

  @classmethod
  def load(cls, path: str) -> 'Program':
    """Reads the program in a JSON file.

    Args:
      path: of a file that `save` has written, or that is like one.

    Returns:
      The program.

    Raises:
      ValueError: there is none in it; the message names the file, and what is
        wrong.
      FileNotFoundError: there is no such file.
    """
    return cls._of(json_form.load(path))

  @classmethod
  def from_json(cls, text: str) -> 'Program':
    """The program that JSON text describes.

    Args:
      text: as `to_json` returns it.

    Returns:
      The program.

    Raises:
      ValueError: it describes none. The message, one line, names what is wrong.
    """
    return cls._of(json_form.loads(text))

  @classmethod
  def from_values(cls, values: Any) -> 'Program':
    """The program that values of JSON describe.

    Args:
      values: what `json_form.parse` makes of such text.

    Returns:
      The program.

    Raises:
      ValueError: they describe none. The message, one line, names what is
        wrong.
    """
    return cls._of(json_form.from_values(values))

  def to_json(self) -> str:
    """The program as JSON text, a line a command."""
    return json_form.dumps(self.renderer, self.commands)

  @property
  def num_strokes(self) -> int:
    """How many strokes, or objects, there are."""
    return renderer_lib.num_seen(self.renderer, self.commands)

  def up_to(self, number: int) -> 'Program':
    """The program of the first `number` commands.

    Raises:
      ValueError: `number` is negative or larger than the program.
    """
    if not 0 <= number <= len(self.commands):
      raise ValueError(
        f'the program has {len(self.commands)} commands, so it has no first '
        f'{number}; choose 0 to {len(self.commands)}.'
      )
    return dataclasses.replace(self, commands=self.commands[:number])

  def with_brush(self, brush: str) -> 'Program':
    """The same strokes with another brush, see `canvas.Canvas.brush`.

    Raises:
      ValueError: that cannot be the name of a brush, or this is no painting.
    """
    return self._with('brush', brush=brush)

  def with_background(self, background: str) -> 'Program':
    """The same strokes on another background.

    Args:
      background: as people write it, see `backgrounds.normal`.

    Returns:
      The program.

    Raises:
      ValueError: it is no background, or this is no painting.
    """
    background = backgrounds.normal(background)
    channels = 4 if background == 'transparent' else 3
    if background == 'white' and self.renderer.channels == 1:
      channels = 1
    return self._with('background', background=background, channels=channels)

  def with_stroke_colors(self) -> 'Program':
    """The same strokes, each in a colour of its own (figure 6).

    Raises:
      ValueError: this is no painting.
    """
    channels = max(3, self.renderer.channels)
    colored = self._with('stroke colors', channels=channels)
    commands, number = [], 0
    for command in self.commands:
      if not isinstance(command, self.renderer.unseen):
        command = dataclasses.replace(command, color=stroke_color(number))
        number += 1
      commands.append(command)
    return dataclasses.replace(colored, commands=tuple(commands))

  def render(self, size: int | None = None) -> np.ndarray:
    """The picture; see `spiral_tf.programs.rendering.render`."""
    return rendering.render(self.renderer, self.commands, size)

  def save(
    self,
    *paths: str,
    size: int | None = None,
    report: formats.Report | None = None,
  ) -> None:
    """Writes files, each in its extension's form; see `formats.save`."""
    formats.save(self.renderer, self.commands, paths, size, report)

  def plot(self, path: str, **settings: Any) -> plotter_lib.Plot:
    """Writes an SVG file for a pen plotter.

    Args:
      path: of the file.
      **settings: see `plotter.Plotter`, such as paper='a4', pen='0.5mm'.

    Returns:
      What the plotter draws, and how far it moves.

    Raises:
      ValueError: a setting cannot be, or this is no painting.
      OSError: the file cannot be written.
    """
    plotter = plotter_lib.Plotter(**settings)
    return plotter_lib.save(self.renderer, self.commands, path, plotter)

  @classmethod
  def _of(cls, parts: json_form.Parts) -> 'Program':
    """The program of a renderer and commands that have been checked."""
    renderer, commands = parts
    return checks.unchecked(cls, renderer=renderer, commands=commands)

  def _with(self, what: str, **changes) -> 'Program':
    """The same commands on a canvas with other settings."""
    if not self.renderer.has_brush:
      raise ValueError(
        f'{what}: only paintings have one, and this is {self.renderer.noun}.'
      )
    renderer = dataclasses.replace(self.renderer, **changes)
    return dataclasses.replace(self, renderer=renderer)


def stroke_color(number: int) -> easel.Color:
  """A strong colour for stroke `number`, unlike those of its neighbours."""
  return colorsys.hsv_to_rgb(number * _GOLDEN % 1, 0.85, 0.8)


def from_actions(
  environment: sections.EnvironmentConfig,
  actions: Mapping[str, Sequence[int]],
) -> Program:
  """The program that an agent's actions in an episode are.

  Args:
    environment: settings of the environment.
    actions: for each component of its `action_spec`, int `[T]`.

  Returns:
    The program. Actions that had no effect are left out.

  Raises:
    ValueError: there is no renderer of the environment's name.
  """
  renderer = renderers.of(environment)
  rows = {name: np.asarray(x).tolist() for name, x in actions.items()}
  steps = [dict(zip(rows, values)) for values in zip(*rows.values())]
  return checks.unchecked(
    Program, renderer=renderer, commands=renderer.commands(environment, steps)
  )
