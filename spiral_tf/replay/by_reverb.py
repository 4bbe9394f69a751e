"""Replay on a Reverb server, for nodes that are processes.

The queue blocks its writers when it is full.
"""

from collections.abc import Callable
from collections.abc import Iterator
import queue
import threading
from typing import Any

import reverb
import tensorflow as tf
import tree

from spiral_tf import types
from spiral_tf.replay import episodes as episodes_lib

# How long one blocking call may last before its caller looks whether to stop.
_POLL_MS = 500
# How long a table may be empty before a reader's dataset ends, and is followed
# by the next, which takes time and is of no use unless the server is gone.
_IDLE_MS = 60_000
# Samples on their way from a table to a reader. More hide latency; fewer keep
# the data fresh.
_MAX_IN_FLIGHT = 16
# Episodes that a writer hands over before it waits for the server.
_MAX_PENDING = 16


class Replay:
  """Both tables of a server, see `episodes.Replay`."""

  def __init__(self, address: str):
    """Connects to a server.

    Args:
      address: host:port.
    """
    self._client = reverb.Client(address)
    self.checkpoint = self._client.checkpoint
    self.reset = self._client.reset

  def writer(self) -> 'Writer':
    """Makes a writer."""
    return Writer(self._client)

  def reader(self, table: str, signature: Any, batch_size: int) -> 'Reader':
    """Makes a reader, whose thread starts with its first `read`."""
    return Reader(self._client, table, signature, batch_size)


class Writer:
  """Writes episodes to both tables."""

  def __init__(self, client: reverb.Client):
    """Creates a writer on `client`'s server."""
    self._writer = client.trajectory_writer(num_keep_alive_refs=1)

  def write(
    self, episodes: types.Episode, stopping: Callable[[], bool]
  ) -> bool:
    """Writes a batch of episodes and waits until the server has taken it.

    Args:
      episodes: NumPy arrays, as `rollout.play` returns them.
      stopping: asked now and then whether to give up waiting.

    Returns:
      Whether all were written; False when `stopping` said so before.
    """
    by_step = episodes._replace(context={})._asdict()
    for i in range(episodes.log_prob.shape[1]):
      if i % _MAX_PENDING == 0 and not self._flush(stopping):
        return False
      episode = tree.map_structure(lambda x, i=i: x[:, i], by_step)
      episode['context'] = {k: x[i] for k, x in episodes.context.items()}
      # The whole episode is one step of the writer, `[-1]` of its history.
      self._writer.append(
        {'episode': episode, 'canvas': episode['observation']['canvas'][-1]}
      )
      item = tree.map_structure(lambda column: column[-1], self._writer.history)
      episode = item['episode']
      # An empty dictionary has no place in a history.
      episode.setdefault('context', {})
      self._writer.create_item(episodes_lib.TRAJECTORIES, 1.0, episode)
      self._writer.create_item(
        episodes_lib.RENDERS,
        1.0,
        {'canvas': item['canvas'], **episode['context']},
      )
    return self._flush(stopping)

  def _flush(self, stopping: Callable[[], bool]) -> bool:
    while not stopping():
      try:
        self._writer.flush(timeout_ms=_POLL_MS)
        return True
      except reverb.DeadlineExceededError:
        continue
    return False


class Reader:
  """Reads batches from one table in a thread, and never waits for long.

  A dataset of Reverb's may wait for data for as long as there are none, and one
  that is given up may take a minute to end. Neither should hold its user up.
  """

  def __init__(
    self, client: reverb.Client, table: str, signature: Any, batch_size: int
  ):
    """Creates a reader; its thread starts with the first `read`.

    Args:
      client: a client of the replay server.
      table: name of the table.
      signature: nest of `tf.TensorSpec`s of one item.
      batch_size: items a batch, B.
    """
    # A dataset ends when its table has been empty for a while, with an
    # incomplete batch that must not be lost.
    self._dataset = reverb.TrajectoryDataset(
      server_address=client.server_address,
      table=table,
      dtypes=tf.nest.map_structure(lambda spec: spec.dtype, signature),
      shapes=tf.nest.map_structure(lambda spec: spec.shape, signature),
      max_in_flight_samples_per_worker=_MAX_IN_FLIGHT,
      rate_limiter_timeout_ms=_IDLE_MS,
    )
    self._dataset = self._dataset.map(lambda sample: sample.data)
    self._dataset = self._dataset.batch(batch_size)
    self._batch_size = batch_size
    self._batches: queue.Queue = queue.Queue(maxsize=1)
    self._closed = threading.Event()
    self._thread: threading.Thread | None = None

  def read(self) -> Any | None:
    """Waits half a second at most for a batch.

    Returns:
      The batch, leaves `[B, ...]`, or None if there was none in time.

    Raises:
      tf.errors.OpError: reading failed; there will be no more batches.
    """
    if self._thread is None:
      self._thread = threading.Thread(target=self._run, daemon=True)
      self._thread.start()
    try:
      batch = self._batches.get(timeout=_POLL_MS / 1000)
    except queue.Empty:
      return None
    if isinstance(batch, Exception):
      raise batch
    return batch

  def close(self) -> None:
    """Lets the thread end when it has the next batch; does not wait for it."""
    self._closed.set()

  def _run(self) -> None:
    try:
      for batch in self._complete_batches():
        self._put(batch)
        if self._closed.is_set():
          return
    except Exception as error:
      self._put(error)

  def _put(self, item: Any) -> None:
    while not self._closed.is_set():
      try:
        self._batches.put(item, timeout=_POLL_MS / 1000)
        return
      except queue.Full:
        continue

  def _complete_batches(self) -> Iterator[Any]:
    """Batches of full size, for ever, from one dataset after another."""
    rest = None
    while not self._closed.is_set():
      for batch in self._dataset:
        if rest is not None:
          batch = tf.nest.map_structure(
            lambda a, b: tf.concat([a, b], axis=0), rest, batch
          )
        rest, size = None, tf.nest.flatten(batch)[0].shape[0]
        if size > self._batch_size:
          rest = tf.nest.map_structure(lambda x: x[self._batch_size :], batch)
          batch = tf.nest.map_structure(lambda x: x[: self._batch_size], batch)
        if size < self._batch_size:
          rest = batch
        else:
          yield batch
