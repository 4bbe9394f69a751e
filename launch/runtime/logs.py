"""What nodes print: a file a node, for people to read."""

import os

from launch.runtime import printing


def remove(folder: str) -> None:
  """Removes the logs of an earlier run, whose errors are not this one's."""
  for path in _paths(folder):
    os.remove(path)


def _paths(folder: str) -> list[str]:
  # Links are not followed: who knows where they lead.
  if os.path.islink(folder):
    return []
  return sorted(
    os.path.join(where, name)
    for where, _, names in os.walk(folder)
    for name in names
  )


def print_tracebacks(folder: str) -> None:
  """Shows the last error of each node, for a person to read."""
  for path in _paths(folder):
    try:
      with open(path, errors='replace') as file:
        text = file.read()
    except OSError:  # Which is not the error that is to be shown.
      continue
    start = text.rfind('Traceback (most recent call last)')
    if start >= 0:
      printing.say(f'--- {path}\n{text[start:]}')
