"""Ports for servers of tests, which no two test processes pick at once.

gRPC lets two servers of one user listen at the same port, and then a client
talks to either of them. Who picks a port by looking whether it is free may find
one that another process is just about to take.
"""

import itertools
import os
import socket

# Below those that Linux gives to clients and to who asks for any.
_FIRST, _A_WORKER = 20_000, 500
# Of pytest-xdist; 'gw0' and so on.
_WORKER = int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))
_PORTS = itertools.cycle(range(_A_WORKER))


def pick() -> int:
  """Returns a port that is free, and another each time."""
  for _ in range(_A_WORKER):
    port = _FIRST + (_WORKER % 20) * _A_WORKER + next(_PORTS)
    with socket.socket(socket.AF_INET6) as probe:
      try:
        probe.bind(('::', port))
      except OSError:
        continue
    return port
  raise RuntimeError(f'no port is free from {port - _A_WORKER} to {port}.')
