"""What power cuts, half copies and tired disks do to a file."""

import os
import pathlib


def remove(path: pathlib.Path) -> None:
  """A copy that skipped it."""
  path.unlink()


def empty(path: pathlib.Path) -> None:
  """A file whose name was written, but not its data."""
  os.truncate(path, 0)


def halve(path: pathlib.Path) -> None:
  """A copy that stopped half-way."""
  os.truncate(path, path.stat().st_size // 2)


def zero(path: pathlib.Path) -> None:
  """A file whose length was written, but not its data."""
  path.write_bytes(bytes(path.stat().st_size))


def zero_a_part(path: pathlib.Path) -> None:
  """A block that is lost."""
  data = bytearray(path.read_bytes())
  third = len(data) // 3
  data[third : 2 * third] = bytes(third)
  path.write_bytes(data)


ALL = (remove, empty, halve, zero, zero_a_part)
