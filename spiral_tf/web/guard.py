"""Stands before the server: bounds requests, and lets only its own page in.

A page of another site must not use the server, though the browser that shows
it could reach it: neither by a request across sites nor under a name of its own
for this machine's address (DNS rebinding).
"""

import asyncio
import contextlib
import json
from typing import Any
import urllib.parse

from spiral_tf import messages
from spiral_tf.web import shares

LOOPBACK = ('127.0.0.1', 'localhost', '::1')
# Size of a request, bytes, at most: 2,000 strokes are 300 kB.
MAX_BYTES = 2**20
# The same where pictures come in.
MAX_PICTURE_BYTES = 10 * 2**20
_PICTURES = ('/api/paint', '/api/suits')
# How many requests of more than MAX_BYTES there may be at the same time; and
# how many of one address.
_LARGE = 8
_LARGE_SHARE = 2
# Seconds that a request may take to come in.
MAX_SECONDS = 60
# What is read, and for how long, of a request that has its answer already: as
# long as the other side writes, it does not see that there is one, and if the
# connection were closed, it never would.
_DRAINED_BYTES = 64 * 2**20
_DRAINED_SECONDS = 30

_HEADERS = (
  (
    b'content-security-policy',
    b"default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; "
    b"base-uri 'none'; form-action 'self'",
  ),
  (b'x-content-type-options', b'nosniff'),
  (b'x-frame-options', b'DENY'),
  (b'referrer-policy', b'no-referrer'),
  (b'cross-origin-resource-policy', b'same-origin'),
)


class _Refusal(Exception):
  """A request that is not handed on."""

  def __init__(self, status: int, message: str):
    super().__init__(message)
    self.status = status


class Guard:
  """An ASGI application around another one."""

  def __init__(self, app: Any, hosts: tuple[str, ...] = LOOPBACK):
    """Creates a guard of `app`; see `app.make_app` for `hosts`."""
    self._app = app
    self._hosts = hosts
    noun = f'requests of more than {MAX_BYTES >> 20} MB'
    self._large = shares.Shares(_LARGE, _LARGE_SHARE, noun)

  async def __call__(self, scope, receive, send):
    """Answers a request, or hands it on."""
    if scope['type'] != 'http':
      await self._app(scope, receive, send)
      return
    body = _Body(scope, receive, self._large)
    try:
      self._check(scope)
      whole = await asyncio.wait_for(body.read(), MAX_SECONDS)
      if whole is not None:
        await self._hand_on(scope, whole, receive, send)
    except _Refusal as refusal:
      await _answer(send, refusal.status, str(refusal), body)
    except shares.FullError as error:
      await _answer(send, 503, str(error), body)
    except asyncio.TimeoutError:
      await _answer(send, 408, 'that came in too slowly; try again.', body)
    finally:
      body.close()

  async def _hand_on(self, scope, body, receive, send):
    whole = [{'type': 'http.request', 'body': body, 'more_body': False}]

    async def replay():
      return whole.pop() if whole else await receive()

    async def send_with_headers(message):
      if message['type'] == 'http.response.start':
        message['headers'] = [*message['headers'], *_HEADERS]
      await send(message)

    await self._app(scope, replay, send_with_headers)

  def _check(self, scope: Any) -> None:
    """Raises a _Refusal of a request that is not the page's own."""
    headers = {k: v.decode('latin-1') for k, v in scope['headers']}
    host = headers.get(b'host', '')
    if self._hosts and _name(host) not in self._hosts:
      raise _Refusal(
        403,
        f'this page is not to be had as {messages.quoted(host)}; launch.serve '
        '--allow_host says as what else it is.',
      )
    if scope['method'] in ('GET', 'HEAD'):
      return
    origin = headers.get(b'origin', '')
    # Behind a proxy that encrypts, the page's own origin is https.
    own = ('', f'http://{host}', f'https://{host}')
    site = headers.get(b'sec-fetch-site', 'none')
    if origin not in own or site not in ('same-origin', 'none'):
      raise _Refusal(403, 'only the page itself may ask for this.')


class _Body:
  """What comes in with a request, up to a bound."""

  def __init__(self, scope: Any, receive: Any, large: shares.Shares):
    """Creates it of an ASGI scope; `large` is who sends large ones."""
    self._receive = receive
    self._most = MAX_BYTES
    if scope['path'] in _PICTURES:
      self._most = MAX_PICTURE_BYTES
    self._announced = _length(scope['headers'])
    self._large = large
    self._is_large = False
    client = scope.get('client')
    self._address = shares.address(client[0] if client else '')
    self._whole = False

  async def read(self) -> bytes | None:
    """Reads it all.

    Returns:
      The bytes; None if the other side is gone.

    Raises:
      _Refusal: it is too large.
      shares.FullError: too many large ones are coming in.
    """
    parts: list[bytes] = []
    size = 0
    self._check(self._announced)
    while not self._whole:
      part = await self._next()
      if part is None:
        return None
      size += len(part)
      self._check(size)
      parts.append(part)
    return b''.join(parts)

  async def drain(self) -> None:
    """Reads what is left, within bounds, for nobody."""
    size = 0
    while not self._whole and size <= _DRAINED_BYTES:
      part = await self._next()
      if part is None:
        return
      size += len(part)

  def close(self) -> None:
    """Says that it is no longer in memory."""
    if self._is_large:
      self._large.give_back(self._address)
      self._is_large = False

  def _check(self, size: int) -> None:
    if size > self._most:
      text = f'that is more than {self._most >> 20} MB; make it smaller.'
      raise _Refusal(413, text)
    if size > MAX_BYTES and not self._is_large:
      self._large.take(self._address)
      self._is_large = True

  async def _next(self) -> bytes | None:
    message = await self._receive()
    if message['type'] != 'http.request':
      return None
    self._whole = not message.get('more_body', False)
    return message.get('body', b'')


def _name(host: str) -> str:
  """The name in a Host header, without the port; empty if there is none."""
  try:
    return urllib.parse.urlsplit(f'//{host}').hostname or ''
  except ValueError:
    return ''


def _length(headers: Any) -> int:
  """The length that a request announces, bytes; 0 if it announces none."""
  text = dict(headers).get(b'content-length', b'')
  return int(text) if text.isdigit() and len(text) < 20 else 0


async def _answer(send: Any, status: int, message: str, body: _Body) -> None:
  """Answers instead of the server, in a way that the other side sees it."""
  data = json.dumps({'error': message}).encode()
  headers = [
    (b'content-type', b'application/json'),
    (b'content-length', str(len(data)).encode()),
    (b'connection', b'close'),
    *_HEADERS,
  ]
  await send(
    {'type': 'http.response.start', 'status': status, 'headers': headers}
  )
  await send({'type': 'http.response.body', 'body': data, 'more_body': True})
  with contextlib.suppress(asyncio.TimeoutError):
    await asyncio.wait_for(body.drain(), _DRAINED_SECONDS)
  await send({'type': 'http.response.body', 'body': b''})
