"""Starts the nodes of a program, keeps them running, and stops them in order.

Launchpad builds the graph and runs each node; who is started where, and again,
is decided here, on any engine.

* A node that ends is started again in its place, on the same port, so that
  those who hold its address find it there; learners and replay go on from
  their checkpoints.
* When a machine is lost, what nobody has the address of, such as an actor, is
  placed elsewhere. If a server is among what is lost, the part of the program
  that depends on it (a member of a population, or a whole run) is stopped and
  started again from its checkpoints.
* A node that keeps failing ends the program with its error, and one whose exit
  code says that it would only fail again does so at once, see
  `launch.runtime.roles`.
"""

import collections
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import os
import time

from launchpad import program as lp_program

from launch.runtime import engines
from launch.runtime import jobs
from launch.runtime import node_error
from launch.runtime import restarts
from launch.runtime import roles as roles_lib
from launch.runtime import stop_signals
from launch.runtime.engines import engine as engine_lib

_POLL_SECONDS = 0.1
# How long to wait when a machine is lost: its nodes are not all found lost at
# the same moment.
_SETTLE_SECONDS = 1.0
# How long to wait, when there was no place, before asking again.
_NO_PLACE_SECONDS = 10.0


def _print(line: str) -> None:
  print(line, flush=True)


class Supervisor:
  """Runs one program on an engine."""

  def __init__(
    self,
    engine: engine_lib.Engine,
    make_program: Callable[
      [], tuple[lp_program.Program, Mapping[str, roles_lib.Role]]
    ],
    logs: str,
    resources: Callable[[str], engine_lib.Resources],
    env: Mapping[str, str],
    grace_seconds: float = 60.0,
    allow_public: bool = False,
    report: Callable[[str], None] = _print,
  ):
    """Creates a supervisor; `run` starts the program.

    Args:
      engine: where nodes run; `run` closes it.
      make_program: builds the program, anew each time that addresses change,
        and returns it with the roles of its groups by their names.
      logs: folder for what nodes print, a file a node.
      resources: what a node of a kind of group needs.
      env: environment variables of the nodes.
      grace_seconds: how long a node may take to save when it is stopped.
      allow_public: whether nodes may listen on addresses of the internet.
      report: called with lines that say what happened.
    """
    self._engine = engine
    self._make_program = make_program
    self._logs = logs
    self._resources = resources
    self._env = dict(env)
    self._grace_seconds = grace_seconds
    self._allow_public = allow_public
    self._report = report
    program, roles = make_program()
    self._roles: dict[str, roles_lib.Role] = {
      name: roles[group] for name, group, _ in jobs.named_nodes(program)
    }
    self._endpoints: dict[str, str] = {}
    self._jobs: dict[str, bytes] = {}
    # When each node that runs was started, and those that wait are to be.
    self._started: dict[str, float] = {}
    self._due: dict[str, float] = {}
    # Nodes whose machine is lost, and those that wait for their new addresses.
    self._homeless: set[str] = set()
    self._held: set[str] = set()
    # Ends of nodes that were polled while others were being stopped.
    self._unseen: list[engine_lib.Ended] = []
    self._place_at = 0.0
    self._history: dict[str, restarts.History] = collections.defaultdict(
      restarts.History
    )
    self._signals = stop_signals.StopSignals()

  @property
  def restarts(self) -> int:
    """Times that a node was started again."""
    return sum(history.restarts for history in self._history.values())

  def log_path(self, name: str) -> str:
    """File of what a node prints."""
    return os.path.join(self._logs, name)

  def run(self) -> bool:
    """Runs the program to its end.

    Returns:
      Whether it reached its goal; False if SIGINT or SIGTERM stopped it.

    Raises:
      node_error.NodeError: a node failed again and again, or said that it
        would. The others were stopped in order first.
      RuntimeError: there is no place for the nodes.
      ValueError: nodes would listen on a public address.
    """
    try:
      with self._signals:
        self._settle()
        now = time.monotonic()
        self._due = {name: now for name in self._roles}
        try:
          while not self._signals.count:
            if self._look():
              self._stop(list(self._roles))
              return True
            self._start_due()
            self._rehouse()
            time.sleep(_POLL_SECONDS)
        except node_error.NodeError:
          self._stop(list(self._roles))
          raise
        self._stop(list(self._roles))
        return False
    finally:
      self._engine.close()

  def _settle(self) -> None:
    """Finds places and endpoints for all nodes."""
    while not self._signals.count:
      self._place(list(self._roles))
      try:
        return self._bind(list(self._roles))
      except engine_lib.LostError as error:
        self._report(f'{error} All are placed once more.')

  def _place(self, names: Sequence[str]) -> None:
    self._engine.place(
      {name: self._resources(self._roles[name].kind) for name in names}
    )

  def _bind(self, moved: Sequence[str]) -> None:
    """Finds endpoints for nodes that were placed, and makes all jobs anew."""
    endpoints = self._engine.endpoints(moved)
    if not self._allow_public:
      for address in endpoints.values():
        engines.check_private(address)
    self._endpoints.update(endpoints)
    program, roles = self._make_program()
    self._jobs = jobs.make(program, self._endpoints, roles)

  def _start_due(self) -> None:
    """Starts what has waited long enough."""
    now = time.monotonic()
    for name, due in list(self._due.items()):
      if now >= due:
        del self._due[name]
        task = engine_lib.Task(
          name, self._jobs[name], self._env, self.log_path(name)
        )
        try:
          self._engine.start(task)
          self._started[name] = now
        except engine_lib.LostError as error:
          self._lose(error.names)

  def _look(self) -> bool:
    """Sees what ended and what to do about it; whether the goal is reached."""
    ended, self._unseen = self._unseen + self._engine.poll(), []
    if any(end.code is None for end in ended):
      time.sleep(_SETTLE_SECONDS)
      ended += self._engine.poll()
    now = time.monotonic()
    for name, code in ended:
      seconds = now - self._started.pop(name, now)
      if code is None:
        continue
      ending = self._roles[name].endings.get(code)
      if ending and ending.reaches_goal:
        return True
      if ending:
        raise node_error.NodeError(
          name, f'{ending.text} (exit code {code})', self.log_path(name)
        )
      wait = self._history[name].ended(code, seconds)
      if wait is None:
        raise node_error.NodeError(
          name,
          f'ended with code {code} again and again, soon after its start',
          self.log_path(name),
        )
      how = f'was killed by signal {-code}' if code < 0 else f'ended ({code})'
      self._report(
        f'{name} {how} after {seconds:.0f} s; it is started again in '
        f'{wait:.1f} s.'
      )
      self._due[name] = now + wait
    self._lose([name for name, code in ended if code is None])
    return False

  def _lose(self, names: Sequence[str]) -> None:
    """Notes that the machine of these nodes is gone."""
    if not names:
      return
    self._report(f'A machine is lost, and with it {", ".join(sorted(names))}.')
    affected = set()
    for name in names:
      self._started.pop(name, None)
      self._due.pop(name, None)
      self._homeless.add(name)
      role = self._roles[name]
      if role.is_server:
        affected.update(
          other
          for other, other_role in self._roles.items()
          if other_role.member == role.member or other_role.asks_all
        )
    self._stop(sorted(affected))
    self._held |= affected - self._homeless
    self._place_at = 0.0

  def _rehouse(self) -> None:
    """Finds new places for the nodes of lost machines."""
    if not self._homeless or time.monotonic() < self._place_at:
      return
    names = sorted(self._homeless)
    try:
      self._place(names)
      self._bind(names)
    except engine_lib.LostError:
      return
    except RuntimeError as error:
      self._report(f'{error} Trying again in {_NO_PLACE_SECONDS:.0f} s.')
      self._place_at = time.monotonic() + _NO_PLACE_SECONDS
      return
    self._report(f'{", ".join(names)}: placed anew.')
    self._due.update({name: 0.0 for name in [*names, *self._held]})
    self._homeless.clear()
    self._held.clear()

  def _stop(self, names: Sequence[str]) -> None:
    """Stops nodes, clients before servers, and waits for them."""
    for name in names:
      self._due.pop(name, None)
    orders = sorted({self._roles[name].stop_order for name in names})
    for order in orders:
      waiting = {
        name
        for name in names
        if name in self._started and self._roles[name].stop_order == order
      }
      for name in waiting:
        self._engine.stop(name)
      self._wait(waiting, set(names))

  def _wait(self, waiting: set[str], stopping: set[str]) -> None:
    """Waits for nodes that were told to stop; kills those that do not."""
    deadline = time.monotonic() + self._grace_seconds
    killed = False
    while waiting:
      for ended in self._engine.poll():
        if ended.name in waiting:
          waiting.discard(ended.name)
          self._started.pop(ended.name, None)
        if ended.name not in stopping or ended.code is None:
          self._unseen.append(ended)
      late = time.monotonic() > deadline or self._signals.count > 1
      if waiting and late:
        if killed:
          return
        self._report(
          f'{", ".join(sorted(waiting))}: did not stop in '
          f'{self._grace_seconds:.0f} s, or was not to; killed.'
        )
        for name in waiting:
          self._engine.stop(name, kill=True)
        killed, deadline = True, time.monotonic() + self._grace_seconds
      time.sleep(_POLL_SECONDS / 2)
