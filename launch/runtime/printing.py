"""What a launcher prints: it never fails, and never waits for its reader.

A run lasts for days, and its reader may not: a terminal is closed, `tee` or
`head` ends, a pager stands still, the disk below a log is full. So a thread
prints. What can't be printed is added to a file of the run instead.
"""

import collections
from collections.abc import Iterator
import contextlib
import errno
import io
import os
import queue
import sys
import threading
import time
from typing import TextIO

# Texts that may wait for a reader that does not read; more are dropped.
_MOST_WAITING = 10_000
# How long the end of the program waits for what has not been printed yet.
_PATIENCE_SECONDS = 5.0
_RETRY_SECONDS = 0.1


@contextlib.contextmanager
def protected(log: str) -> Iterator[None]:
  """A context in which nothing that is printed does harm.

  Args:
    log: file for what can't be printed; made when it is needed, if there is its
      folder, or the one above.
  """
  _fill_descriptors()
  voice = _Voice(log)
  before = sys.stdout, sys.stderr
  sys.stdout = _protected(sys.stdout, 'Standard output', voice)
  sys.stderr = _protected(sys.stderr, 'Standard error', voice)
  try:
    yield
  finally:
    sys.stdout.flush()
    sys.stderr.flush()
    voice.drain()
    sys.stdout, sys.stderr = before


def say(text: str) -> None:
  """Prints a line on standard error, if that is possible."""
  with contextlib.suppress(OSError, ValueError):
    print(text, file=sys.stderr, flush=True)


def add(log: str, text: str) -> None:
  """Adds text to a file, if that is possible."""
  folder = os.path.dirname(os.path.abspath(log))
  with contextlib.suppress(OSError):
    if not os.path.isdir(folder):
      os.mkdir(folder)
    with open(log, 'a', errors='backslashreplace') as file:
      file.write(text)


def _fill_descriptors() -> None:
  """Opens those of the first three files that whoever started us had closed.

  Or the next file that is opened would be one of them, and get what native code
  prints.
  """
  for number in range(3):
    try:
      os.fstat(number)
    except OSError:
      with contextlib.suppress(OSError):
        os.open(os.devnull, os.O_RDWR)


def _protected(stream: TextIO | None, name: str, voice: '_Voice') -> TextIO:
  """A stream in the place of another, which is None if it was closed."""
  if stream is None:
    return _Stream(voice, name, None)
  with contextlib.suppress(OSError, ValueError):
    stream.flush()
  try:
    return _Stream(voice, name, stream.fileno(), stream.encoding or 'utf-8')
  except OSError:  # It is no file, so it can't fail as one.
    return stream


class _Stream(io.TextIOBase):
  """Hands lines to the thread that prints them."""

  def __init__(
    self,
    voice: '_Voice',
    name: str,
    descriptor: int | None,
    encoding: str = 'utf-8',
  ):
    """Creates a stream; without a descriptor, nothing can be printed."""
    self.name = name
    self.descriptor = descriptor
    self._encoding = encoding
    self._voice = voice
    # What each thread has begun to write, so that their lines do not mix. It is
    # taken piece by piece, for a signal's handler may print between any two
    # steps of this, and then nothing may be lost, or printed twice.
    self._begun = threading.local()

  @property
  def encoding(self) -> str:
    return self._encoding

  def writable(self) -> bool:
    return True

  def isatty(self) -> bool:
    return self.descriptor is not None and os.isatty(self.descriptor)

  def fileno(self) -> int:
    if self.descriptor is None:
      raise io.UnsupportedOperation(f'{self.name} is closed')
    return self.descriptor

  def write(self, text: str) -> int:
    self._pieces().append(text)
    if '\n' in text:
      self.flush()
    return len(text)

  def flush(self) -> None:
    pieces, taken = self._pieces(), []
    with contextlib.suppress(IndexError):
      while True:
        taken.append(pieces.popleft())
    if taken:
      self._voice.put(self, ''.join(taken))

  def _pieces(self) -> collections.deque[str]:
    """What this thread has begun to write."""
    return self._begun.__dict__.setdefault('pieces', collections.deque())


class _Voice:
  """The thread that prints, one text after the other."""

  def __init__(self, log: str):
    """Starts it; `log` is for what can't be printed."""
    self._log = log
    # Unlike others it may be used where a signal's handler interrupts its use.
    self._texts: queue.SimpleQueue = queue.SimpleQueue()
    self._broken: set[_Stream] = set()
    threading.Thread(target=self._run, daemon=True).start()

  def put(self, stream: _Stream, text: str) -> None:
    """Prints a text, soon; never waits."""
    if self._texts.qsize() < _MOST_WAITING:
      self._texts.put((stream, text))

  def drain(self) -> None:
    """Waits until all is printed, if somebody reads it."""
    done = threading.Event()
    self._texts.put((None, done))
    done.wait(_PATIENCE_SECONDS)

  def _run(self) -> None:
    while True:
      stream, text = self._texts.get()
      if stream is None:
        text.set()
        continue
      try:
        _print(stream, text)
      except OSError as error:
        if stream not in self._broken:
          self._broken.add(stream)
          self._complain(stream, error)
        add(self._log, text)

  def _complain(self, stream: _Stream, error: OSError) -> None:
    """Says once, wherever it can be said, that a stream is broken."""
    others = {s for s in (sys.stdout, sys.stderr) if isinstance(s, _Stream)}
    note = (
      f'{stream.name} can not be written to ({error.strerror}). The program '
      f'goes on; what it says is in {self._log}.\n'
    )
    add(self._log, note)
    for other in others - self._broken:
      with contextlib.suppress(OSError):
        _print(other, note)


def _print(stream: _Stream, text: str) -> None:
  """Writes to a descriptor, with no lock that the program's end waits for."""
  if stream.descriptor is None:
    raise OSError(errno.EBADF, 'it is closed')
  data = text.encode(stream.encoding, 'backslashreplace')
  while data:
    try:
      data = data[os.write(stream.descriptor, data) :]
    except BlockingIOError:
      time.sleep(_RETRY_SECONDS)
