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
* A node that hangs, see `launch.runtime.watch`, is killed, which is an end as
  any other.
* A node that keeps failing ends the program with its error, and one whose exit
  code says that it would only fail again does so at once, see
  `launch.runtime.roles`.
* Whatever happens to the launcher itself, nodes are stopped in order first, so
  that they can save.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import time

from launchpad import program as lp_program

from launch.runtime import engines
from launch.runtime import heartbeats
from launch.runtime import launcher_error
from launch.runtime import no_room
from launch.runtime import node_error
from launch.runtime import placement
from launch.runtime import restarts
from launch.runtime import roles as roles_lib
from launch.runtime import stop_signals
from launch.runtime import stopping
from launch.runtime import watch as watch_lib
from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import node_process

_POLL_SECONDS = 0.1
# How long to wait when a machine is lost: its nodes are not all found lost at
# the same moment.
_SETTLE_SECONDS = 1.0
# Errors that say all that there is to say.
_EXPECTED = (
  engines.PublicError,
  node_error.NodeError,
  placement.NoPlaceError,
)


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
    beats: heartbeats.Beats | None = None,
    hang_seconds: float = 0.0,
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
      report: called with lines that say what happened; it may fail.
      beats: how nodes give signs of life; None if they give none.
      hang_seconds: after how long without one a node is killed; 0 for never.
    """
    self._engine = engine
    self._logs = logs
    self._env = dict(env)
    self._unsafe_report = report
    self._beats = beats
    self._placement = placement.Placement(
      *(engine, make_program, resources, allow_public, beats, self._report)
    )
    self._roles = self._placement.roles
    # When each node that runs was started, and those that wait are to be.
    self._started: dict[str, float] = {}
    self._due: dict[str, float] = {}
    # Ends of nodes that were polled while others were being stopped.
    self._unseen: list[engine_lib.Ended] = []
    self._history: dict[str, restarts.History] = collections.defaultdict(
      restarts.History
    )
    self._signals = stop_signals.StopSignals()
    self._stopper = stopping.Stopper(
      engine, self._roles, self._signals, grace_seconds, self._report
    )
    self._watch = watch_lib.Watch(
      hang_seconds, self._report, engine.one_machine
    )
    # Nodes that were killed as they hung, and when they were well.
    self._hung: dict[str, float] = {}

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
      Whether it reached its goal; False if a signal stopped it.

    Raises:
      node_error.NodeError: a node failed again and again, or said that it
        would. The others were stopped in order first.
      placement.NoPlaceError: there is no place for the nodes.
      engines.PublicError: nodes would listen on a public address.
      launcher_error.LauncherError: anything else went wrong. The nodes were
        stopped in order first.
    """
    try:
      with self._signals, self._reading() as signs:
        try:
          self._placement.settle(lambda: not self._signals.wanted)
          return self._keep_up(signs)
        except _EXPECTED:
          self._stop(list(self._roles))
          raise
        except Exception as error:
          self._report(f'The launcher failed: {error!r} It stops all nodes.')
          self._stop(list(self._roles))
          log = self.log_path('launcher')
          raise launcher_error.LauncherError(error, log) from error
    finally:
      self._engine.close()

  def _keep_up(self, signs: Callable[[], heartbeats.Signs | None]) -> bool:
    """Keeps nodes running to the end, and stops them; see `run`."""
    self._due = dict.fromkeys(self._roles, 0.0)
    is_over = False
    while not is_over and not self._signals.wanted:
      is_over = self._look()
      if not is_over:
        self._kill_hung(signs())
        self._start_due()
        self._due.update(dict.fromkeys(self._placement.rehouse(), 0.0))
        time.sleep(_POLL_SECONDS)
    self._stop(list(self._roles))
    return is_over

  def _report(self, line: str) -> None:
    """Says what happened, if it can be said."""
    with contextlib.suppress(Exception):
      self._unsafe_report(line)

  @contextlib.contextmanager
  def _reading(self) -> Iterator[Callable[[], heartbeats.Signs | None]]:
    """Lets signs of life be read; yields what returns the last."""
    if self._beats is None:
      yield lambda: None
      return
    reader = heartbeats.Reader(
      self._beats.folder, self._roles, self._beats.seconds
    )
    try:
      yield lambda: reader.latest
    finally:
      reader.close()

  def _kill_hung(self, signs: heartbeats.Signs | None) -> None:
    """Kills nodes that hang; that they ended is seen later."""
    for hung in self._watch.look(signs):
      self._report(f'{hung.name} {hung.reason}. It is killed.')
      self._hung[hung.name] = hung.since
      self._engine.stop(hung.name, kill=True)

  def _start_due(self) -> None:
    """Starts what has waited long enough."""
    now = time.monotonic()
    for name, due in list(self._due.items()):
      if now >= due:
        del self._due[name]
        task = engine_lib.Task(
          name, self._placement.jobs[name], self._env, self.log_path(name)
        )
        try:
          self._engine.start(task)
        except engine_lib.LostError as error:
          self._lose(error.names)
        except OSError as error:
          # For lack of memory, descriptors or processes, of which there may be
          # enough again in a while: as if it had been killed.
          self._again(
            *(name, node_process.NO_START, 0.0),
            f'can not be started ({error})',
          )
        else:
          self._started[name] = now
          self._watch.started(name)

  def _look(self) -> bool:
    """Sees what ended and what to do about it; whether the goal is reached."""
    ended, self._unseen = self._unseen + self._engine.poll(), []
    if any(end.code is None for end in ended):
      time.sleep(_SETTLE_SECONDS)
      ended += self._engine.poll()
    now = time.monotonic()
    for name, code in ended:
      seconds = self._hung.pop(name, now) - self._started.pop(name, now)
      self._watch.ended(name)
      if code is None:
        continue
      ending = self._roles[name].endings.get(code)
      if ending and ending.reaches_goal:
        return True
      if ending:
        raise node_error.NodeError(
          name, f'{ending.text} (exit code {code})', self.log_path(name)
        )
      why = f'{code}{no_room.meaning(code)}'
      how = f'was killed by signal {-code}' if code < 0 else f'ended ({why})'
      self._again(
        *(name, code, seconds),
        f'{how} after {seconds:.0f} s',
        f'ended with code {why} again and again, soon after its start',
      )
    self._lose([name for name, code in ended if code is None])
    return False

  def _again(
    self, name: str, code: int, seconds: float, how: str, last: str = ''
  ) -> None:
    """Has a node start again, in a while.

    Args:
      name: of the node.
      code: that it ended with.
      seconds: how long it was well.
      how: it ended, to follow its name.
      last: the same if it is given up.
    """
    wait = self._history[name].ended(code, seconds)
    if wait is None:
      raise node_error.NodeError(
        name, last or f'{how}, again and again', self.log_path(name)
      )
    self._report(f'{name} {how}; it is started again in {wait:.1f} s.')
    self._due[name] = time.monotonic() + wait

  def _lose(self, names: Sequence[str]) -> None:
    """Notes that the machine of these nodes is gone."""
    if not names:
      return
    self._report(f'A machine is lost, and with it {", ".join(sorted(names))}.')
    for name in names:
      self._started.pop(name, None)
      self._watch.ended(name)
      self._due.pop(name, None)
    self._stop(sorted(self._placement.lose(names)))

  def _stop(self, names: Sequence[str]) -> None:
    """Stops nodes, clients before servers, and waits for them."""
    for name in names:
      self._due.pop(name, None)
    self._unseen += self._stopper.stop(names, list(self._started))
    for name in names:
      self._started.pop(name, None)
      self._hung.pop(name, None)
      self._watch.ended(name)
