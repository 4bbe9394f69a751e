"""HTTP as uvicorn speaks it, but with an end to everybody's patience.

uvicorn waits for ever for the head of a request, and for those who do not read
its answers.
"""

import select
from typing import Any

from uvicorn.protocols.http import h11_impl

from spiral_tf.web import connections as connections_lib
from spiral_tf.web import shares

# Seconds in which the head of a request must have come in.
HEAD_SECONDS = 10.0
# After so many seconds an answer must have been read on, at this pace, bytes a
# second.
READ_SECONDS = 10.0
READ_PACE = 16 * 2**10
# How long a connection for which there is no room can read why.
_REFUSED_SECONDS = 1.0
_TEXT = b'{"error": "many people are connected just now; try again later."}'
_REFUSED = (
  b'HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n'
  b'connection: close\r\ncontent-length: %d\r\n\r\n%s' % (len(_TEXT), _TEXT)
)


class Protocol(h11_impl.H11Protocol):
  """One connection.

  Attributes:
    address: whose it is, see `shares.address`.
  """

  def __init__(
    self, connections: connections_lib.Connections, *args: Any, **kwargs: Any
  ):
    """Creates the protocol of a connection that is not there yet.

    Args:
      connections: all that there are.
      *args: uvicorn's.
      **kwargs: uvicorn's.
    """
    super().__init__(*args, **kwargs)
    self.address = ''
    self._connections = connections
    self._is_refused = False
    self._since = 0.0  # When the head, or what follows it, was due.
    self._unread: tuple[float, int] | None = None

  def connection_made(self, transport):
    """Begins to wait for a request."""
    super().connection_made(transport)
    self.address = shares.address(self.client[0] if self.client else '')
    self._since = self.loop.time()
    if not self._connections.admit(self):
      self._is_refused = True
      transport.write(_REFUSED)
      if transport.can_write_eof():
        transport.write_eof()
      self.loop.call_later(_REFUSED_SECONDS, transport.abort)

  def connection_lost(self, exc):
    """Ends, and tells whoever works for it."""
    self._connections.remove(self)
    super().connection_lost(exc)

  def data_received(self, data):
    """Takes in a part of a request."""
    if not self._is_refused:
      super().data_received(data)

  def handle_events(self):
    """Acts upon what has come in."""
    before = self.cycle
    super().handle_events()
    if self.cycle is not before:
      self._since = self.loop.time()

  def on_response_complete(self):
    """Begins to wait for the next request."""
    self._since = self.loop.time()
    super().on_response_complete()

  def waits_since(self) -> float | None:
    """See `connections.Connection`."""
    if self._waits_for_head():
      return self._since
    if self.cycle.more_body:
      return self._since
    return self._unread[0] if self._unread else None

  def drop(self) -> None:
    """See `connections.Connection`."""
    self.transport.abort()

  def tick(self) -> None:
    """See `connections.Connection`."""
    now = self.loop.time()
    if self._is_unread(now):
      self.drop()
    elif self._waits_for_head():
      if now - self._since > HEAD_SECONDS:
        self.transport.close()
    elif self.flow.read_paused and self._is_gone():
      self.drop()

  def _waits_for_head(self) -> bool:
    return self.cycle is None or self.cycle.response_complete

  def _is_unread(self, now: float) -> bool:
    """Whether an answer is not read, or too slowly."""
    size = self.transport.get_write_buffer_size()
    if not size:
      self._unread = None
    elif self._unread is None:
      self._unread = now, size
    elif now - self._unread[0] >= READ_SECONDS:
      read = self._unread[1] - size
      self._unread = now, size
      return read < READ_PACE * READ_SECONDS
    return False

  def _is_gone(self) -> bool:
    """Whether the other side has closed, behind what has not been read."""
    socket = self.transport.get_extra_info('socket')
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))
