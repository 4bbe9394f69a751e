"""Files that are, whatever happens, either the old or the new one.

Whoever writes a file that somebody has named writes it here, so that the same
rules hold for all: a link is followed, and its target replaced; what is
read-only, or no ordinary file, is refused; and an error is one line that names
the file and says what to do.
"""

from collections.abc import Iterator
import contextlib
import errno
import os
import stat
import threading

# What to do about an error of the file system.
_CURES = {
  errno.EACCES: 'Get permission, or choose another place',
  errno.EDQUOT: 'Make room there, or choose another place',
  errno.EFBIG: 'Choose a place where larger files may be, or raise `ulimit -f`',
  errno.EISDIR: 'Name a file',
  errno.ELOOP: 'Mend the link, or choose another name',
  errno.ENAMETOOLONG: 'Choose a shorter name',
  errno.ENOENT: 'Make the folder first',
  errno.ENOSPC: 'Make room there, or choose another place',
  errno.ENOTDIR: 'Choose another place',
  errno.EPERM: 'Get permission, or choose another place',
  errno.EROFS: 'Choose another place',
}
# Errors of the disk, of which Python does not say in which file they were.
_OF_DISKS = (errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EROFS)
# Bytes of a name that leave room for what is put behind it.
_LONGEST_NAME = 200


@contextlib.contextmanager
def replacing(path: str) -> Iterator[str]:
  """Lets a file be written beside another, whose place it takes in the end.

  If the body raises, nothing is left of what it wrote. What is there in the
  end is there even after a loss of power. A link stays, and what it points to
  is replaced; the new file has the permissions of the old one.

  Args:
    path: of the file, in a folder that exists.

  Yields:
    Path of a file to write, in the same folder; absolute.

  Raises:
    OSError: the file cannot be written, or is read-only, or no ordinary one.
  """
  target, old = _resolve(path)
  temporary = _temporary(target)
  try:
    yield temporary
    if old is not None:
      os.chmod(temporary, stat.S_IMODE(old.st_mode))
    sync(temporary)
    os.replace(temporary, target)
  except OSError as error:
    if error.filename in (temporary, target) or (
      error.filename is None and error.errno in _OF_DISKS
    ):
      raise _error(error.errno, path) from error
    raise
  finally:
    with contextlib.suppress(OSError):
      os.remove(temporary)
  sync(os.path.dirname(target))


def replace(path: str, data: bytes) -> None:
  """Writes `data` as the whole of a file, see `replacing`."""
  with replacing(path) as temporary, open(temporary, 'wb') as file:
    file.write(data)


def check(*paths: str) -> None:
  """Refuses, before the work for them is done, files that cannot be written.

  In each folder a file is made for a moment, as nothing else tells for certain
  whether that is possible.

  Args:
    *paths: of files, see `replacing`.

  Raises:
    OSError: one of them cannot be written now.
  """
  folders: dict[str, str] = {}
  for path in paths:
    target, _ = _resolve(path)
    folders.setdefault(os.path.dirname(target), path)
  for folder, path in folders.items():
    probe = _temporary(os.path.join(folder, 'probe'))
    try:
      with open(probe, 'wb') as file:
        file.write(b'?')  # A full disk takes names, but no bytes.
    except OSError as error:
      raise _error(error.errno, path) from error
    finally:
      with contextlib.suppress(OSError):
        os.remove(probe)


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


def _resolve(path: str) -> tuple[str, os.stat_result | None]:
  """Finds what a path, which may be a link, leads to.

  Args:
    path: of a file that is to be written.

  Returns:
    The absolute path of what is to be replaced, and what is there, if anything.

  Raises:
    OSError: it is nothing that can be replaced.
  """
  if not os.path.basename(path):
    raise _error(errno.EISDIR, path)
  target = os.path.realpath(path)
  try:
    old = os.stat(target)
  except FileNotFoundError:
    old = None
  except OSError as error:
    raise _error(error.errno, path) from error
  if old is None:
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
      missing = not os.path.lexists(folder)
      raise _error(
        errno.ENOENT if missing else errno.ENOTDIR,
        path,
        f'there is no folder {folder}',
      )
  elif stat.S_ISDIR(old.st_mode):
    raise _error(errno.EISDIR, path)
  elif not stat.S_ISREG(old.st_mode):
    raise _error(errno.EPERM, path, 'it is no ordinary file')
  # Root may write everything, but a file that nobody may write is to stay.
  elif not old.st_mode & 0o222 or not os.access(target, os.W_OK):
    raise _error(errno.EACCES, path, 'it is read-only')
  return target, old


def _temporary(target: str) -> str:
  """A name beside a file's, of this thread only."""
  folder, name = os.path.split(target)
  name = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
  name = f'{name}.{os.getpid()}.{threading.get_ident()}.tmp'
  return os.path.join(folder, name)


def _error(number: int, path: str, reason: str = '') -> OSError:
  """The error of a number, in words, for a file that cannot be written."""
  reason = reason or os.strerror(number).lower()
  cure = _CURES.get(number, 'Choose another place')
  kind = type(OSError(number, ''))
  error = kind(f'{path!r} cannot be written: {reason}. {cure}.')
  error.errno = number
  return error
