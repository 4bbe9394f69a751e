"""Which connections there are, and which of them make room for new ones.

Whoever sends nothing, or reads nothing, is the first to go; so nobody can shut
others out by holding many connections and doing nothing with them.
"""

from typing import Protocol

# Connections at the same time, at most; and of one address.
TOTAL = 128
EACH = 32


class Connection(Protocol):
  """A connection, as those who count them see it."""

  address: str

  def waits_since(self) -> float | None:
    """When it began to wait for the other side; None if it does not."""

  def drop(self) -> None:
    """Closes it at once."""

  def tick(self) -> None:
    """Closes it if the other side takes longer than it may."""


class Connections:
  """All connections of a server."""

  def __init__(
    self,
    total: int = TOTAL,
    each: int = EACH,
    proxies: tuple[str, ...] = (),
  ):
    """Creates a register without connections.

    Args:
      total: how many there may be.
      each: how many one address may have.
      proxies: addresses that many people come from, which may have them all.
    """
    self._total = total
    self._each = each
    self._proxies = frozenset(proxies)
    self._all: set[Connection] = set()

  def admit(self, connection: Connection) -> bool:
    """Takes a new connection in, perhaps in another one's place.

    Args:
      connection: the new one.

    Returns:
      Whether there is room. If not, it is not counted.
    """
    address = connection.address
    own = [c for c in self._all if c.address == address]
    if len(own) >= self._each and address not in self._proxies:
      if not self._make_room(own):
        return False
    elif len(self._all) >= self._total and not self._make_room(self._all):
      return False
    self._all.add(connection)
    return True

  def remove(self, connection: Connection) -> None:
    """Forgets a connection that is closed."""
    self._all.discard(connection)

  def tick(self) -> None:
    """Closes those whose other side takes too long. To be called often."""
    for connection in list(self._all):
      connection.tick()

  def drop(self, waiting: bool = False) -> None:
    """Closes all connections, or those that wait for the other side."""
    for connection in list(self._all):
      if not waiting or connection.waits_since() is not None:
        connection.drop()

  def _make_room(self, among: 'set[Connection] | list[Connection]') -> bool:
    """Closes the one that has waited longest, of whoever has most of them."""
    number: dict[str, int] = {}
    for connection in among:
      number[connection.address] = number.get(connection.address, 0) + 1
    waiting = [
      (-number[c.address], since, id(c), c)
      for c in among
      if (since := c.waits_since()) is not None
    ]
    if not waiting:
      return False
    *_, longest = min(waiting)
    self.remove(longest)
    longest.drop()
    return True
