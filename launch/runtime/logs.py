"""What nodes print: a file a node, for people to read."""

from collections.abc import Callable
import os

from launch.runtime import printing


def remove(folder: str, is_node: Callable[[str], bool]) -> None:
  """Removes the logs of an earlier run, whose errors are not this one's.

  Args:
    folder: of the logs.
    is_node: whether a node may have such a name; other files are somebody
      else's, and stay.
  """
  for path in _paths(folder, is_node):
    os.remove(path)


def _paths(folder: str, is_node: Callable[[str], bool]) -> list[str]:
  # Links are not followed: who knows where they lead.
  if os.path.islink(folder):
    return []
  paths = sorted(
    os.path.join(where, name)
    for where, _, names in os.walk(folder)
    for name in names
  )
  return [path for path in paths if is_node(os.path.relpath(path, folder))]


def print_tracebacks(folder: str, is_node: Callable[[str], bool]) -> None:
  """Shows the last error of each node, for a person to read.

  Args:
    folder: of the logs.
    is_node: see `remove`.
  """
  for path in _paths(folder, is_node):
    try:
      with open(path, errors='replace') as file:
        text = file.read()
    except OSError:  # Which is not the error that is to be shown.
      continue
    start = text.rfind('Traceback (most recent call last)')
    if start >= 0:
      printing.say(f'--- {path}\n{text[start:]}')
