"""Files that are written whole or not at all."""

import os


def replace(path: str, data: bytes) -> None:
  """Writes a file that, whatever happens, is either the old or the new."""
  temporary = path + '.new'
  with open(temporary, 'wb') as file:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
  os.replace(temporary, path)
