"""Files of JSON lines: a record a line, and perhaps a torn last one.

A line counts when it has its end. What stands after the last end of a line is
being written, or was when the writer died, and is nobody's record yet.
"""

from collections.abc import Mapping
import json
import os
from typing import Any, BinaryIO

# Bytes at the end of a file among which its last line is looked for.
_TAIL = 4096


def append(path: str, record: Mapping[str, Any], on_disk: bool = True) -> None:
  """Adds a record.

  Half a line, which a crash or a full disk left at the end, is cut off: it is
  of a record that was never acknowledged.

  Args:
    path: of the file; it is made if there is none.
    record: what JSON takes, and numbers that are not finite only if it may be
      lost.
    on_disk: whether to return only when it is on the disk; else a loss of power
      may lose it.

  Raises:
    ValueError: a number is not finite.
  """
  line = json.dumps(record, allow_nan=not on_disk)
  with open(path, 'ab+') as file:
    _cut_half_line(file)
    file.write(line.encode() + b'\n')
    file.flush()
    if on_disk:
      os.fsync(file.fileno())


def read(path: str) -> list[dict[str, Any]]:
  """Reads all records of a file, which may be growing.

  Args:
    path: of the file.

  Returns:
    Its records in order.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: a line is no record; the message names it.
  """
  records = []
  for number, line in enumerate(whole_lines(path), start=1):
    try:
      records.append(_record(line))
    except ValueError as error:
      raise ValueError(
        f'{path}, line {number} is no record: {error}. Remove the line.'
      ) from None
  return records


def read_sound(path: str) -> list[dict[str, Any]]:
  """Reads what can be read of a file that may be damaged.

  Earlier versions also went on behind a half line, which broke the next.

  Args:
    path: of the file.

  Returns:
    Its records in order, without lines that are none; no records if there is
    no such file.
  """
  try:
    lines = whole_lines(path)
  except FileNotFoundError:
    return []
  records = []
  for line in lines:
    try:
      records.append(_record(line))
    except ValueError:
      continue
  return records


def last_line(path: str) -> dict[str, Any] | None:
  """Reads the last record of a file, without reading all of it.

  Args:
    path: of the file.

  Returns:
    The record of the last whole line; None if there is no such line, or it is
    broken, or there is no such file.
  """
  try:
    with open(path, 'rb') as file:
      file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
      *lines, _ = file.read().split(b'\n')
  except FileNotFoundError:
    return None
  try:
    return _record(lines[-1]) if lines else None
  except ValueError:
    return None


def whole_lines(path: str) -> list[bytes]:
  """Reads the lines of a file that have their end, without it.

  Args:
    path: of the file, which may be growing.

  Returns:
    The lines, be they records or not.

  Raises:
    FileNotFoundError: there is no such file.
  """
  with open(path, 'rb') as file:
    *lines, _ = file.read().split(b'\n')
  return lines


def _record(line: bytes) -> dict[str, Any]:
  """Reads a line; raises ValueError if it is no record."""
  record = json.loads(line)
  if not isinstance(record, dict):
    raise ValueError('a record is an object in braces')
  return record


def _cut_half_line(file: BinaryIO) -> None:
  """Cuts off what stands after the last end of a line."""
  size = file.seek(0, os.SEEK_END)
  if not size:
    return
  file.seek(size - 1)
  if file.read(1) == b'\n':
    return
  file.seek(0)
  file.truncate(file.read().rfind(b'\n') + 1)
