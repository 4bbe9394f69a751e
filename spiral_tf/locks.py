"""A lock of a file or folder, which ends with the process that holds it.

Ours, and not filelock: where a file system has no locks, that falls back to a
file that a killed process leaves behind; it asks again and again instead of
waiting; and it cannot lock a folder, so it would leave a file in data sets.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import errno
import fcntl
import os
import socket

# How the text begins in which a holder names itself.
_MARK = b'held by '
# What systems say of a lock that another has, and of one that can't be had.
_TAKEN = (errno.EAGAIN, errno.EACCES)
_WITHOUT = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


class HeldError(RuntimeError):
  """Another process has the lock.

  Attributes:
    holder: which, in words.
  """

  def __init__(self, path: str, holder: str):
    """Creates an error about the file of a lock, and who has it."""
    super().__init__(f'{path} is held by {holder}.')
    self.holder = holder


@contextlib.contextmanager
def hold(path: str, busy: Callable[[], None]) -> Iterator[None]:
  """Holds a lock that one process at a time can have.

  The system takes it back however the process ends.

  Args:
    path: of a folder, or of a file, which is made if there is none.
    busy: called if another has the lock, before this waits for it; what it
      raises is raised instead of waiting.

  Raises:
    OSError: the file cannot be opened, or its file system has no locks.
  """
  flags = os.O_RDONLY if os.path.isdir(path) else os.O_WRONLY | os.O_CREAT
  descriptor = os.open(path, flags, 0o666)
  try:
    try:
      fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
      busy()
      fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
  finally:
    os.close(descriptor)


@contextlib.contextmanager
def announced(path: str) -> Iterator[None]:
  """Holds a lock whose file names the holder to those that come later.

  The file stays, empty, so that nobody locks one that another has removed.
  Where file systems have no locks, a line says so, and there is none.

  Args:
    path: of a file for nothing else, made if there is none.

  Raises:
    HeldError: another process has it.
    ValueError: the file holds something else.
    OSError: the file cannot be written.
  """
  descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
  try:
    locked = _try(path, descriptor)
    # A power cut may leave zeros, or less.
    text = os.pread(descriptor, 1024, 0).strip(b'\0')
    if not locked:
      raise HeldError(path, _holder(text))
    if text[: len(_MARK)] != _MARK[: len(text)]:
      raise ValueError(
        f'{path} is to say who works in its folder, but holds something else. '
        'Move it away.'
      )
    text = _MARK + f'process {os.getpid()} on {socket.gethostname()}\n'.encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text, 0)
    try:
      yield
    finally:
      with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
  finally:
    os.close(descriptor)


def _try(path: str, descriptor: int) -> bool:
  """Whether a lock was free, and is had now."""
  try:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
  except OSError as error:
    if error.errno in _TAKEN:
      return False
    if error.errno not in _WITHOUT:
      raise
    print(
      f'The file system of {path} has no locks ({error.strerror}), so nothing '
      'keeps a second process away.',
      flush=True,
    )
  return True


def _holder(text: bytes) -> str:
  """Who has a lock, as its file says."""
  if not text.startswith(_MARK):
    return 'another process'
  return text[len(_MARK) :].decode(errors='replace').strip()
