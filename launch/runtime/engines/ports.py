"""Ports for the nodes of programs that run on several machines."""

import random
import socket

# Not among the ports that Linux gives to connections, of which one could take a
# node's while it is restarted, nor among those of Ray's own workers.
_PORTS = range(20000, 32768)


class Ports:
  """Remembers which ports of which machines were named already."""

  def __init__(self):
    """Creates an object that has named none."""
    self._named: set[tuple[str, int]] = set()

  def new(self, host: str) -> int:
    """A port of a machine that was not named before, as long as there is one.

    Whether it is free is for the machine itself to say: `is_free`.
    """
    named = {port for its, port in self._named if its == host}
    port = random.choice(sorted(set(_PORTS) - named) or _PORTS)
    self._named.add((host, port))
    return port


def is_free(port: int) -> bool:
  """Whether a node can listen on a port of this machine."""
  dual = socket.has_dualstack_ipv6()
  family = socket.AF_INET6 if dual else socket.AF_INET
  try:
    socket.create_server(('', port), family=family, dualstack_ipv6=dual).close()
  except OSError:
    return False
  return True
