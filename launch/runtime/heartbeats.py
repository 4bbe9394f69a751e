"""Signs of life of nodes: files that they write and the launcher reads.

A node's file says what its main loop is doing. A thread of the node writes it
anew every few seconds, in place, so that a full disk is no end of it. Only that
it changes counts: no clock of one machine is compared with another's.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import contextlib
import json
import os
import threading
import time
from typing import NamedTuple

# How often nodes write, and the launcher reads, at least.
_SECONDS = 5.0
# The same as a share of the time after which a node hangs.
_SHARE = 0.1
# A file has this size from the beginning.
_BYTES = 256
_MOST_CHARACTERS = 100
# The launcher's own, by which it knows that files can be written.
_OWN = 'launcher'

# What a node may be doing. Only one that works must get on with it.
STARTING = 'starting'
COMPILING = 'compiling'
WORKING = 'working'
WAITING = 'waiting'
RESTING = 'resting'


class Doing(NamedTuple):
  """What a node's main loop does.

  Attributes:
    state: one of the above.
    whom: it waits for, if it waits.
    steps: it has made; another number whenever it got on with its work.
  """

  state: str = STARTING
  whom: str = ''
  steps: int = 0

  def __str__(self) -> str:
    """For people, to follow "it was"."""
    return f'waiting for {self.whom}' if self.whom else self.state


def interval(hang_seconds: float) -> float:
  """Seconds between two signs, if a node hangs after so many; 0 for never."""
  return min(_SECONDS, hang_seconds * _SHARE or _SECONDS)


class Beats(NamedTuple):
  """How the nodes of a program give signs of life.

  Attributes:
    folder: for their files, on a file system that all machines share.
    doing: says, in a node's process, what its main loop does.
    seconds: between two signs.
  """

  folder: str
  doing: Callable[[], Doing]
  seconds: float = _SECONDS

  def start(self, name: str) -> None:
    """Starts the thread of this process, which is the node of that name."""
    threading.Thread(target=self._run, args=[name], daemon=True).start()

  def _run(self, name: str) -> None:
    path = os.path.join(self.folder, name)
    birth, number = time.time_ns(), 0
    while True:
      number += 1
      # If that fails, the launcher's own file tells it so.
      with contextlib.suppress(OSError):
        write(path, self.doing(), birth, number)
      time.sleep(self.seconds)


class Signs(NamedTuple):
  """What all files said at one time.

  Attributes:
    time: by this machine's monotonic clock, seconds.
    texts: contents by names of nodes; None if they can't be had.
    error: why not.
  """

  time: float
  texts: Mapping[str, bytes] | None
  error: str = ''


class Reader:
  """Reads the files, in a thread: a file system may hang, the launcher not.

  Attributes:
    latest: what was read last, None before the first time.
  """

  def __init__(
    self, folder: str, names: Iterable[str], seconds: float = _SECONDS
  ):
    """Starts the thread; files of an earlier run do no harm.

    Args:
      folder: of the files; it is made if missing.
      names: of all nodes.
      seconds: between two times.
    """
    self.latest: Signs | None = None
    self._folder = folder
    self._names = tuple(names)
    self._seconds = seconds
    self._stop = threading.Event()
    self._number = 0
    self._thread = threading.Thread(target=self._run, daemon=True)
    self._thread.start()

  def close(self) -> None:
    """Ends the thread and removes the files, unless the file system hangs."""
    self._stop.set()
    self._thread.join(2 * self._seconds)

  def _run(self) -> None:
    while True:
      try:
        signs = Signs(time.monotonic(), self._read())
      except Exception as error:
        signs = Signs(time.monotonic(), None, f'{self._folder}: {error}')
      self.latest = signs
      if self._stop.wait(self._seconds):
        break
    self._remove()

  def _read(self) -> dict[str, bytes]:
    self._number += 1
    path = os.path.join(self._folder, _OWN)
    write(path, Doing(), 0, self._number)
    texts = {}
    for name in self._names:
      path = os.path.join(self._folder, name)
      if not os.path.exists(path):
        # There is room for it then, whatever becomes of the disk.
        write(path, Doing(), 0, 0)
      with open(path, 'rb') as file:
        texts[name] = file.read(_BYTES)
    return texts

  def _remove(self) -> None:
    """Removes the files, and folders that are empty then."""
    for name in (_OWN, *self._names):
      path = os.path.join(self._folder, name)
      try:
        os.remove(path)
      except OSError:
        continue
      while path != self._folder:
        path = os.path.dirname(path)
        try:
          os.rmdir(path)
        except OSError:
          break


def write(path: str, doing: Doing, birth: int, number: int) -> None:
  """Writes a file, in place.

  Args:
    path: of the file; no link is followed there.
    doing: what the node does.
    birth: tells a node's process from the one before it.
    number: of the sign.

  Raises:
    OSError: it can't be written.
  """
  short = doing._replace(whom=doing.whom[:_MOST_CHARACTERS])
  text = json.dumps([birth, number, *short]).ljust(_BYTES - 1)[: _BYTES - 1]
  os.makedirs(os.path.dirname(path), exist_ok=True)
  flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
  file = os.open(path, flags, 0o644)
  try:
    os.pwrite(file, text.encode() + b'\n', 0)
  finally:
    os.close(file)


def parse(text: bytes) -> Doing | None:
  """Reads what `write` wrote; None if that is being written, or damaged."""
  try:
    _, _, state, whom, steps = json.loads(text)
    return Doing(str(state), str(whom), int(steps))
  except (TypeError, ValueError, RecursionError):
    return None
