"""Checks, before the work, places where its results are to go.

What an agent made in an hour is lost if only then it turns out that the folder
is a file, the disk full or the name taken by something of somebody else.
"""

from collections.abc import Callable
import errno
import os
import tempfile

from spiral_tf import files


def check_folder(path: str) -> None:
  """Checks that a folder is there, or can be made, and takes files.

  Nothing is made.

  Args:
    path: of the folder.

  Raises:
    OSError: it cannot; `filename` is what is in the way.
  """
  place = os.path.abspath(path)
  while not os.path.lexists(place):
    place = os.path.dirname(place)
  if not os.path.exists(place):
    raise _error(errno.ENOENT, place)
  if not os.path.isdir(place):
    raise _error(errno.ENOTDIR, place)
  try:
    # It has no name, and so cannot be left behind.
    with tempfile.TemporaryFile(dir=place, buffering=0) as file:
      file.write(bytes(1))
  except OSError as error:
    # Some file systems, such as /proc, have an answer of their own.
    number = errno.EACCES if error.errno == errno.ENOENT else error.errno
    raise _error(number, place) from error


def check_file(path: str) -> None:
  """Checks that a file can be written, or written anew.

  Args:
    path: of the file; its folder may have to be made.

  Raises:
    OSError: it cannot, see `files.check` and `check_folder`.
  """
  folder = os.path.dirname(os.path.abspath(path))
  if os.path.isdir(folder):
    files.check(path)
  else:
    check_folder(folder)


def png(flag: str, path: str) -> str:
  """The place of a picture, as a flag says it.

  Args:
    flag: its name.
    path: its value; `~` is the user's folder.

  Returns:
    The path, with that folder in it.

  Raises:
    ValueError: it is no name of a PNG file.
  """
  path = os.path.expanduser(path)
  if os.path.splitext(path)[1].lower() != '.png':
    raise ValueError(f'--{flag} is {path!r}, but it must end in .png.')
  return path


def check_own(path: str, is_own: Callable[[bytes], bool], what: str) -> None:
  """Checks that a file that is written unasked is not somebody else's.

  Args:
    path: of the file, which need not be there.
    is_own: whether this program wrote a file, by how it begins.
    what: the program writes there, in words that follow "is no".

  Raises:
    OSError: see `check_file`.
    ValueError: the file is of somebody else.
  """
  check_file(path)
  if not os.path.exists(path):
    return
  with open(path, 'rb') as file:
    start = file.read(1 << 16)
  if not is_own(start):
    raise ValueError(
      f'{path} is no {what}, and would be written over. Move it away, or name '
      'another --output.'
    )


def _error(number: int, path: str) -> OSError:
  return OSError(number, os.strerror(number), path)
