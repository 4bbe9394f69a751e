"""Replay that holds nothing, for tests of nodes that are handed their data."""

from collections.abc import Callable
from typing import Any


class Replay:
  """Both tables, see `spiral_tf.replay.episodes.Replay`; always empty."""

  def __init__(self, checkpoint: Callable[[], Any] = lambda: None):
    """Creates replay.

    Args:
      checkpoint: writes one, and returns where.
    """
    self.checkpoint = checkpoint

  def reader(self, table, signature, batch_size):
    """Makes a reader that finds nothing."""
    return _Reader()

  def reset(self, table):
    """Does nothing."""


class _Reader:
  def read(self):
    return None

  def close(self):
    pass
