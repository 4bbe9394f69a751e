"""Stops nodes in order: clients before servers, and each with time to save."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import time

from launch.runtime import roles as roles_lib
from launch.runtime import stop_signals
from launch.runtime.engines import engine as engine_lib

_POLL_SECONDS = 0.05
# Times in a row that an engine may fail to say what has ended, before nothing
# more is expected of it.
_MOST_FAILURES = 20


class Stopper:
  """Stops nodes of one program."""

  def __init__(
    self,
    engine: engine_lib.Engine,
    roles: Mapping[str, roles_lib.Role],
    signals: stop_signals.StopSignals,
    grace_seconds: float,
    say: Callable[[str], None],
  ):
    """Creates a stopper.

    Args:
      engine: where nodes run. Whatever it raises here is no reason to stop
        others any later.
      roles: of nodes by their names.
      signals: say whether there is no time left.
      grace_seconds: how long a node may take to save.
      say: called with lines that say what happened.
    """
    self._engine = engine
    self._roles = roles
    self._signals = signals
    self._grace_seconds = grace_seconds
    self._say = say

  def stop(
    self, names: Collection[str], running: Collection[str]
  ) -> list[engine_lib.Ended]:
    """Stops nodes, and waits for them.

    Args:
      names: of nodes.
      running: names of those that run, these or others.

    Returns:
      Ends that are still to be looked at: of other nodes, and of machines.
    """
    unseen: list[engine_lib.Ended] = []
    ended: set[str] = set()
    for order in sorted({self._roles[name].stop_order for name in names}):
      waiting = {
        name
        for name in names
        if name in running
        and name not in ended
        and self._roles[name].stop_order == order
      }
      self._tell(waiting)
      self._wait(waiting, set(names), ended, unseen)
    return unseen

  def _tell(self, names: Collection[str], kill: bool = False) -> None:
    for name in names:
      try:
        self._engine.stop(name, kill=kill)
      except Exception as error:
        self._say(f'{name} can not be told to stop: {error!r}')

  def _wait(
    self,
    waiting: set[str],
    stopping: set[str],
    ended: set[str],
    unseen: list[engine_lib.Ended],
  ) -> None:
    """Waits for nodes that were told to stop; kills those that do not."""
    deadline = time.monotonic() + self._grace_seconds
    killed, failures = False, 0
    while waiting:
      try:
        ends = self._engine.poll()
        failures = 0
      except Exception as error:
        ends, failures = [], failures + 1
        if failures == _MOST_FAILURES:
          self._say(f'{", ".join(sorted(waiting))}: not seen to end: {error!r}')
          return
      for end in ends:
        waiting.discard(end.name)
        ended.add(end.name)
        if end.name not in stopping or end.code is None:
          unseen.append(end)
      late = time.monotonic() > deadline or self._signals.urgent
      if waiting and late:
        if killed:
          return
        self._say(
          f'{", ".join(sorted(waiting))}: did not stop in '
          f'{self._grace_seconds:.0f} s, or was not to; killed.'
        )
        self._tell(waiting, kill=True)
        killed, deadline = True, time.monotonic() + self._grace_seconds
      time.sleep(_POLL_SECONDS)
