"""A lock of a file or folder, which ends with the process that holds it.

Ours, and not filelock: where a file system has no locks, that falls back to a
file that a killed process leaves behind; it asks again and again instead of
waiting; and it cannot lock a folder, so it would leave a file in data sets.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import fcntl
import os


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
