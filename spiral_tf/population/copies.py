"""Files of what is to be copied from member to member, until it is."""

from collections.abc import Mapping
import contextlib
import os
import zlib

from spiral_tf import files

_PARTS = ('policy', 'discriminator')


def write(
  folder: str, recipient: int, states: Mapping[str, bytes]
) -> dict[str, int]:
  """Writes what a member is to copy.

  Args:
    folder: of the population.
    recipient: index of the member.
    states: of the donor, "policy" and "discriminator".

  Returns:
    Their checksums, for `read`.
  """
  for part in _PARTS:
    files.replace(_path(folder, recipient, part), states[part])
  return {part: zlib.crc32(states[part]) for part in _PARTS}


def read(
  folder: str, recipient: int, sums: Mapping[str, int] | None
) -> dict[str, bytes]:
  """Reads it.

  Args:
    folder: of the population.
    recipient: index of the member.
    sums: from `write`; None if an earlier version wrote it.

  Returns:
    The states of the donor, "policy" and "discriminator".

  Raises:
    ValueError: a file is missing or damaged; the message names it.
  """
  states = {}
  for part in _PARTS:
    path = _path(folder, recipient, part)
    try:
      with open(path, 'rb') as file:
        states[part] = file.read()
    except (FileNotFoundError, IsADirectoryError):
      raise ValueError(f'{path} is missing') from None
    if sums and zlib.crc32(states[part]) != sums[part]:
      raise ValueError(f'{path} is damaged: its checksum differs')
  return states


def remove(folder: str, recipient: int) -> None:
  """Removes it."""
  for part in _PARTS:
    with contextlib.suppress(FileNotFoundError):
      os.remove(_path(folder, recipient, part))


def _path(folder: str, recipient: int, part: str) -> str:
  return os.path.join(folder, f'copy_{recipient:02d}_{part}.npz')
