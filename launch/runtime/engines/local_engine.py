"""Nodes as processes of this machine, the default."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
import socket
import subprocess

from launch.runtime import isolation
from launch.runtime import printing
from launch.runtime.engines import engine
from launch.runtime.engines import node_process


class LocalEngine(engine.Engine):
  """Starts processes here, in a network of their own or in the machine's.

  Resources are not looked at: there is one machine, and what it has is shared.
  """

  one_machine = True

  def __init__(self, namespace: isolation.Namespace | None = None):
    """Creates an engine.

    Args:
      namespace: the network that the nodes see; None for the machine's. It is
        closed with the engine.
    """
    self._namespace = namespace
    self._processes: dict[str, subprocess.Popen] = {}
    self._ports: set[int] = set()

  def place(self, nodes: Mapping[str, engine.Resources]) -> None:
    """See `Engine.place`."""

  def endpoints(self, names: Sequence[str]) -> dict[str, str]:
    """See `Engine.endpoints`."""
    return {name: f'localhost:{self._free_port()}' for name in names}

  def start(self, task: engine.Task) -> None:
    """See `Engine.start`."""
    log = node_process.writable(task.log, os.devnull)
    if log != task.log:
      printing.say(f'{task.log} can not be written: it stays without that log.')
    self._processes[task.name] = node_process.start(
      task.job,
      task.env,
      log,
      self._namespace.files if self._namespace else (),
    )

  def poll(self) -> list[engine.Ended]:
    """See `Engine.poll`."""
    ended = []
    for name, process in list(self._processes.items()):
      code = node_process.poll(process)
      if code is not None:
        del self._processes[name]
        ended.append(engine.Ended(name, code))
    return ended

  def stop(self, name: str, kill: bool = False) -> None:
    """See `Engine.stop`."""
    process = self._processes.get(name)
    if process is not None:
      node_process.stop(process, kill)

  def close(self) -> None:
    """See `Engine.close`."""
    for process in self._processes.values():
      node_process.stop(process, kill=True)
    for process in self._processes.values():
      node_process.end(process)
    self._processes.clear()
    if self._namespace:
      self._namespace.close()

  def _free_port(self) -> int:
    """A port that is free in the machine, and was not handed out before."""
    while True:
      with socket.socket(socket.AF_INET6) as probe:
        probe.bind(('::', 0))
        port = probe.getsockname()[1]
      if port not in self._ports:
        self._ports.add(port)
        return port
