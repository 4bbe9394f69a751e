"""The error of a node that ended for good, with what it said last."""

import os


class NodeError(RuntimeError):
  """A node failed, and to start it again is of no use."""

  def __init__(self, name: str, reason: str, log: str):
    """Creates an error about a node.

    Args:
      name: of the node.
      reason: to follow its name.
      log: file of what the node printed, perhaps on another machine's disk.
    """
    said = _last_words(log)
    said = f' It said: {said}' if said else f' What it said is in {log}.'
    super().__init__(f'{name} {reason}.{said}')


def _last_words(log: str) -> str:
  """The last line that a node printed, empty if it can't be had here."""
  try:
    with open(log, 'rb') as file:
      file.seek(0, os.SEEK_END)
      file.seek(max(0, file.tell() - 4096))
      lines = file.read().decode(errors='replace').split('\n')
  except OSError:
    return ''
  return next((line for line in reversed(lines) if line.strip()), '')
