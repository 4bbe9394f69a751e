"""Stands before the server: bounds requests, and lets only its own page in.

A page of another site must not use the server, though the browser that shows
it could reach it: neither by a request across sites nor under a name of its own
for this machine's address (DNS rebinding).
"""

import json
from typing import Any, Dict, List, Tuple
import urllib.parse

LOOPBACK = ('127.0.0.1', 'localhost', '::1')
MAX_BYTES = 10 * 2**20  # Of a request.

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

  def __init__(self, app: Any, hosts: Tuple[str, ...] = LOOPBACK):
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
    body: List[bytes] = []
    size, more = 0, True
    while more:
      message = await receive()
      if message['type'] != 'http.request':
        return  # The other side is gone.
      body.append(message.get('body', b''))
      more = message.get('more_body', False)
      size += len(body[-1])
      if size > MAX_BYTES:
        await _answer(
          send, 413, f'that is more than {MAX_BYTES >> 20} MB; make it smaller.'
        )
        return
    messages = [
      {'type': 'http.request', 'body': b''.join(body), 'more_body': False}
    ]

    async def replay():
      return messages.pop() if messages else await receive()

    async def send_with_headers(message):
      if message['type'] == 'http.response.start':
        message['headers'] = [*message['headers'], *_HEADERS]
      await send(message)

    await self._app(scope, replay, send_with_headers)

  def _refusal(self, method: str, headers: Dict[str, bytes]) -> str:
    """Why a request is not answered; empty if it is."""
    host = headers.get('host', b'').decode('latin-1')
    name = urllib.parse.urlsplit(f'//{host}').hostname or ''
    if self._hosts and name not in self._hosts:
      return f'this page is not to be had as {host[:60]!r}.'
    origin = headers.get('origin', b'').decode('latin-1')
    if method != 'GET' and origin and origin != f'http://{host}':
      return 'only the page itself may ask for this.'
    return ''


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
