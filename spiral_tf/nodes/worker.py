"""A node that repeats gather and update until the program stops."""

import abc
from collections.abc import Callable
import signal
import threading
from typing import Any, NamedTuple

from spiral_tf import activity
from spiral_tf.nodes import guard

# How often the main thread looks whether the program is to stop.
_POLL_SECONDS = 0.2
# How long a node waits, after the program was told to stop, for its loop to
# come to an end before it saves its state without it, and how long an error
# waits for word that the program is stopping, which explains it.
_PATIENCE_SECONDS = 5.0
# How long a loop without work waits before it looks again.
_REST_SECONDS = 0.5


class Program(NamedTuple):
  """What a node must know of the program that it is part of.

  Attributes:
    stopping: set when the program is told to stop.
    stop: tells it to.
  """

  stopping: threading.Event
  stop: Callable[[], None]


class Worker(abc.ABC):
  """Runs a loop in its own thread, so that a stop is always noticed.

  A main thread that is blocked inside TensorFlow or Reverb handles no signal.
  So the loop runs in a daemon thread, and the node's main thread waits for the
  end of the program, ends the loop and lets the node save its state. Nodes that
  share a thread take turns instead, see `turn`.

  Other threads serve remote calls meanwhile. Whatever they read changes only
  inside `_update`, which holds `self._lock`; `_gather` may wait for data or for
  another node and therefore must not hold it. Public methods are remote calls,
  so all else starts with an underscore.
  """

  def __init__(self):
    """Creates a worker that has not been told to stop."""
    self._lock = threading.Lock()
    self._stop = threading.Event()
    self._error: BaseException | None = None
    self._takes_turns = False

  @abc.abstractmethod
  def _gather(self) -> Any | None:
    """Waits, for about a second at most, for something to do; None if nothing.

    Waits by `_rest`, or for others, which do not let a node wait that takes
    turns with them.

    Called without the lock. Says of what takes time that it is no work, see
    `activity.Activity`, and if it leaves nothing to do, that it made a step.
    """

  def _update(self, data: Any) -> None:  # noqa: B027
    """Works on what `_gather` returned, unless that was None.

    Called with the lock held.
    """

  def _finish(self) -> None:  # noqa: B027
    """Saves what must not be lost. Called once, with the lock held."""

  def _done(self) -> bool:
    """Whether the whole program has reached its goal and can stop."""
    return False

  def run(self) -> None:
    """Runs until the program stops.

    Raises:
      BaseException: whatever the loop raised, unless the program was stopping:
        then other nodes may be gone, and errors are their echo. A
        `guard.NonFiniteError` is no echo, and after it nothing is saved.
    """
    program = _program()
    thread = threading.Thread(target=self._loop, daemon=True)
    thread.start()
    while thread.is_alive() and not program.stopping.is_set():
      program.stopping.wait(_POLL_SECONDS)
    self._stop.set()
    if threading.current_thread() is threading.main_thread():
      # In a process of its own, Launchpad has set an alarm that kills the node
      # after 10 seconds; the launcher's, which can be set, is enough.
      signal.alarm(0)
    thread.join(timeout=_PATIENCE_SECONDS)
    if isinstance(self._error, guard.NonFiniteError):
      raise self._error
    stopped = program.stopping.wait(_PATIENCE_SECONDS if self._error else 0)
    with self._lock:
      self._finish()
    if self._error is not None and not stopped:
      raise self._error
    if not program.stopping.is_set():
      program.stop()

  def _rest(self) -> None:
    """Waits a little, as there is nothing to do."""
    if not self._takes_turns:
      with activity.CURRENT.resting():
        self._stop.wait(_REST_SECONDS)

  def _loop(self) -> None:
    activity.CURRENT.work()
    try:
      while not self._stop.is_set() and not self._done():
        data = self._gather()
        if data is not None and not self._stop.is_set():
          self._locked_update(data)
          activity.CURRENT.step()
    except BaseException as error:
      self._error = error

  def _locked_update(self, data: Any) -> None:
    with self._lock:
      try:
        self._update(data)
      except BaseException as error:
        # Set before anybody can read what it left behind.
        self._error = error
        raise


def _program() -> Program:
  """That of Launchpad, which started this node."""
  import launchpad as lp

  return Program(lp.stop_event(), lp.stop)


def turn(node: Worker) -> bool:
  """Lets a node do a piece of work, if there is one, without waiting for one.

  For nodes that take turns in one thread, and do not `run`.

  Args:
    node: whose turn it is.

  Returns:
    Whether there was one to do under the lock; an actor's is not.
  """
  node._takes_turns = True
  data = node._gather()
  if data is None:
    return False
  node._locked_update(data)
  return True


def done(node: Worker) -> bool:
  """Whether a node says that the whole program has reached its goal."""
  return node._done()


def finish(node: Worker) -> None:
  """Lets a node save what must not be lost, after its last `turn`.

  Numbers that are not finite are not saved.
  """
  if not isinstance(node._error, guard.NonFiniteError):
    with node._lock:
      node._finish()
