"""Nodes on the machines of a Ray cluster.

For each node, a Ray actor holds its place, and there starts, watches and stops
an ordinary process (`engines.node_process`). Ray says where there is
room and which machines are gone; it restarts nothing.

The launcher runs on one of the machines. All run the same version of the
project, installed into the Python that their `ray start` belongs to, wherever
that is: no code is sent to them. Folders that the config names are on a file
system that all of them share. When the machine of `ray start --head` is lost,
the run ends, and the same command goes on with it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import logging
import os
import time
from typing import (
  Any,
  NamedTuple,
)

from launch.runtime.engines import engine
from launch.runtime.engines import ports as ports_lib
from launch.runtime.engines import ray_keeper
from launch.runtime.engines import ray_shortage

_WATCH_SECONDS = 0.1
# Ray ends what a driver leaves behind; this is only for those that can't wait.
_CLOSE_SECONDS = 10.0
# Environment variables whose values in the launcher hold on all machines.
# TensorFlow reads them when it is first imported, which in a node is by Reverb,
# before anything of ours could set them.
_VARIABLES = ('TF2_BEHAVIOR', 'TF_CPP_MIN_LOG_LEVEL', 'TF_ENABLE_ONEDNN_OPTS')


class _Place(NamedTuple):
  """Where a node runs.

  Attributes:
    actor: handle of the `ray_keeper.Keeper` that holds the place.
    host: address of the machine, as others reach it.
    alive: pending result of a call that never returns. It fails when Ray finds
      the keeper's machine gone, which is how the end of the place is noticed.
  """

  actor: Any
  host: str
  alive: Any


class _Run(NamedTuple):
  """A node's process.

  Attributes:
    task: what it runs.
    number: tells it from earlier runs of the same node.
    code: pending result that becomes its exit code.
  """

  task: engine.Task
  number: int
  code: Any


class RayEngine(engine.Engine):
  """Starts processes on the machines of a cluster."""

  def __init__(self, address: str = 'auto', place_seconds: float = 30.0):
    """Connects to a cluster; to the one in use, if Ray is in use already.

    No usage statistics are sent from here; what `ray start` sends is ended by
    its `--disable-usage-stats`.

    Args:
      address: "host:port" of the cluster's head, or "auto" for that which this
        machine belongs to.
      place_seconds: how long to wait for a place for yet another node.

    Raises:
      RuntimeError: Ray is not installed, or this machine is in no cluster.
    """
    os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
    try:
      import ray  # An optional extra.
    except ImportError:
      raise RuntimeError(
        'Ray is not installed. Run: pip install ".[ray]"'
      ) from None
    self._ray = ray
    self._place_seconds = place_seconds
    self._places: dict[str, _Place] = {}
    self._runs: dict[str, _Run] = {}
    self._ports = ports_lib.Ports()
    self._number = 0
    self._is_mine = not ray.is_initialized()
    if self._is_mine:
      try:
        ray.init(
          address=address, log_to_driver=False, logging_level=logging.ERROR
        )
      except (ConnectionError, RuntimeError, ValueError) as error:
        raise RuntimeError(
          f'This machine is not part of a Ray cluster at {address}: {error} '
          'Run "ray start --head" on the first machine, '
          '"ray start --address=..." on the others, this one among them, and '
          'give --ray_address=... of the first.'
        ) from error

  def place(self, nodes: Mapping[str, engine.Resources]) -> None:
    """See `Engine.place`."""
    for name in nodes:
      self._leave(name)
    waiting: dict[Any, tuple[str, Any]] = {}

    def ask(name: str) -> None:
      amounts = nodes[name]
      actor = (
        self._ray.remote(ray_keeper.Keeper)
        .options(
          num_cpus=amounts.cpus,
          num_gpus=amounts.gpus,
          resources=dict(amounts.custom),
          # A node that computes is as good anywhere, and a machine's loss
          # should take as few of them as possible.
          scheduling_strategy='SPREAD',
          max_restarts=0,
        )
        .remote()
      )
      waiting[actor.host.remote()] = (name, actor)

    for name in nodes:
      ask(name)
    deadline = time.monotonic() + self._place_seconds
    try:
      while waiting:
        patience = max(deadline - time.monotonic(), 0.0)
        ready, _ = self._ray.wait(list(waiting), timeout=patience)
        if not ready:
          raise RuntimeError(
            ray_shortage.explain(
              {name: nodes[name] for name, _ in waiting.values()},
              self._ray.available_resources(),
              [its['Resources'] for its in self._ray.nodes() if its['Alive']],
              self._place_seconds,
            )
          )
        name, actor = waiting.pop(ready[0])
        try:
          host = self._ray.get(ready[0])
        except self._ray.exceptions.RayActorError as error:
          _raise_if_not_installed(error)
          if time.monotonic() > deadline:
            raise RuntimeError(
              f'{name}: Ray finds a place but can not keep it. {error}'
            ) from error
          # It was sent to a machine that Ray did not yet know to be lost.
          time.sleep(_WATCH_SECONDS)
          ask(name)
          continue
        self._places[name] = _Place(actor, host, actor.alive.remote())
        deadline = time.monotonic() + self._place_seconds
    finally:
      for _, actor in waiting.values():
        self._ray.kill(actor)

  def endpoints(self, names: Sequence[str]) -> dict[str, str]:
    """See `Engine.endpoints`."""
    engine.check_placed(names, self._places)
    ports: dict[str, int] = {}
    lost: set[str] = set()
    while len(ports) + len(lost) < len(names):
      asked = {}
      for name in set(names) - set(ports) - lost:
        place = self._places[name]
        port = self._ports.new(place.host)
        asked[place.actor.is_free.remote(port)] = (name, port)
      self._ray.wait(
        list(asked), num_returns=len(asked), timeout=self._place_seconds
      )
      for answer, (name, port) in asked.items():
        try:
          if self._ray.get(answer, timeout=0):
            ports[name] = port
        except (
          self._ray.exceptions.RayActorError,
          self._ray.exceptions.GetTimeoutError,
        ):
          lost.add(name)
    if lost:
      for name in lost:
        self._leave(name)
      raise engine.LostError(sorted(lost))
    return {name: f'{self._places[name].host}:{ports[name]}' for name in names}

  def start(self, task: engine.Task) -> None:
    """See `Engine.start`. What can't be seen yet, `poll` reports."""
    engine.check_placed([task.name], self._places)
    self._number += 1
    self._run(task, self._number)

  def poll(self) -> list[engine.Ended]:
    """See `Engine.poll`."""
    ended = []
    names = {run.code: name for name, run in self._runs.items()}
    for code in self._ready(list(names)):
      name = names[code]
      run = self._runs.pop(name)
      try:
        ended.append(engine.Ended(name, self._ray.get(code)))
      except self._ray.exceptions.ActorUnavailableError:
        # The connection broke. That need not be the end of the machine.
        self._run(run.task, run.number)
      except self._ray.exceptions.RayActorError:
        self._leave(name)
        ended.append(engine.Ended(name, None))
    names = {place.alive: name for name, place in self._places.items()}
    for alive in self._ready(list(names)):
      name = names[alive]
      place = self._places[name]
      try:
        self._ray.get(alive)
      except self._ray.exceptions.ActorUnavailableError:
        self._places[name] = place._replace(alive=place.actor.alive.remote())
      except self._ray.exceptions.RayActorError:
        self._leave(name)
        ended.append(engine.Ended(name, None))
    return ended

  def stop(self, name: str, kill: bool = False) -> None:
    """See `Engine.stop`."""
    if name in self._runs:
      self._places[name].actor.stop.remote(self._runs[name].number, kill)

  def close(self) -> None:
    """See `Engine.close`."""
    if not self._ray.is_initialized():
      return
    # Before Ray kills the keepers, they end what their nodes left behind, too.
    ends = [place.actor.close.remote() for place in self._places.values()]
    alive = [place.alive for place in self._places.values()]
    if ends:
      self._ray.wait(ends, num_returns=len(ends), timeout=_CLOSE_SECONDS)
    for name in list(self._places):
      self._leave(name)
    if alive:
      self._ray.wait(alive, num_returns=len(alive), timeout=_CLOSE_SECONDS)
    if self._is_mine:
      self._ray.shutdown()

  def _run(self, task: engine.Task, number: int) -> None:
    env = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    code = self._places[task.name].actor.run.remote(
      number, task.job, {**env, **task.env}, task.log
    )
    self._runs[task.name] = _Run(task, number, code)

  def _ready(self, futures: list[Any]) -> list[Any]:
    """Those that have come, or failed, so far."""
    if not futures:
      return []
    return self._ray.wait(futures, num_returns=len(futures), timeout=0)[0]

  def _leave(self, name: str) -> None:
    """Gives a node's place back, if it has one."""
    self._runs.pop(name, None)
    place = self._places.pop(name, None)
    if place:
      self._ray.kill(place.actor)


def _raise_if_not_installed(error: Exception) -> None:
  """Raises a RuntimeError if an actor could not be made from our code."""
  # Ray does not hand on the ImportError, but nothing else can fail there.
  if 'creation task' in str(error):
    raise RuntimeError(
      'A machine of the Ray cluster does not have this project, or another '
      'version of it. Run "pip install ." there, with the Python that its "ray '
      f'start" belongs to, and start Ray again. Ray says: {error}'
    ) from error
