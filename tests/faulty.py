"""Runs a command with a disk that fails below a folder.

    python -m tests.faulty EROFS FOLDER launch.curves --output=...

Tests may run as root, whom permissions do not stop, and cannot mount anything.
So the calls by which Python opens and makes files fail instead, as they would.
"""

import builtins
import errno
import io
import os
import runpy
import sys

# These fail for readers, too.
_READING = ('EACCES', 'EIO')


def _failing(call, number, folder, writes):
  """A call that fails if its path is in the folder and it would write there."""

  def wrapped(path, *args, **kwargs):
    if isinstance(path, (str, bytes, os.PathLike)):
      where = os.path.abspath(os.fsdecode(path))
      inside = os.path.commonpath([where, folder]) == folder
      if inside and writes(*args, **kwargs):
        raise OSError(number, os.strerror(number), os.fsdecode(path))
    return call(path, *args, **kwargs)

  return wrapped


def main() -> None:
  """Runs it."""
  _, fault, folder, module, *arguments = sys.argv
  number, reading = getattr(errno, fault), fault in _READING

  def opens(mode='r', *unused, **kwargs):
    return reading or set(kwargs.get('mode', mode)) & set('wax+')

  def os_opens(flags, *unused, **unused_kwargs):
    return reading or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)

  builtins.open = io.open = _failing(open, number, folder, opens)
  os.open = _failing(os.open, number, folder, os_opens)
  os.mkdir = _failing(os.mkdir, number, folder, lambda *args, **kwargs: True)
  sys.argv = [module, *arguments]
  runpy.run_module(module, run_name='__main__', alter_sys=True)


if __name__ == '__main__':
  main()
