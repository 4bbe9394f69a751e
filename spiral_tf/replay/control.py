"""Saves and empties a replay server, and never waits for one that is gone.

Reverb's calls to a server that does not answer last until there is one.
"""

from collections.abc import Callable
import threading
from typing import Any

from spiral_tf.replay import episodes

# How long to wait for a server, which saves a thousand renders in a tenth of a
# second.
_PATIENCE_SECONDS = 5.0


def save(client: episodes.Client, wait: float = _PATIENCE_SECONDS) -> bool:
  """Lets the server write a checkpoint.

  Args:
    client: a client of the server.
    wait: seconds to wait for it.

  Returns:
    Whether it was written in that time.
  """
  return _within(wait, client.checkpoint)


def clear(client: episodes.Client, wait: float = _PATIENCE_SECONDS) -> bool:
  """Empties both tables, and lets the server write a checkpoint of that.

  Args:
    client: a client of the server.
    wait: seconds to wait for it.

  Returns:
    Whether all was done in that time.
  """

  def work():
    client.reset(episodes.TRAJECTORIES)
    client.reset(episodes.RENDERS)
    client.checkpoint()

  return _within(wait, work)


def _within(seconds: float, work: Callable[[], Any]) -> bool:
  """Whether some work, done in another thread, ends well in that time."""
  done = threading.Event()

  def run():
    try:
      work()
    except RuntimeError:  # Reverb's: the server went away meanwhile.
      return
    done.set()

  threading.Thread(target=run, daemon=True).start()
  return done.wait(seconds) if seconds else False
