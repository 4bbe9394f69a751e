"""Serves the page on a socket, until Ctrl-C."""

import asyncio
from collections.abc import Mapping
import functools
import gc
import socket
import sys

import uvicorn

from spiral_tf.agents import agent as agent_lib
from spiral_tf.web import app
from spiral_tf.web import connections as connections_lib
from spiral_tf.web import memory
from spiral_tf.web import protocol
from spiral_tf.web import queue as queue_lib
from spiral_tf.web import shares

# Seconds that answers have to be read when the server ends.
_END_SECONDS = 2
# uvicorn's ticks between two looks at the connections, a second.
_TICKS = 10
# Seconds for which one thread may keep the others from running Python.
_SWITCH_SECONDS = 0.001


def make(
  agents: Mapping[str, agent_lib.Agent],
  hosts: tuple[str, ...],
  proxies: tuple[str, ...] = (),
  pictures: Mapping[str, bytes] | None = None,
) -> 'Server':
  """Makes a server of the page.

  Args:
    agents: see `app.make_app`.
    hosts: see `app.make_app`.
    proxies: addresses whose header X-Forwarded-For is believed.
    pictures: see `app.make_app`.

  Returns:
    The server. Its `run` serves on sockets that listen; after Ctrl-C it ends
    everything in order, and raises KeyboardInterrupt.
  """
  queue = queue_lib.Queue()
  connections = connections_lib.Connections(
    proxies=tuple(shares.address(proxy) for proxy in proxies)
  )
  config = uvicorn.Config(
    app.make_app(agents, hosts, queue, pictures),
    http=functools.partial(protocol.Protocol, connections),
    ws='none',
    lifespan='off',
    # What strangers send is not for this terminal.
    log_level='error',
    proxy_headers=bool(proxies),
    forwarded_allow_ips=list(proxies),
    timeout_keep_alive=5,
    timeout_graceful_shutdown=2 * _END_SECONDS,
  )
  return Server(config, queue, connections)


class Server(uvicorn.Server):
  """A server that waits for nobody.

  Attributes:
    queue: where work waits.
    connections: all that there are.
  """

  def __init__(
    self,
    config: uvicorn.Config,
    queue: queue_lib.Queue,
    connections: connections_lib.Connections,
  ):
    """Creates a server; see `make`."""
    super().__init__(config)
    self.queue = queue
    self.connections = connections

  def run(self, sockets: list[socket.socket] | None = None) -> None:
    """Serves until it is told to stop."""
    # What is there stays: collecting garbage must not look at it each time that
    # a request has brought many values.
    gc.collect()
    gc.freeze()
    # Whoever answers must not wait for long for those who paint.
    sys.setswitchinterval(_SWITCH_SECONDS)
    super().run(sockets)

  async def on_tick(self, counter: int) -> bool:
    """Looks after the connections and the memory; uvicorn calls it often."""
    if counter % _TICKS == 0:
      self.connections.tick()
      if self.queue.rests():
        memory.give_back()
    return await super().on_tick(counter)

  async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
    """Ends all work before uvicorn waits for it."""
    self.queue.stop()
    self.connections.drop(waiting=True)
    loop = asyncio.get_running_loop()
    last = loop.call_later(_END_SECONDS, self.connections.drop)
    await super().shutdown(sockets)
    last.cancel()
