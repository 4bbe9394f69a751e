"""The error of a launcher that met what nobody had thought of."""

import datetime
import traceback

from launch.runtime import printing


class LauncherError(RuntimeError):
  """The launcher failed, and has stopped all nodes in order."""

  def __init__(self, error: Exception, log: str):
    """Creates an error, and adds how it came about to a file.

    Args:
      error: what was raised.
      log: file for its traceback.
    """
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    now = datetime.datetime.now().isoformat(' ', 'seconds')
    printing.add(log, f'{now}\n{"".join(lines)}')
    said = ' '.join(str(error).split())
    super().__init__(
      f'The launcher failed ({type(error).__name__}: {said}), and has stopped '
      f'all nodes in order. Its traceback is in {log}.'
    )
