"""The server behind the page: which requests there are, and how they fail."""

import asyncio
from collections.abc import Callable
from collections.abc import Mapping
import mimetypes
import os
from typing import Any

from starlette import applications
from starlette import exceptions
from starlette import requests
from starlette import responses
from starlette import routing

from spiral_tf import messages
from spiral_tf.agents import agent as agent_lib
from spiral_tf.web import forms
from spiral_tf.web import guard
from spiral_tf.web import offers
from spiral_tf.web import queue as queue_lib
from spiral_tf.web import service as service_lib
from spiral_tf.web import shares
from spiral_tf.web import wishes

_STATIC = os.path.join(os.path.dirname(__file__), 'static')
# Characters of a ticket, at most.
_TICKET = 64
# What does not change as long as the server runs.
_KEPT = {'cache-control': 'max-age=3600'}


def make_app(
  agents: Mapping[str, agent_lib.Agent],
  hosts: tuple[str, ...] = guard.LOOPBACK,
  queue: queue_lib.Queue | None = None,
  pictures: Mapping[str, bytes] | None = None,
) -> guard.Guard:
  """Makes the server.

  Args:
    agents: by the names that the page shows.
    hosts: names under which it may be asked; empty for any.
    queue: where work waits; by default one with as many places as there are
      processors.
    pictures: of what some of the agents make, PNG files.

  Returns:
    An ASGI application.
  """
  service = service_lib.Service(agents, pictures)
  desk = _Desk(queue or queue_lib.Queue())

  async def settings(request):
    return responses.JSONResponse(service.settings())

  async def ahead(request):
    ticket = request.query_params.get('ticket', '')
    return responses.JSONResponse(desk.state(ticket))

  async def healthy(request):
    return responses.PlainTextResponse('ok\n')

  async def paint(request):
    kind = request.headers.get('content-type', '')
    wish = _wish(forms.parse(kind, await request.body()))
    data = await desk.work(
      request,
      lambda check: service.paint(wish, check),
      needs=None if wish.model == offers.SEARCH else wish.model,
    )
    return responses.Response(data, media_type='application/json')

  async def suits(request):
    kind = request.headers.get('content-type', '')
    fields = forms.parse(kind, await request.body())
    image = fields.get('image', b'')
    data = await desk.work(request, lambda check: service.suits(image))
    return responses.Response(data, media_type='application/json')

  async def brushes(request):
    data = await desk.work(request, service.swatches)
    return responses.Response(data, media_type='image/png', headers=_KEPT)

  async def frames(request):
    body = await request.body()
    data = await desk.work(request, lambda check: service.frames(body, check))
    return responses.Response(data, media_type='application/json')

  async def render(request):
    body = await request.body()
    form, data = await desk.work(
      request, lambda check: service.render(body, check)
    )
    return responses.Response(data, media_type=service_lib.MEDIA[form])

  pictures = service.pictures()
  app = applications.Starlette(
    routes=[
      *_files(),
      *(_file(f'/pictures/{name}', pictures[name]) for name in pictures),
      _route('GET', '/healthz', healthy),
      _route('GET', '/api/settings', settings),
      _route('GET', '/api/queue', ahead),
      _route('GET', '/api/brushes.png', brushes),
      _route('POST', '/api/paint', paint),
      _route('POST', '/api/suits', suits),
      _route('POST', '/api/frames', frames),
      _route('POST', '/api/render', render),
    ],
    exception_handlers={
      ValueError: _answers(400),
      shares.FullError: _answers(503),
      queue_lib.GoneError: _answers(503),
      requests.ClientDisconnect: _answers(400),
      exceptions.HTTPException: _refuse,
      Exception: _fail,
    },
  )
  return guard.Guard(app, hosts)


class _Desk:
  """Where work is handed in, and where to ask how long it takes to begin."""

  def __init__(self, queue: queue_lib.Queue):
    """Creates the desk of a queue."""
    self._queue = queue
    self._jobs: dict[str, queue_lib.Job] = {}

  async def work(
    self,
    request: requests.Request,
    work: Callable[[queue_lib.Check], Any],
    needs: str | None = None,
  ) -> Any:
    """Has work done, as long as the other side waits for it.

    Args:
      request: whose it is. Its header `x-ticket`, chosen by the other side, is
        under what the work can be asked for.
      work: see `queue.Queue.submit`.
      needs: see `queue.Queue.submit`.

    Returns:
      What the work returns.

    Raises:
      shares.FullError: there is no place for it.
      queue.GoneError: the other side is gone.
    """
    host = request.client.host if request.client else ''
    job = self._queue.submit(shares.address(host), work, needs)
    ticket = request.headers.get('x-ticket', '')[:_TICKET]
    if ticket:
      self._jobs[ticket] = job
    done = asyncio.wrap_future(job.future)
    done.add_done_callback(lambda f: f.cancelled() or f.exception())
    gone = asyncio.ensure_future(_gone(request))
    try:
      await asyncio.wait({done, gone}, return_when=asyncio.FIRST_COMPLETED)
      if not done.done():
        raise queue_lib.GoneError('the other side is gone.')
      return done.result()
    finally:
      gone.cancel()
      job.cancel()
      if self._jobs.get(ticket) is job:
        del self._jobs[ticket]
      # An error's frames must not lead back to it, and to the whole request.
      done = job = None

  def state(self, ticket: str) -> dict[str, Any]:
    """Says how far some work is.

    Args:
      ticket: under which it was handed in.

    Returns:
      `ahead`, how many come before it, None if it has begun or is done; and
      `done`, the share of it that is done, None if that is not known.
    """
    job = self._jobs.get(ticket)
    return {
      'ahead': job.ahead() if job else None,
      'done': job.share if job else None,
    }


async def _gone(request: requests.Request) -> None:
  """Waits until the other side is gone."""
  while (await request.receive())['type'] != 'http.disconnect':
    pass


def _route(method: str, path: str, answer: Callable) -> routing.Route:
  """A route that answers all that HTTP knows for it."""
  methods = ['GET', 'HEAD'] if method == 'GET' else [method]
  methods.append('OPTIONS')

  async def endpoint(request):
    if request.method == 'OPTIONS':
      allow = {'allow': ', '.join(methods)}
      return responses.Response(status_code=204, headers=allow)
    return await answer(request)

  return routing.Route(path, endpoint, methods=methods)


def _files() -> list[routing.Route]:
  """Routes to the page and what belongs to it, all of it in memory."""
  routes = []
  for name in sorted(os.listdir(_STATIC)):
    with open(os.path.join(_STATIC, name), 'rb') as file:
      content = file.read()
    path = '/' if name == 'index.html' else f'/static/{name}'
    routes.append(_file(path, content, mimetypes.guess_type(name)[0]))
  return routes


def _file(
  path: str, content: bytes, media: str | None = 'image/png'
) -> routing.Route:
  """A route to what is in memory."""

  async def answer(request):
    return responses.Response(content, media_type=media)

  return _route('GET', path, answer)


def _wish(fields: Mapping[str, bytes]) -> wishes.Wish:
  """What a form asks for."""
  if 'model' not in fields:
    raise ValueError('this is not what the page would have sent.')
  image = fields.get('image')
  text = {
    name: value.decode('utf-8', 'replace')
    for name, value in fields.items()
    if name != 'image'
  }
  return wishes.Wish(
    text['model'],
    image,
    samples=_number('samples', text, 1, 1, wishes.MAX_SAMPLES),
    temperature=_number('temperature', text, 1, 0, 10, float),
    seed=_number('seed', text, 0, 0, 2**31 - 1),
    fit=text.get('fit', 'pad'),
    tiles=_number('tiles', text, 1, 1, offers.MAX_TILES),
    strokes=_number('strokes', text, 1, 1, offers.MAX_STROKES),
    tries=_number('tries', text, 0, 0, wishes.MAX_TRIES),
  )


def _number(
  name: str,
  text: Mapping[str, str],
  default: float,
  low: float,
  high: float,
  kind: type = int,
) -> Any:
  try:
    value = kind(text.get(name, default))
  except ValueError:
    value = None
  if value is None or not low <= value <= high:
    raise ValueError(
      f'{name} is {messages.quoted(text[name])}, but it must be a number from '
      f'{low} to {high}.'
    )
  return value


def _answers(status: int) -> Callable:
  async def answer(request, error):
    return _error(status, str(error))

  return answer


async def _refuse(request: Any, error: exceptions.HTTPException) -> Any:
  return _error(error.status_code, str(error.detail), error.headers)


async def _fail(request: Any, error: Exception) -> Any:
  return _error(500, 'the server failed; its terminal says why.')


def _error(
  status: int, message: str, headers: Mapping[str, str] | None = None
) -> responses.JSONResponse:
  return responses.JSONResponse({'error': message}, status, headers)
