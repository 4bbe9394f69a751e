"""What the supervisor asks of a place where nodes can run.

A node is an operating-system process that runs one function of a Launchpad
program (`engines.node_process`). An engine knows machines and processes;
what to start again, and when, is for `launch.runtime.supervisor` to say.
"""

import abc
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import (
  NamedTuple,
)


class Resources(NamedTuple):
  """What a node needs of the machine that it is placed on.

  Attributes:
    cpus: cores; shares of one are fine.
    gpus: graphics cards.
    custom: amounts of resources that the cluster's owner named.
  """

  cpus: float = 1.0
  gpus: float = 0.0
  custom: Mapping[str, float] = {}


class Task(NamedTuple):
  """A node as a process.

  Attributes:
    name: of the node, the same each time it is started again; unique.
    job: cloudpickle of the function to run.
    env: environment variables, beside those the engine's processes have.
    log: file that what the node prints is added to.
  """

  name: str
  job: bytes
  env: Mapping[str, str]
  log: str


class Ended(NamedTuple):
  """A node's end.

  Attributes:
    name: of the node.
    code: its exit code, negative for a signal; None if its machine is lost,
      and with it the place, so that it must be placed anew.
  """

  name: str
  code: int | None


class Engine(abc.ABC):
  """Starts processes and says when they end. Used from one thread.

  Attributes:
    one_machine: whether all nodes run on the launcher's machine.
  """

  one_machine = False

  @abc.abstractmethod
  def place(self, nodes: Mapping[str, Resources]) -> None:
    """Reserves a place for each node, or a new one for one that has a place.

    Args:
      nodes: names of nodes, and what they need.

    Raises:
      RuntimeError: there is not enough of something, even after a while; says
        of what, and how to get or to ask for less of it.
    """

  @abc.abstractmethod
  def endpoints(self, names: Sequence[str]) -> dict[str, str]:
    """Finds a free port for each of some placed nodes.

    Args:
      names: of nodes.

    Returns:
      Name to "host:port", where host is how other nodes reach the place.

    Raises:
      LostError: a machine was lost meanwhile.
    """

  @abc.abstractmethod
  def start(self, task: Task) -> None:
    """Starts a placed node that is not running; does not wait for it.

    What the node leaves behind ends with it, and it ends, at once and
    whatever it is doing, with the launcher.

    Raises:
      LostError: the node's machine was lost meanwhile.
      OSError: it can't be started now; it keeps its place.
    """

  @abc.abstractmethod
  def poll(self) -> list[Ended]:
    """Returns the nodes that ended since the last call; does not wait.

    A node whose machine is lost is reported even if it was not running.
    """

  @abc.abstractmethod
  def stop(self, name: str, kill: bool = False) -> None:
    """Asks a node to end, which `poll` then reports; does not wait.

    Args:
      name: of the node; nothing happens if it is not running.
      kill: whether to end it at once (SIGKILL) instead of in order (SIGTERM).
    """

  @abc.abstractmethod
  def close(self) -> None:
    """Kills what still runs and gives all places back."""


class LostError(RuntimeError):
  """A machine, and with it the places of some nodes, is gone."""

  def __init__(self, names: Sequence[str]):
    """Creates an error about the nodes of these names."""
    super().__init__(f'The machine of {", ".join(names)} is gone.')
    self.names = tuple(names)


def check_placed(names: Collection[str], places: Collection[str]) -> None:
  """Raises a LostError about those of some nodes that have no place."""
  lost = sorted(set(names) - set(places))
  if lost:
    raise LostError(lost)
