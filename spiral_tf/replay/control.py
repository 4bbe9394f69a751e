"""Saves and empties a replay server, and never waits for one that is gone.

Reverb's calls to a server that does not answer last until there is one.
"""

from collections.abc import Callable
import threading
from typing import Any

from spiral_tf.replay import episodes
from spiral_tf.replay import snapshots

# How long to wait for a server, which saves a thousand renders in a tenth of a
# second, and for the disk.
_PATIENCE_SECONDS = 15.0


def save(
  replay: episodes.Replay,
  folder: str,
  check: Callable[[], None],
  wait: float = _PATIENCE_SECONDS,
) -> bool:
  """Lets the server write a checkpoint.

  Args:
    replay: that of the server.
    folder: from `snapshots.folder`.
    check: raises an error if the caller may not save any more.
    wait: seconds to wait for it.

  Returns:
    Whether it was written, to the disk, in that time.
  """
  return _within(wait, lambda: snapshots.take(folder, replay.checkpoint, check))


def clear(
  replay: episodes.Replay,
  folder: str,
  check: Callable[[], None],
  wait: float = _PATIENCE_SECONDS,
) -> bool:
  """Empties both tables, and lets the server write a checkpoint of that.

  What was there before does not come back, whatever becomes of the server.

  Args:
    replay: that of the server.
    folder: from `snapshots.folder`.
    check: raises an error if the caller may not save any more.
    wait: seconds to wait for it.

  Returns:
    Whether all was done in that time.
  """

  def work():
    replay.reset(episodes.TRAJECTORIES)
    replay.reset(episodes.RENDERS)
    snapshots.take(folder, replay.checkpoint, check, keep=1)

  return _within(wait, work)


def _within(seconds: float, work: Callable[[], Any]) -> bool:
  """Whether some work, done in another thread, ends well in that time."""
  ended, succeeded = threading.Event(), threading.Event()

  def run():
    try:
      work()
      succeeded.set()
    except (RuntimeError, OSError) as error:
      # Reverb's if the server went away meanwhile.
      text = ' '.join(str(error).split())
      print(f'Replay was not saved: {text}', flush=True)
    finally:
      ended.set()

  threading.Thread(target=run, daemon=True).start()
  return bool(seconds) and ended.wait(seconds) and succeeded.is_set()
