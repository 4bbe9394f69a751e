"""The Ray actor that keeps the place of a node, and runs the node there."""

import asyncio
from collections.abc import Mapping
import subprocess

from launch.runtime.engines import node_process
from launch.runtime.engines import ports

_WATCH_SECONDS = 0.1


class Keeper:
  """Keeps the place of a node, on its machine.

  Its methods run in the one thread of Ray's event loop, which lives as long as
  the actor does: the kernel takes its end for that of the node's parent.
  """

  def __init__(self):
    """Creates an actor without a process."""
    self._process: subprocess.Popen | None = None
    self._number = 0

  async def host(self) -> str:
    """The machine's address, as other machines see it."""
    import ray

    return ray.util.get_node_ip_address()

  async def alive(self) -> None:
    """Never returns."""
    await asyncio.Event().wait()

  async def is_free(self, port: int) -> bool:
    """Whether a node can listen on a port."""
    return ports.is_free(port)

  async def run(
    self, number: int, job: bytes, env: Mapping[str, str], log: str
  ) -> int:
    """Runs the node and returns its exit code.

    Args:
      number: of the run: an earlier one is not started twice, if asked twice.
      job: see `engine.Task`.
      env: see `engine.Task`.
      log: see `engine.Task`. If it can't be written, what the node prints goes
        into Ray's log of this actor.
    """
    if number > self._number:
      self._number = number
      log = node_process.writable(log, '/dev/stdout')
      try:
        self._process = node_process.start(job, env, log)
      except OSError as error:
        print(f'It can not be started: {error}', flush=True)
        return node_process.NO_START
    process = self._process
    while (code := node_process.poll(process)) is None:
      await asyncio.sleep(_WATCH_SECONDS)
    return code

  async def stop(self, number: int, kill: bool) -> None:
    """Sends a signal to the node, if it is still in that run."""
    if self._process is not None and number == self._number:
      node_process.stop(self._process, kill)

  async def close(self) -> None:
    """Kills the node, if there is one, and what it started."""
    if self._process is not None:
      node_process.end(self._process)
