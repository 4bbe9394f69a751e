"""Files that are, whatever happens, either the old or the new one."""

from collections.abc import Iterator
import contextlib
import os
import threading


@contextlib.contextmanager
def replacing(path: str) -> Iterator[str]:
  """Lets a file be written beside another, whose place it takes in the end.

  If the body raises, nothing is left of what it wrote. What is there in the
  end is there even after a loss of power.

  Args:
    path: of the file, in a folder that exists.

  Yields:
    Path of a file to write, in the same folder.

  Raises:
    OSError: the file cannot be written.
  """
  temporary = f'{path}.{os.getpid()}.{threading.get_ident()}.tmp'
  try:
    yield temporary
    sync(temporary)
    os.replace(temporary, path)
  finally:
    with contextlib.suppress(FileNotFoundError):
      os.remove(temporary)
  sync(os.path.dirname(os.path.abspath(path)))


def replace(path: str, data: bytes) -> None:
  """Writes `data` as the whole of a file, see `replacing`."""
  with replacing(path) as temporary, open(temporary, 'wb') as file:
    file.write(data)


def sync(path: str) -> None:
  """Waits until a file, or the names in a folder, are on the disk.

  Args:
    path: of a file or a folder.

  Raises:
    OSError: there is none, or it cannot be written.
  """
  descriptor = os.open(path, os.O_RDONLY)
  try:
    os.fsync(descriptor)
  finally:
    os.close(descriptor)
