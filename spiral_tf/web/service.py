"""What the server does for the page: paints, and renders programs.

Whatever comes in is checked and bounded; whatever is wrong is a ValueError of
one line. Programs travel as JSON, pictures as files; no names of files come in.
Whoever calls has a place in the queue, and hands in what asks whether to go on.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import json
import os
import tempfile
import time
from typing import Any

import numpy as np

from spiral_tf import messages
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import looks
from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import named
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import canvas
from spiral_tf.programs import checks
from spiral_tf.programs import formats
from spiral_tf.programs import json_form
from spiral_tf.programs import program as program_lib
from spiral_tf.web import examples
from spiral_tf.web import film
from spiral_tf.web import offers
from spiral_tf.web import swatches
from spiral_tf.web import watched
from spiral_tf.web import wishes

# Size of a picture, pixels of the longer side, at most.
MAX_SIZE = 1024
# Commands of a program that comes in, and pieces of a curve in it, at most.
MAX_STROKES = 2000
_MAX_PIECES = 200
# Lists and objects in the JSON of a request, at most: a stroke has four.
_MAX_NESTED = 10 * MAX_STROKES
# Forms in which a program can be had, and their media types.
MEDIA = {
  'png': 'image/png',
  'svg': 'image/svg+xml',
  'gif': 'image/gif',
  'mp4': 'video/mp4',
  'json': 'application/json',
  'xml': 'application/xml',
}

# Called between the steps of long work, perhaps with the share that is done; it
# raises an error to end it.
_Check = Callable[..., None]


class Service:
  """Agents, and what is asked of them. Keeps nothing of what comes in."""

  def __init__(
    self,
    agents: Mapping[str, agent_lib.Agent],
    pictures: Mapping[str, bytes] | None = None,
  ):
    """Creates the service.

    Args:
      agents: by the names under which they are asked for.
      pictures: of what some of them make, PNG files.
    """
    self._agents = dict(agents)
    self._shown = dict(pictures or {})
    self._brushes = [name for name in brushes.names() if _usable(name)]
    self._examples = examples.every(self._agents)
    self._swatches: bytes | None = None

  def settings(self) -> dict[str, Any]:
    """What the page offers."""
    models = offers.every(self._agents)
    for model in models:
      model['picture'] = model['name'] in self._shown
    return {
      'models': models,
      'examples': [
        {'name': e.name, 'title': e.title, 'model': e.painter}
        for e in self._examples
      ],
      'brushes': self._brushes,
      'named_brushes': {
        name: brush._asdict() for name, brush in named.BRUSHES.items()
      },
      'swatch': {'width': swatches.WIDTH, 'height': swatches.HEIGHT},
      'max_size': MAX_SIZE,
    }

  def pictures(self) -> dict[str, bytes]:
    """PNG files that the page shows, by name."""
    return {
      **{f'example-{e.name}.png': e.png for e in self._examples},
      **{f'model-{name}.png': data for name, data in self._shown.items()},
    }

  def swatches(self, check: _Check) -> bytes:
    """A PNG with a stroke of each brush, one below the other, in their order.

    Args:
      check: called before each brush.

    Returns:
      The file, made once.
    """
    if self._swatches is None:
      self._swatches = swatches.sheet(self._brushes, check)
    return self._swatches

  def suits(self, image: bytes) -> bytes:
    """Says who paints such a picture.

    Args:
      image: bytes of the picture.

    Returns:
      JSON: `looks`, what it looks like, and `model`, the name of who suits it,
      or null.

    Raises:
      ValueError: it is no sound picture.
    """
    kind = looks.kind(wishes.read(image))
    answer = {'looks': kind, 'model': offers.suiting(self._agents, kind)}
    return json.dumps(answer).encode()

  def paint(self, wish: wishes.Wish, check: _Check) -> bytes:
    """Paints a picture; no two at the same time with the same model.

    Args:
      wish: which, and how.
      check: see `agent.Agent.draw`; it is told how far search is.

    Returns:
      JSON: `program`, and `seconds`, the time it took; of a reproduction also
      `mse`, the mean squared error of a pixel, `empty`, that of the empty
      canvas, and `target`, what was seen of the picture, as an address of a
      PNG.

    Raises:
      ValueError: something is wrong with the wish.
    """
    started = time.monotonic()
    program, target = wishes.fulfil(self._agents, wish, check)
    values: dict[str, Any] = {'seconds': time.monotonic() - started}
    if target is not None:
      values['target'] = film.data_url(target)
      empty = dataclasses.replace(program, commands=())
      for name, shown in (('mse', program), ('empty', empty)):
        (error,) = reconstruction.errors(
          shown.render()[np.newaxis], target[np.newaxis]
        )
        values[name] = float(error)
    rest = json.dumps(values).removeprefix('{')
    return f'{{"program": {program.to_json()}, {rest}'.encode()

  def frames(self, body: bytes, check: _Check) -> bytes:
    """The film of a program, and what else can be made of it.

    Args:
      body: JSON of a request, with `program`; it may have `brush`,
        `color_strokes` and `size`, pixels.
      check: see `film.make`.

    Returns:
      JSON of what `film.make` returns; `forms`, those of `MEDIA` that the
      program can be had in; `has_brush`, whether its brush can be replaced; and
      `colors`, of its strokes if it has one, [red, green, blue] in [0, 1] each.

    Raises:
      ValueError: something is wrong with the request.
    """
    values = _values(body)
    program = _program(values)
    size = min(_size(values) or film.MAX_SIZE, film.MAX_SIZE)
    made = film.make(program, size, check)
    renderer = program.renderer
    made['forms'] = [form.removeprefix('.') for form in renderer.forms]
    made['has_brush'] = renderer.has_brush
    strokes = [c for c in program.commands if isinstance(c, canvas.Stroke)]
    made['colors'] = [stroke.color for stroke in strokes]
    return json.dumps(made).encode()

  def render(self, body: bytes, check: _Check) -> tuple[str, bytes]:
    """A file of a program.

    Args:
      body: JSON of a request as for `frames`, with `format`, the form of the
        file; it may have `up_to`, of how many of the first commands it is.
      check: see `film.make`.

    Returns:
      The form, and what is in the file.

    Raises:
      ValueError: something is wrong with the request.
    """
    values = _values(body)
    form = values.get('format')
    if not isinstance(form, str) or form not in MEDIA:
      raise ValueError(
        f'format is {messages.quoted(form)}, but it must be one of '
        f'{", ".join(MEDIA)}.'
      )
    program = _program(values)
    number = values.get('up_to')
    if number is not None:
      checks.index('up_to', number, len(program.commands) + 1)
      program = program.up_to(number)
    renderer, commands = watched.watch(program, check)
    with tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, f'picture.{form}')
      formats.save(renderer, commands, [path], _size(values))
      with open(path, 'rb') as file:
        return form, file.read()


def _values(body: bytes) -> dict[str, Any]:
  """What the JSON of a request says."""
  if body.count(b'[') + body.count(b'{') > _MAX_NESTED:
    raise ValueError(
      f'this has far more parts than the {MAX_STROKES:,} commands that are '
      'possible here; use launch.paint --program.'
    )
  values = json_form.parse(body)
  if not isinstance(values, dict):
    raise ValueError('this is not what the page would have sent.')
  return values


def _program(values: Mapping[str, Any]) -> program_lib.Program:
  """The program of a request, changed as the request says."""
  program = program_lib.Program.from_values(values.get('program'))
  if len(program.commands) > MAX_STROKES:
    raise ValueError(
      f'the program has {len(program.commands):,} commands, but here at most '
      f'{MAX_STROKES:,} are possible; use launch.paint --program.'
    )
  brush, colored = values.get('brush'), values.get('color_strokes')
  if brush:
    program = program.with_brush(brush)
  if colored:
    program = program.with_stroke_colors()
  if program.renderer.has_brush:
    brushes.load(program.renderer.brush)  # Refuses one that is not there.
  strokes = [c for c in program.commands if isinstance(c, canvas.Stroke)]
  largest = max((stroke.radius for stroke in strokes), default=0)
  size, pieces = program.renderer.own_size, program.renderer.pieces
  if largest > size or pieces > _MAX_PIECES or size > MAX_SIZE:
    raise ValueError(
      'the program is too large for this page: here canvases have at most '
      f'{MAX_SIZE} pixels a side, radii at most the longer side, and curves at '
      f'most {_MAX_PIECES} pieces.'
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


def _size(values: Mapping[str, Any]) -> Any:
  size = values.get('size')
  if size is not None:
    checks.index('size', size, MAX_SIZE + 1, 1)
  return size
