"""Waits that a slow machine makes longer, and that do not fail by the clock.

How long something takes depends on the machine and on what else is busy on it,
so no wait of a test is in seconds. It is in starts: the time that a fresh
process needs here and now to load TensorFlow, which most waits are for. A start
is measured when a wait seems to be over, and as long as starts have become
slower it goes on. So a wait for what comes costs no measurement, and one for
what does not come fails, with a message that says how long a start takes.
"""

from collections.abc import Callable
import subprocess
import sys
import threading
import time
from typing import Any

# Starts that a wait is for, if it does not say. A process that imports all that
# a node does is up after two or three, alone, and with all the other nodes of
# two members that start beside it, and share two cores, after some ten.
STARTS = 40
# Seconds of a start, before one was measured: those of an idle machine.
_LEAST_SECONDS = 3.0
# After which a call hangs that should take a moment, on the slowest machine.
HANG_SECONDS = 600.0
_POLL_SECONDS = 0.02
_START = (sys.executable, '-c', 'import tensorflow')


def measure() -> float:
  """Seconds that a fresh process needs now to load TensorFlow."""
  begin = time.monotonic()
  subprocess.run(_START, check=True, capture_output=True)
  return time.monotonic() - begin


class Wait:
  """One wait, for those who block in a call of their own.

  wait = patience.Wait('the answer')
  while not answers.poll(wait.left()):
    pass
  """

  def __init__(
    self,
    what: str,
    starts: float = STARTS,
    tell: Callable[[], Any] = lambda: '',
  ):
    """Begins to wait.

    Args:
      what: is waited for, in words.
      starts: after so many starts of TensorFlow it will not come any more.
      tell: returns what else is to be said if it does not come.
    """
    self._what = what
    self._starts = starts
    self._tell = tell
    self._begin = time.monotonic()
    self._start = _LEAST_SECONDS
    self._is_last = False

  def left(self) -> float:
    """How long to wait before the next look, and the next call of this.

    Returns:
      Seconds, 0 before the last look.

    Raises:
      AssertionError: that was the last look.
    """
    if self._is_last:
      self.fail()
    left = self._left()
    if left <= 0:
      self._start = max(self._start, measure())
      left = self._left()
      # It may have come while a start was measured.
      self._is_last = left <= 0
    return max(left, 0.0)

  def fail(self) -> None:
    """Raises that what was waited for does not come."""
    passed = time.monotonic() - self._begin
    raise AssertionError(
      f'waited {passed:.1f} s for {self._what}, in vain; {self._starts} starts '
      f'of TensorFlow, each of which takes {self._start:.1f} s here, are '
      f'enough. {self._tell()}'
    )

  def _left(self) -> float:
    return self._begin + self._starts * self._start - time.monotonic()


def wait_until(
  condition: Callable[[], Any],
  what: str,
  starts: float = STARTS,
  alive: Callable[[], bool] = lambda: True,
  tell: Callable[[], Any] = lambda: '',
) -> Any:
  """Looks again and again, until something is so.

  Args:
    condition: returns what is true of it, once it is so.
    what: is waited for, in words.
    starts: see `Wait`.
    alive: whether it may still come to that.
    tell: see `Wait`.

  Returns:
    What `condition` returned.

  Raises:
    AssertionError: it is not so, and will not be.
  """
  wait = Wait(what, starts, tell)
  while True:
    # Asked first: what it did before it ended counts.
    still = alive()
    found = condition()
    if found:
      return found
    if not still:
      raise AssertionError(f'no {what}: it has ended. {tell()}')
    time.sleep(min(_POLL_SECONDS, wait.left()))


def end(process: Any, starts: float = STARTS) -> int:
  """Waits for a process, as `subprocess.Popen.wait`; returns its exit code."""
  wait = Wait(f'the end of {_name(process)}', starts)
  while True:
    try:
      return process.wait(timeout=wait.left())
    except subprocess.TimeoutExpired:
      continue


def output(process: Any, starts: float = STARTS) -> tuple[Any, Any]:
  """Waits for a process; returns what it printed and what its errors were."""
  said = []
  wait = Wait(
    f'the end of {_name(process)}', starts, lambda: ''.join(map(str, said))
  )
  while True:
    try:
      return process.communicate(timeout=wait.left())
    except subprocess.TimeoutExpired as error:
      said[:] = [error.output or '']


def run(
  command: Any, starts: float = STARTS, **kwargs: Any
) -> subprocess.CompletedProcess:
  """Runs a command, as `subprocess.run`, which it kills if it hangs."""
  given = kwargs.pop('input', None)
  check = kwargs.pop('check', False)
  if kwargs.pop('capture_output', False):
    kwargs.update(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
  if given is not None:
    kwargs['stdin'] = subprocess.PIPE
  wait = Wait(f'the end of {_words(command)}', starts)
  with subprocess.Popen(command, **kwargs) as process:
    try:
      while True:
        try:
          out, err = process.communicate(given, timeout=wait.left())
          break
        except subprocess.TimeoutExpired:
          given = None  # It is being sent.
    except BaseException:
      process.kill()
      raise
  done = subprocess.CompletedProcess(command, process.returncode, out, err)
  if check:
    done.check_returncode()
  return done


def join(thread: threading.Thread, starts: float = STARTS) -> None:
  """Waits for the end of a thread."""
  wait = Wait(f'the end of {thread.name}', starts)
  while thread.is_alive():
    thread.join(wait.left())


def happen(event: threading.Event, what: str, starts: float = STARTS) -> None:
  """Waits until an event is set."""
  wait = Wait(what, starts)
  while not event.wait(wait.left()):
    pass


def printed(capsys: Any, text: str) -> str:
  """Waits until something is printed.

  Args:
    capsys: pytest's fixture of that name.
    text: is waited for.

  Returns:
    What was printed since the last look, up to and with it.
  """
  pieces = []

  def is_printed():
    pieces.append(capsys.readouterr().out)
    return text in ''.join(pieces)

  wait_until(is_printed, f'"{text}"', tell=lambda: pieces)
  return ''.join(pieces)


def _name(process: Any) -> str:
  return f'process {process.pid}, {_words(getattr(process, "args", ""))}'


def _words(command: Any) -> str:
  words = command if isinstance(command, str) else ' '.join(map(str, command))
  return words if len(words) < 200 else f'{words[:200]}...'
