"""Replay in the memory of one process, for nodes that take turns.

The same as on a Reverb server: each episode is read once, renders are sampled
uniformly from the newest, and as often as the config says. But nothing ever
waits: who takes turns reads when there is enough, and writes when readers have
had their turn.
"""

import collections
from collections.abc import Callable
import operator
import os
import threading
from typing import Any
import uuid

import numpy as np
import tensorflow as tf
import tree

from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.replay import episodes as episodes_lib
from spiral_tf.replay import renders as renders_lib
from spiral_tf.replay import snapshots

_FILE = 'renders.npz'


class Replay:
  """Both tables, see `episodes.Replay`; also their writer."""

  def __init__(
    self,
    config: experiment.Config,
    workdir: str,
    render: dict[str, tf.TensorSpec],
  ):
    """Creates tables, with the renders of the last checkpoint if there is one.

    Those that a Reverb server has written are not read; a line says so.

    Args:
      config: sizes and rates.
      workdir: folder of the run; checkpoints lie in its `checkpoints/replay`.
      render: signature, see `episodes.render_signature`.
    """
    learner = config.discriminator_learner
    self._lock = threading.Lock()
    # Each an episode batch, and how many of its episodes were taken.
    self._batches: collections.deque[list[Any]] = collections.deque()
    self._names = list(render)
    self._make_renders = lambda: renders_lib.Renders(
      learner.replay_batches * learner.batch_size,
      render['canvas'].shape,
      len(render),
    )
    self._renders = self._make_renders()
    self._samples_per_insert = (
      learner.updates_per_policy_update * learner.batch_size
    ) / config.policy_learner.batch_size
    self._min_size = learner.batch_size
    # Samples that are due, less those that were taken.
    self._due = 0.0
    self._rng = np.random.default_rng()
    self._folder = snapshots.folder(config, workdir)
    self._own = snapshots.prepare(self._folder)
    self._restore()

  def writer(self) -> 'Replay':
    """Returns itself."""
    return self

  def write(
    self, episodes: types.Episode, stopping: Callable[[], bool] = lambda: False
  ) -> bool:
    """Writes a batch of episodes; never waits.

    Args:
      episodes: NumPy arrays, time-major, as `rollout.play` returns them.
      stopping: not asked.

    Returns:
      True.
    """
    by_step, context = episodes._replace(context={}), episodes.context
    number = episodes.log_prob.shape[1]
    images = {'canvas': episodes.observation['canvas'][-1], **context}
    with self._lock:
      self._renders.add(*(images[name] for name in self._names))
      self._due += number * self._samples_per_insert
      batch = tree.map_structure(lambda x: np.swapaxes(x, 0, 1), by_step)
      self._batches.append([batch._replace(context=context), 0])
    return True

  def reader(
    self, table: str, signature: Any, batch_size: int
  ) -> 'EpisodeReader | RenderReader':
    """Makes a reader of a table, whose `read` does not wait."""
    del signature
    made = {
      episodes_lib.TRAJECTORIES: EpisodeReader,
      episodes_lib.RENDERS: RenderReader,
    }
    return made[table](self, batch_size)

  def take(self, number: int) -> types.Episode | None:
    """Takes so many of the oldest episodes, or None if there are fewer."""
    parts = []
    with self._lock:
      left = sum(len(batch.log_prob) - taken for batch, taken in self._batches)
      if left < number:
        return None
      while number:
        batch, first = self._batches[0]
        last = min(first + number, len(batch.log_prob))
        part = operator.itemgetter(slice(first, last))
        parts.append(tree.map_structure(part, batch))
        number -= last - first
        self._batches[0][1] = last
        if last == len(batch.log_prob):
          self._batches.popleft()
    return tree.map_structure(lambda *x: np.concatenate(x), *parts)

  def sample(self, number: int) -> dict[str, tf.Tensor] | None:
    """Samples so many renders, by name; None if they are not due yet."""
    with self._lock:
      if len(self._renders) < self._min_size or self._due < number:
        return None
      self._due -= number
      images = self._renders.sample(self._rng, number)
    return dict(zip(self._names, images, strict=True))

  def checkpoint(self) -> str:
    """Writes the renders to a folder, and returns its path."""
    with self._lock:
      images = dict(zip(self._names, self._renders.images(), strict=True))
      due = self._due
    path = os.path.join(self._own, uuid.uuid4().hex)
    os.makedirs(path)
    np.savez(os.path.join(path, _FILE), due=due, **images)
    return path

  def reset(self, table: str) -> None:
    """Empties a table."""
    with self._lock:
      if table == episodes_lib.TRAJECTORIES:
        self._batches.clear()
      else:
        self._renders, self._due = self._make_renders(), 0.0

  def _restore(self) -> None:
    path, damaged = snapshots.newest(self._folder)
    for line in damaged:
      print(line, flush=True)
    if path is None:
      return
    file = os.path.join(path, _FILE)
    if not os.path.exists(file):
      print(
        f"Replay's checkpoint {path} is of a Reverb server, whose files are "
        'read by Reverb only. Replay starts empty.',
        flush=True,
      )
      return
    with np.load(file, allow_pickle=False) as saved:
      self._renders.add(*(saved[name] for name in self._names))
      self._due = float(saved['due'])


class EpisodeReader:
  """Reads each episode once, the oldest first."""

  def __init__(self, replay: Replay, batch_size: int):
    """Creates a reader of batches of so many episodes."""
    self._replay, self._batch_size = replay, batch_size

  def read(self) -> dict[str, Any] | None:
    """A batch, the fields of a `types.Episode`, or None if there is none."""
    episodes = self._replay.take(self._batch_size)
    if episodes is None:
      return None
    return tree.map_structure(tf.constant, episodes)._asdict()

  def close(self) -> None:
    """Does nothing."""


class RenderReader:
  """Samples renders, as often as they are due."""

  def __init__(self, replay: Replay, batch_size: int):
    """Creates a reader of batches of so many renders."""
    self._replay, self._batch_size = replay, batch_size

  def read(self) -> dict[str, tf.Tensor] | None:
    """A batch of renders by name, or None if none is due."""
    return self._replay.sample(self._batch_size)

  def close(self) -> None:
    """Does nothing."""
