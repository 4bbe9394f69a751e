"""What the server does for the page: paints, and renders programs.

Whatever comes in is checked and bounded; whatever is wrong is a ValueError of
one line. Programs travel as JSON, pictures as files; no names of files come in.
"""

from collections.abc import Mapping
import json
import os
import tempfile
import threading
import time
from typing import Any

import numpy as np

from spiral_tf import messages
from spiral_tf.agents import agent as agent_lib
from spiral_tf.environments.mypaint import brushes
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import canvas
from spiral_tf.programs import checks
from spiral_tf.programs import program as program_lib
from spiral_tf.web import film
from spiral_tf.web import queue

# Width and height of a picture, pixels, at most.
MAX_SIZE = 1024
# Tries at a picture, at most.
MAX_SAMPLES = 32
# Commands of a program that comes in, and pieces of a curve in it, at most.
MAX_STROKES = 2000
_MAX_PIECES = 200
# Forms in which a program can be had, and their media types.
MEDIA = {
  'png': 'image/png',
  'svg': 'image/svg+xml',
  'gif': 'image/gif',
  'mp4': 'video/mp4',
  'json': 'application/json',
  'xml': 'application/xml',
}
# Forms for which the program is drawn, which may take too long.
_DRAWN = ('png', 'gif', 'mp4')


class Service:
  """Agents, and what is asked of them. Keeps nothing of what comes in."""

  def __init__(self, agents: Mapping[str, agent_lib.Agent]):
    """Creates the service of `agents`, by the names that the page shows."""
    self._agents = dict(agents)
    self._locks = {name: threading.Lock() for name in agents}
    self._queue = queue.Queue()
    self._brushes = [name for name in brushes.names() if _usable(name)]

  def settings(self) -> dict[str, Any]:
    """What the page offers."""
    return {
      'models': [
        {
          'name': name,
          'conditional': agent.conditional,
          'paints': agent.renderer.has_brush,
          'brush': agent.config.environment.brush,
        }
        for name, agent in self._agents.items()
      ],
      'brushes': self._brushes,
      'max_samples': MAX_SAMPLES,
      'max_size': MAX_SIZE,
    }

  def paint(
    self,
    model: str,
    image: Any,
    samples: int,
    temperature: float,
    seed: int,
    fit: str,
  ) -> dict[str, Any]:
    """Paints a picture.

    Args:
      model: name of the agent.
      image: bytes of a picture to reproduce; None for an agent that is not
        conditional.
      samples: see `agent.Agent.paint`.
      temperature: see `agent.Agent.paint`.
      seed: see `agent.Agent.paint`.
      fit: see `agent.Agent.paint`.

    Returns:
      `program`, as JSON has it, and `seconds`, the time it took; of a
      reproduction also `mse`, the mean squared error of a pixel, and `target`,
      what the agent saw of the picture, as an address of a PNG.

    Raises:
      ValueError: an argument is not as above.
      queue.FullError: too many wait already.
    """
    if model not in self._agents:
      raise ValueError(
        f'there is no model {messages.quoted(model)} here, but '
        f'{", ".join(self._agents)}.'
      )
    agent = self._agents[model]
    if image is not None and not image:
      raise ValueError('the picture is empty; choose another one.')
    started = time.monotonic()
    if not agent.conditional:
      with self._queue.place(), self._locks[model]:
        (program,) = agent.draw(1, temperature, seed)
      return _painted(program, started)
    if image is None:
      raise ValueError('this model reproduces pictures: draw or choose one.')
    with self._queue.place():
      target = agent.target(image, fit)
      with self._locks[model]:
        (program,) = agent.paint_many(
          target[np.newaxis], samples, temperature, seed
        )
      error = reconstruction.errors(program.render(), target[np.newaxis])
    return {
      **_painted(program, started),
      'mse': float(error[0]),
      'target': film.data_url(target),
    }

  def frames(self, body: Mapping[str, Any]) -> dict[str, Any]:
    """The film of a program, and what else can be made of it.

    Args:
      body: a request, with `program`, as JSON has it; it may have `brush`,
        `color_strokes` and `size`, pixels.

    Returns:
      What `film.make` returns; `forms`, those of `MEDIA` that the program can
      be had in; and `has_brush`, whether its brush can be replaced.

    Raises:
      ValueError: something is wrong with the request.
      queue.FullError: too many wait already.
    """
    program = _program(body)
    size = min(_size(body) or film.MAX_SIZE, film.MAX_SIZE)
    with self._queue.place():
      made = film.make(program, size)
    renderer = program.renderer
    forms = [form.removeprefix('.') for form in renderer.forms]
    return {**made, 'forms': forms, 'has_brush': renderer.has_brush}

  def render(self, body: Mapping[str, Any]) -> tuple[str, bytes]:
    """A file of a program.

    Args:
      body: a request as for `frames`, with `format`, the form of the file; it
        may have `up_to`, of how many of the first commands it is.

    Returns:
      The form, and what is in the file.

    Raises:
      ValueError: something is wrong with the request.
      queue.FullError: too many wait already.
    """
    form = body.get('format')
    if not isinstance(form, str) or form not in MEDIA:
      raise ValueError(
        f'format is {messages.quoted(form)}, but it must be one of '
        f'{", ".join(MEDIA)}.'
      )
    program = _program(body)
    number = body.get('up_to')
    if number is not None:
      checks.index('up_to', number, len(program.commands) + 1)
      program = program.up_to(number)
    size = _size(body)
    with self._queue.place(), tempfile.TemporaryDirectory() as folder:
      if form in _DRAWN:
        film.rehearse(program, size or film.MAX_SIZE)
      path = os.path.join(folder, f'picture.{form}')
      program.save(path, size=size)
      with open(path, 'rb') as file:
        return form, file.read()


def _painted(program: program_lib.Program, started: float) -> dict[str, Any]:
  return {
    'program': json.loads(program.to_json()),
    'seconds': time.monotonic() - started,
  }


def _program(body: Mapping[str, Any]) -> program_lib.Program:
  """The program of a request, changed as the request says."""
  program = program_lib.Program.from_json(json.dumps(body.get('program')))
  if len(program.commands) > MAX_STROKES:
    raise ValueError(
      f'the program has {len(program.commands):,} commands, but here at most '
      f'{MAX_STROKES:,} are possible; use launch.paint --program.'
    )
  brush, colored = body.get('brush'), body.get('color_strokes')
  if brush:
    program = program.with_brush(brush)
  if colored:
    program = program.with_stroke_colors()
  if program.renderer.has_brush:
    brushes.load(program.renderer.brush)  # Refuses one that is not there.
  strokes = [c for c in program.commands if isinstance(c, canvas.Stroke)]
  largest = max((stroke.radius for stroke in strokes), default=0)
  width, pieces = program.renderer.canvas_width, program.renderer.pieces
  if largest > width or pieces > _MAX_PIECES or width > MAX_SIZE:
    raise ValueError(
      'the program is too large for this page: here canvases have at most '
      f'{MAX_SIZE} pixels, radii at most the width of the canvas, and curves '
      f'at most {_MAX_PIECES} pieces.'
    )
  return program


def _usable(name: str) -> bool:
  """Whether programs can have the brush of this name."""
  try:
    canvas.Canvas(1, 1, name)
    brushes.load(name)
  except ValueError:
    return False
  return True


def _size(body: Mapping[str, Any]) -> Any:
  size = body.get('size')
  if size is not None:
    checks.index('size', size, MAX_SIZE + 1, 1)
  return size
