"""Files of JSON lines: a record a line, and perhaps a torn last one."""

import json
import os
from typing import Any


def last_line(path: str) -> dict[str, Any] | None:
  """The last complete record of a file of JSON lines, None if there is none."""
  try:
    with open(path, 'rb') as file:
      file.seek(0, os.SEEK_END)
      file.seek(max(0, file.tell() - 4096))
      lines = file.read().splitlines(keepends=True)
  except FileNotFoundError:
    return None
  for line in reversed(lines):
    if line.endswith(b'\n'):
      try:
        return json.loads(line)
      except ValueError:
        return None
  return None
