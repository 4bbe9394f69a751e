"""One run of a study, in a process of its own; `launch.study` starts it.

    python -m launch.study_run FOLDER HELD_OUT_SEED EVALUATE_EVERY IMAGES

Prints a line of JSON whenever there is news. It saves and ends when its
standard input does: when whoever started it says so, or is gone, however.
"""

import contextlib
import json
import os
import threading
import time

from launch import commands
from spiral_tf.studies import run

# Seconds between lines of news, at least, but for those of a curve.
_EVERY = 1.0
# Exit code of what was stopped before its end.
STOPPED = commands.STOPPED


def main(argv):
  """Runs it."""
  folder, *numbers = argv[1:]
  news = _News()
  stop = threading.Event()

  def watch():
    while os.read(0, 1):
      pass
    stop.set()

  threading.Thread(target=watch, daemon=True).start()
  over = run.go_on(folder, *map(int, numbers), news, stop.is_set)
  return 0 if over else STOPPED


class _News:
  """Prints what there is to say, and of what comes too often some."""

  def __init__(self):
    # What libraries print goes with the errors.
    self._file = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    self._said = -_EVERY

  def __call__(self, row):
    now = time.monotonic()
    if now - self._said < _EVERY and 'done' not in row:
      return
    self._said = now
    with contextlib.suppress(BrokenPipeError):  # Nobody listens any more.
      print(json.dumps(row), file=self._file, flush=True)


if __name__ == '__main__':
  commands.run(main)
