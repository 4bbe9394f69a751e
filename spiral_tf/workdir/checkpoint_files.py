"""The files of a learner's checkpoints: which of them are sound.

Checkpoint `N` is `ckpt-N.index` and `ckpt-N.data-00000-of-00001`. No file says
which is the newest, so none can be missing or wrong: it is the highest number
that is sound. TensorFlow keeps a checksum of each tensor, and of the index.

A checkpoint is written in a folder `saving-N-<token>`, to the disk, before its
two files are moved to where they count. So a kill or a power cut leaves that
folder, by which half a checkpoint is known, or a checkpoint that is whole.
"""

from collections.abc import Callable
from collections.abc import Iterable
import contextlib
import os
import re
import shutil
from typing import NamedTuple

import tensorflow as tf

from spiral_tf import files
from spiral_tf.workdir import damage

_FILE = re.compile(r'ckpt-(\d+)\.(index|data-\d{5}-of-\d{5})')
_SAVING = re.compile(r'saving-(\d+)-[0-9a-f]+')
# What earlier versions left of a save that failed, and their file that named
# the newest checkpoint.
_OLD_SAVING = re.compile(r'ckpt-\d+_temp')
_OLD_INDEX = 'checkpoint'


class Newest(NamedTuple):
  """The newest checkpoint that is sound.

  Attributes:
    path: of it, without the ends of its files' names; None if there is none.
    damaged: of each newer one that is not, a line that says so.
  """

  path: str | None
  damaged: list[str]


def numbers(folder: str) -> list[int]:
  """Lists the checkpoints in a folder, as far as they count.

  Args:
    folder: of a learner, which need not be there.

  Returns:
    Their numbers, the highest first.
  """
  try:
    names = os.listdir(folder)
  except FileNotFoundError:
    return []
  unfinished = {
    int(match[1])
    for match in map(_SAVING.fullmatch, names)
    if match and f'ckpt-{match[1]}.index' not in names
  }
  return sorted(_taken(names, [_FILE]) - unfinished, reverse=True)


def newest(folder: str) -> Newest:
  """Finds the newest checkpoint that is sound, by reading all of it.

  Args:
    folder: of a learner, which may be saving at the same time.

  Returns:
    It, and which newer ones are not sound.

  Raises:
    damage.DamagedError: there are checkpoints, but none is sound.
    OSError: a file cannot be read, which does not mean that it is damaged.
  """
  there = numbers(folder)
  faults: list[str] = []
  for number in there:
    path = _path(folder, number)
    fault = _fault(path)
    if fault is None:
      lines = [f'{text} {path} is used instead.' for text in faults]
      return Newest(path, lines)
    if numbers(folder) != there:  # It was removed, as there is a newer one.
      return newest(folder)
    faults.append(f'The checkpoint {path} is damaged: {fault}.')
  if there:
    raise damage.DamagedError(
      f'{" ".join(faults)} There is no other in {folder}, so training cannot '
      'go on. Put a copy of it back; or, to train anew, take another --workdir.'
    )
  return Newest(None, [])


def write(
  folder: str,
  token: str,
  save: Callable[[str], None],
  check: Callable[[], None],
) -> str:
  """Writes a checkpoint, which is on the disk when this returns.

  Args:
    folder: of the learner.
    token: hexadecimal digits, of the process.
    save: writes the files of a checkpoint, given the start of their paths.
    check: called right before it counts; what it raises is raised, and then
      nothing has been written.

  Returns:
    Path of the checkpoint, without the ends of its files' names.
  """
  number = 1 + max(_taken(os.listdir(folder)), default=0)
  saving = os.path.join(folder, f'saving-{number}-{token}')
  path = _path(folder, number)
  try:
    os.mkdir(saving)
    save(os.path.join(saving, 'ckpt'))
    # Data first: what has an index counts.
    ends = sorted(
      name.removeprefix('ckpt')
      for name in os.listdir(saving)
      if name.startswith('ckpt.')
    )
    for end in ends:
      files.sync(os.path.join(saving, 'ckpt' + end))
    files.sync(saving)
    check()
    for end in ends:
      os.replace(os.path.join(saving, 'ckpt' + end), path + end)
    files.sync(folder)
  finally:
    shutil.rmtree(saving, ignore_errors=True)
  return path


def remove_before(folder: str, number: int) -> None:
  """Removes the checkpoints with lower numbers."""
  for other in numbers(folder):
    if other < number:
      _remove(folder, other)
  # Earlier versions wrote it; what it names may be gone by now.
  with contextlib.suppress(FileNotFoundError):
    os.remove(os.path.join(folder, _OLD_INDEX))


def number_of(path: str) -> int:
  """The number of a checkpoint, by its path."""
  return int(path.rpartition('-')[2])


def clean(folder: str) -> None:
  """Removes what is left of checkpoints that were never finished."""
  names = os.listdir(folder)
  for name in names:
    match = _SAVING.fullmatch(name)
    if match and f'ckpt-{match[1]}.index' not in names:
      _remove(folder, int(match[1]))
    if match or _OLD_SAVING.fullmatch(name):
      _remove_parts(os.path.join(folder, name))


def _taken(
  names: Iterable[str], patterns: Iterable[re.Pattern] = (_FILE, _SAVING)
) -> set[int]:
  """The numbers in names of files."""
  matches = (p.fullmatch(name) for name in names for p in patterns)
  return {int(match[1]) for match in matches if match}


def _path(folder: str, number: int) -> str:
  return os.path.join(folder, f'ckpt-{number}')


def _remove(folder: str, number: int) -> None:
  """Removes a checkpoint; its index first, so that it counts no more."""
  names = os.listdir(folder)
  for name in sorted(names, reverse=True):
    match = _FILE.fullmatch(name)
    if match and int(match[1]) == number:
      with contextlib.suppress(FileNotFoundError):
        os.remove(os.path.join(folder, name))


def _remove_parts(folder: str) -> None:
  """Removes a folder of files that TensorFlow writes, unless it has others."""
  for where, _, names in os.walk(folder, topdown=False):
    for name in names:
      if re.match(r'(part-|ckpt[._])', name):
        os.remove(os.path.join(where, name))
    with contextlib.suppress(OSError):
      os.rmdir(where)


def _fault(path: str) -> str | None:
  """Says what is wrong with a checkpoint, in a few words; None if it is sound.

  Raises:
    OSError: it cannot be read, whatever it holds.
  """
  for end in ('.index', '.data-00000-of-00001'):
    try:
      with open(path + end, 'rb') as file:
        file.read(1)
    except FileNotFoundError:
      return f'{path + end} is missing'
    except IsADirectoryError:
      return f'{path + end} is a folder'
  try:
    reader = tf.train.load_checkpoint(path)
    for name in reader.get_variable_to_shape_map():
      reader.get_tensor(name)
  except MemoryError:
    raise
  except Exception as error:  # TensorFlow's have no class in common.
    return ' '.join(str(error).split()) or type(error).__name__
  return None
