"""Runs a command: what a person or a disk can cause is a line, not a traceback.

An error of a file names the file, what is wrong with it and what helps. A
traceback is a bug of the program, and is shown.
"""

from collections.abc import Callable
from collections.abc import Sequence
import contextlib
from contextlib import AbstractContextManager
import errno
import os
import pathlib
import re
import sys
from typing import Any

from absl import app

# Exit code of what Ctrl-C stopped, as of a shell.
STOPPED = 130
_FAILED = 1
_ELSEWHERE = 'or name another place'
# What is wrong with a file, and what helps.
_REASONS = {
  errno.EACCES: f'permission is denied. Change its permissions, {_ELSEWHERE}.',
  errno.EPERM: f'permission is denied. Change its permissions, {_ELSEWHERE}.',
  errno.EROFS: 'its file system is read-only. Name another place.',
  errno.ENOSPC: f'no space is left on the disk. Make room there, {_ELSEWHERE}.',
  errno.EDQUOT: f'the quota of the disk is used up. Make room, {_ELSEWHERE}.',
  errno.EFBIG: f'it may not be so large. Lift the limit, {_ELSEWHERE}.',
  errno.EISDIR: 'it is a folder, but must be a file. Name another.',
  errno.EEXIST: 'it is a file, but must be a folder. Name another place.',
  errno.ENOTEMPTY: 'it holds files of others. Name another place.',
  errno.ELOOP: 'its links lead to each other. Name another.',
  errno.ENAMETOOLONG: 'its name is too long. Name another.',
  errno.EIO: f'the disk does not work. Check it, {_ELSEWHERE}.',
  errno.ESTALE: f'its server has lost it. Mount it again, {_ELSEWHERE}.',
  errno.EMFILE: 'too many files are open. Allow more: ulimit -n.',
  errno.ENFILE: 'too many files are open on this machine. Close some.',
}
# Errors of TensorFlow that its file systems cause; others are bugs.
_OF_FILES = (
  'AlreadyExistsError',
  'DataLossError',
  'FailedPreconditionError',
  'NotFoundError',
  'OutOfRangeError',
  'PermissionDeniedError',
  'ResourceExhaustedError',
  'UnavailableError',
  'UnknownError',
)
# What `spiral_tf.files` appends to the name of what it writes.
_TEMPORARY = re.compile(r'\.\d+\.\d+\.tmp$')


def run(
  main: Callable[[Sequence[str]], int | None],
  output: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
) -> None:
  """Runs a command, and ends the program with its exit code.

  Args:
    main: the command, of the arguments that are not flags; returns its exit
      code, None for 0.
    output: makes a context for all that the command prints, also of its error.
  """

  def guarded(argv: Any) -> int:
    with output():
      return _run(main, argv)

  app.run(guarded)


def line(error: BaseException) -> str | None:
  """What to tell people of an error.

  Args:
    error: whatever was raised.

  Returns:
    One line, without "Error: "; None of what only a bug can raise.
  """
  if isinstance(error, OSError):
    text = _of_file(error)
  elif _is_of_tensorflow(error):
    text = f'{error.message}. Check that file, {_ELSEWHERE}.'
  elif isinstance(error, (RecursionError, NotImplementedError)):
    return None
  elif isinstance(error, (ValueError, RuntimeError)):
    text = str(error)
  else:
    return None
  text = re.sub(r'\s*[\r\n]\s*', ' ', text).strip()
  return ''.join(c if c.isprintable() else '?' for c in text)


def _run(main: Callable[[Sequence[str]], int | None], argv: Any) -> int:
  """Runs a command and returns its exit code."""
  try:
    try:
      code = main(argv)
    except SystemExit as end:
      code = end.code
    # Here, for later nobody could say what a full disk keeps from being said.
    sys.stdout.flush()
  except KeyboardInterrupt:
    print('Stopped.', file=sys.stderr)
    return STOPPED
  except Exception as error:
    text = line(error)
    if text is None:
      raise
    code = f'Error: {text}'
    _forget_output()
  if isinstance(code, str):
    print(code, file=sys.stderr)
    return _FAILED
  return code or 0


def _forget_output() -> None:
  """Lets the end of the program not fail by output that cannot be written."""
  try:
    sys.stdout.flush()
  except OSError:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_of_tensorflow(error: BaseException) -> bool:
  """Whether it is an error of files; TensorFlow is not imported for this."""
  tensorflow = sys.modules.get('tensorflow')
  return (
    tensorflow is not None
    and isinstance(error, tensorflow.errors.OpError)
    and type(error).__name__ in _OF_FILES
  )


def _of_file(error: OSError) -> str:
  """An error of a file in a sentence or two."""
  if isinstance(error, BrokenPipeError) and error.filename is None:
    return 'whoever was to read the output is gone.'
  # Of two names the second is what was to be made.
  name = error.filename if error.filename2 is None else error.filename2
  if error.errno is None or name is None:
    text = error.strerror or str(error)
    # Some of ours say all there is to say; the system's name no file.
    if error.errno is None or text != os.strerror(error.errno):
      return text
    name = 'output'
  path = _TEMPORARY.sub('', os.fsdecode(name) if name != 'output' else name)
  if error.errno in (errno.ENOENT, errno.ENOTDIR):
    return _of_path(path, error.errno)
  reason = _REASONS.get(error.errno)
  if reason is None:
    reason = f'{error.strerror}. Mend that, {_ELSEWHERE}.'
  return f'{path}: {reason}'


def _of_path(path: str, number: int) -> str:
  """Which part of a path is not what it must be."""
  for part in [*reversed(pathlib.Path(path).parents), path]:
    part = str(part)
    if os.path.islink(part) and not os.path.exists(part):
      to = os.readlink(part)
      return (
        f'{part} is a link to {to}, which does not exist. Mend the link, '
        f'{_ELSEWHERE}.'
      )
    if not os.path.exists(part):
      break
    if part != path and not os.path.isdir(part):
      return (
        f'{path}: {part} is a file, but must be a folder. Name another place.'
      )
  if number == errno.ENOTDIR:
    return f'{path} is a file, but must be a folder. Name another place.'
  return f'{path} does not exist. Check the name.'
