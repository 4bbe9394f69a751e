"""The server behind the page: paints, and renders programs. It keeps nothing.

Whatever comes in is checked and bounded; whatever is wrong is an answer of one
line. Programs travel as JSON, pictures as files; no names of files come in.
"""

import base64
import io
import json
import os
import tempfile
import threading
import time
from typing import (
  Annotated,
  Any,
  Dict,
  Iterator,
  List,
  Mapping,
  Optional,
  Tuple,
)

import fastapi
from fastapi import exceptions
from fastapi import responses
from fastapi import staticfiles
import numpy as np
from PIL import Image

from spiral_tf import commands
from spiral_tf import formats
from spiral_tf import inputs
from spiral_tf import painter
from spiral_tf import program_json
from spiral_tf import programs
from spiral_tf import reconstruction
from spiral_tf import rendering
from spiral_tf.environments.mypaint import brushes
from spiral_tf.web import guard
from spiral_tf.web import queue

MAX_SIZE = 1024  # Of a picture, pixels.
MAX_SAMPLES = 32
MAX_STROKES = 2000  # Of a program that comes in.
_MAX_FRAMES = 240  # Of a film that the page shows.
_MAX_PARTS = 12  # Of a stroke in it.
_MAX_FRAME_SIZE = 512  # Pixels.
_STATIC = os.path.join(os.path.dirname(__file__), 'static')
_MEDIA = {
  'png': 'image/png',
  'svg': 'image/svg+xml',
  'gif': 'image/gif',
  'mp4': 'video/mp4',
  'json': 'application/json',
  'xml': 'application/xml',
}


def make_app(
  agents: Mapping[str, painter.Agent], hosts: Tuple[str, ...] = guard.LOOPBACK
) -> Any:
  """Makes the server.

  Args:
    agents: by the names that the page shows.
    hosts: names under which it may be asked; empty for any.

  Returns:
    An ASGI application.
  """
  app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
  service = _Service(agents)

  @app.exception_handler(ValueError)
  def refuse(request: fastapi.Request, error: ValueError):
    return _error(400, str(error))

  @app.exception_handler(exceptions.RequestValidationError)
  def misunderstand(request: fastapi.Request, error: Exception):
    return _error(400, 'this is not what the page would have sent.')

  @app.exception_handler(queue.FullError)
  def busy(request: fastapi.Request, error: queue.FullError):
    return _error(503, str(error))

  @app.get('/')
  def page():
    return responses.FileResponse(os.path.join(_STATIC, 'index.html'))

  @app.get('/api/settings')
  def settings():
    return service.settings()

  @app.post('/api/paint')
  def paint(
    model: Annotated[str, fastapi.Form()],
    image: Annotated[Optional[fastapi.UploadFile], fastapi.File()] = None,
    samples: Annotated[str, fastapi.Form()] = '1',
    temperature: Annotated[str, fastapi.Form()] = '1',
    seed: Annotated[str, fastapi.Form()] = '0',
    fit: Annotated[str, fastapi.Form()] = 'pad',
  ):
    return service.paint(
      model,
      image.file.read() if image else None,
      _number('samples', samples, 1, MAX_SAMPLES),
      _number('temperature', temperature, 0, 10, float),
      _number('seed', seed, 0, 2**31 - 1),
      fit,
    )

  @app.post('/api/frames')
  def frames(body: Annotated[Dict[str, Any], fastapi.Body()]):
    return service.frames(body)

  @app.post('/api/render')
  def render(body: Annotated[Dict[str, Any], fastapi.Body()]):
    form, data = service.render(body)
    return responses.Response(data, media_type=_MEDIA[form])

  # Where Bazel runs this, files are links.
  static = staticfiles.StaticFiles(directory=_STATIC, follow_symlink=True)
  app.mount('/static', static)
  return guard.Guard(app, hosts)


class _Service:
  """What the server does."""

  def __init__(self, agents: Mapping[str, painter.Agent]):
    self._agents = dict(agents)
    self._locks = {name: threading.Lock() for name in agents}
    self._queue = queue.Queue()

  def settings(self) -> Dict[str, Any]:
    """What the page offers."""
    return {
      'models': [
        {
          'name': name,
          'conditional': agent.conditional,
          'paints': agent.config.environment.name == 'painting',
          'brush': agent.config.environment.brush,
        }
        for name, agent in self._agents.items()
      ],
      'brushes': brushes.names(),
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
  ) -> Dict[str, Any]:
    """Paints a picture."""
    if model not in self._agents:
      raise ValueError(
        f'there is no model {model[:60]!r} here, but {", ".join(self._agents)}.'
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
      'target': _data_url(target),
    }

  def frames(self, body: Mapping[str, Any]) -> Dict[str, Any]:
    """The film of a program."""
    program = _program(body)
    size = min(_size(body) or _MAX_FRAME_SIZE, _MAX_FRAME_SIZE)
    with self._queue.place():
      shown, strokes = [], []
      for stroke, frame in _film(program, size):
        shown.append(_data_url(frame))
        strokes.append(stroke)
    return {'frames': shown, 'strokes': strokes, 'number': program.num_strokes}

  def render(self, body: Mapping[str, Any]) -> Tuple[str, bytes]:
    """A file of a program: its form, and what is in it."""
    form = body.get('format')
    if form not in _MEDIA:
      raise ValueError(
        f'format is {_short(form)}, but it must be one of {", ".join(_MEDIA)}.'
      )
    program = _program(body)
    number = body.get('up_to')
    if number is not None:
      commands.check_index('up_to', number, len(program.commands) + 1)
      program = program.up_to(number)
    size = _size(body)
    with self._queue.place(), tempfile.TemporaryDirectory() as folder:
      path = os.path.join(folder, f'picture.{form}')
      formats.save(program, [path], size)
      with open(path, 'rb') as file:
        return form, file.read()


def _painted(program: programs.Program, started: float) -> Dict[str, Any]:
  return {
    'program': json.loads(program_json.dumps(program)),
    'seconds': time.monotonic() - started,
  }


def _program(body: Mapping[str, Any]) -> programs.Program:
  """The program of a request, changed as the request says."""
  program = program_json.loads(json.dumps(body.get('program')))
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
  largest = max(
    [c.radius for c in program.commands if isinstance(c, commands.Stroke)],
    default=0,
  )
  width = program.renderer.canvas_width
  substrokes = getattr(program.renderer, 'substrokes', 0)
  if largest > width or substrokes > 200 or width > MAX_SIZE:
    raise ValueError(
      'the program is too large for this page: here canvases have at most '
      f'{MAX_SIZE} pixels, radii at most the width of the canvas, and curves '
      'at most 200 pieces.'
    )
  return program


def _size(body: Mapping[str, Any]) -> Any:
  size = body.get('size')
  if size is not None:
    commands.check_index('size', size, MAX_SIZE + 1, 1)
  return size


def _film(
  program: programs.Program, size: int
) -> Iterator[Tuple[int, np.ndarray]]:
  """Frames, each with the number of strokes that are whole in it."""
  strokes = max(1, program.num_strokes)
  parts = max(1, min(_MAX_PARTS, _MAX_FRAMES // strokes))
  if isinstance(program.renderer, commands.Painting):
    parts = min(parts, program.renderer.substrokes)
  else:
    parts = 1
  stride = -(-strokes * parts // _MAX_FRAMES)
  last = strokes * parts
  for i, frame in enumerate(rendering.frames(program, size, parts)):
    if i % stride == 0 or i == last:
      yield i // parts, frame


def _number(
  name: str, text: str, low: float, high: float, kind: type = int
) -> Any:
  try:
    value = kind(text)
  except ValueError:
    value = None
  if value is None or not low <= value <= high:
    raise ValueError(
      f'{name} is {_short(text)}, but it must be a number from {low} to {high}.'
    )
  return value


def _data_url(picture: np.ndarray) -> str:
  if picture.shape[-1] == 1:
    picture = picture[..., 0]
  data = io.BytesIO()
  Image.fromarray(inputs.read(picture)).save(data, 'PNG', compress_level=3)
  return 'data:image/png;base64,' + base64.b64encode(data.getvalue()).decode()


def _short(value: Any) -> str:
  text = repr(value)
  return text if len(text) <= 60 else text[:57] + '...'


def _error(status: int, message: str) -> responses.JSONResponse:
  return responses.JSONResponse({'error': message}, status_code=status)


def model_names(paths: List[str]) -> Dict[str, str]:
  """Names for the folders of models, each once."""
  names: Dict[str, str] = {}
  for path in paths:
    base = name = os.path.basename(os.path.normpath(path))
    number = 1
    while name in names:
      number += 1
      name = f'{base} {number}'
    names[name] = path
  return names
