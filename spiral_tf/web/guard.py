"""Stands before the server: bounds requests, and lets only its own page in.

A page of another site must not use the server, though the browser that shows
it could reach it: neither by a request across sites nor under a name of its own
for this machine's address (DNS rebinding).
"""

import asyncio
import json
from typing import Any
import urllib.parse

from spiral_tf import messages

LOOPBACK = ('127.0.0.1', 'localhost', '::1')
# Size of a request, at most.
MAX_BYTES = 10 * 2**20
# Seconds that a request may take to come in.
_MAX_SECONDS = 60

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


class Guard:
  """An ASGI application around another one."""

  def __init__(self, app: Any, hosts: tuple[str, ...] = LOOPBACK):
    """Creates a guard of `app`; see `app.make_app` for `hosts`."""
    self._app = app
    self._hosts = hosts

  async def __call__(self, scope, receive, send):
    """Answers a request, or hands it on."""
    if scope['type'] != 'http':
      await self._app(scope, receive, send)
      return
    headers = {k.decode('latin-1'): v for k, v in scope['headers']}
    refusal = self._refusal(scope['method'], headers)
    if refusal:
      await _answer(send, 403, refusal)
      return
    try:
      body = await asyncio.wait_for(_body(receive), _MAX_SECONDS)
    except asyncio.TimeoutError:
      await _answer(send, 408, 'that came in too slowly; try again.')
      return
    if body is None:
      return  # The other side is gone.
    if len(body) > MAX_BYTES:
      text = f'that is more than {MAX_BYTES >> 20} MB; make it smaller.'
      await _answer(send, 413, text)
      return
    whole = [{'type': 'http.request', 'body': body, 'more_body': False}]

    async def replay():
      return whole.pop() if whole else await receive()

    async def send_with_headers(message):
      if message['type'] == 'http.response.start':
        message['headers'] = [*message['headers'], *_HEADERS]
      await send(message)

    await self._app(scope, replay, send_with_headers)

  def _refusal(self, method: str, headers: dict[str, bytes]) -> str:
    """Why a request is not answered; empty if it is."""
    host = headers.get('host', b'').decode('latin-1')
    name = _name(host)
    if self._hosts and name not in self._hosts:
      return f'this page is not to be had as {messages.quoted(host)}.'
    origin = headers.get('origin', b'').decode('latin-1')
    # Behind a proxy that encrypts, the page's own origin is https.
    own = (f'http://{host}', f'https://{host}')
    if method != 'GET' and origin and origin not in own:
      return 'only the page itself may ask for this.'
    return ''


def _name(host: str) -> str:
  """The name in a Host header, without the port; empty if there is none."""
  try:
    return urllib.parse.urlsplit(f'//{host}').hostname or ''
  except ValueError:
    return ''


async def _body(receive: Any) -> bytes | None:
  """Reads a request to its end, or until it is too large."""
  parts: list[bytes] = []
  size, more = 0, True
  while more and size <= MAX_BYTES:
    message = await receive()
    if message['type'] != 'http.request':
      return None
    parts.append(message.get('body', b''))
    more = message.get('more_body', False)
    size += len(parts[-1])
  return b''.join(parts)


async def _answer(send: Any, status: int, message: str) -> None:
  data = json.dumps({'error': message}).encode()
  headers = [(b'content-type', b'application/json'), (b'connection', b'close')]
  await send(
    {
      'type': 'http.response.start',
      'status': status,
      'headers': [*headers, *_HEADERS],
    }
  )
  await send({'type': 'http.response.body', 'body': data})
