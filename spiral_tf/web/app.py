"""The server behind the page: which requests there are, and how they fail."""

from collections.abc import Mapping
import os
from typing import Annotated, Any

import fastapi
from fastapi import exceptions
from fastapi import responses
from fastapi import staticfiles
from starlette import exceptions as starlette_exceptions

from spiral_tf import messages
from spiral_tf.agents import agent as agent_lib
from spiral_tf.web import guard
from spiral_tf.web import queue
from spiral_tf.web import service as service_lib

_STATIC = os.path.join(os.path.dirname(__file__), 'static')


def make_app(
  agents: Mapping[str, agent_lib.Agent], hosts: tuple[str, ...] = guard.LOOPBACK
) -> Any:
  """Makes the server.

  Args:
    agents: by the names that the page shows.
    hosts: names under which it may be asked; empty for any.

  Returns:
    An ASGI application.
  """
  app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
  service = service_lib.Service(agents)

  @app.exception_handler(ValueError)
  def refuse(request: fastapi.Request, error: ValueError):
    return _error(400, str(error))

  @app.exception_handler(exceptions.RequestValidationError)
  def misunderstand(request: fastapi.Request, error: Exception):
    return _error(400, 'this is not what the page would have sent.')

  @app.exception_handler(starlette_exceptions.HTTPException)
  def refuse_request(request: fastapi.Request, error: Any):
    return _error(error.status_code, str(error.detail))

  @app.exception_handler(Exception)
  def fail(request: fastapi.Request, error: Exception):
    return _error(500, 'the server failed; its terminal says why.')

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
    image: Annotated[fastapi.UploadFile | None, fastapi.File()] = None,
    samples: Annotated[str, fastapi.Form()] = '1',
    temperature: Annotated[str, fastapi.Form()] = '1',
    seed: Annotated[str, fastapi.Form()] = '0',
    fit: Annotated[str, fastapi.Form()] = 'pad',
  ):
    return service.paint(
      model,
      image.file.read() if image else None,
      _number('samples', samples, 1, service_lib.MAX_SAMPLES),
      _number('temperature', temperature, 0, 10, float),
      _number('seed', seed, 0, 2**31 - 1),
      fit,
    )

  @app.post('/api/frames')
  def frames(body: Annotated[dict[str, Any], fastapi.Body()]):
    return service.frames(body)

  @app.post('/api/render')
  def render(body: Annotated[dict[str, Any], fastapi.Body()]):
    form, data = service.render(body)
    return responses.Response(data, media_type=service_lib.MEDIA[form])

  # Where Bazel runs this, files are links.
  static = staticfiles.StaticFiles(directory=_STATIC, follow_symlink=True)
  app.mount('/static', static)
  return guard.Guard(app, hosts)


def _number(
  name: str, text: str, low: float, high: float, kind: type = int
) -> Any:
  try:
    value = kind(text)
  except ValueError:
    value = None
  if value is None or not low <= value <= high:
    raise ValueError(
      f'{name} is {messages.quoted(text)}, but it must be a number from {low} '
      f'to {high}.'
    )
  return value


def _error(status: int, message: str) -> responses.JSONResponse:
  return responses.JSONResponse({'error': message}, status_code=status)
