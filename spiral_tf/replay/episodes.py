"""What replay holds, and what nodes ask of it, wherever it is.

An episode has a fixed length, so one item is one whole episode; there is
nothing to pad and no state to store. The same write files the episode in
`trajectories`, a queue whose items are read once, and its final canvas in
`renders`, a buffer that is sampled uniformly (paper section 3.4, appendix C).
"""

from collections.abc import Callable
from typing import Any, Protocol

import tensorflow as tf
import tree

from spiral_tf import types

TRAJECTORIES = 'trajectories'
RENDERS = 'renders'


class Writer(Protocol):
  """Writes episodes to both tables."""

  def write(
    self, episodes: types.Episode, stopping: Callable[[], bool]
  ) -> bool:
    """Writes a batch of episodes, and waits while there is no room.

    Args:
      episodes: NumPy arrays, time-major, as `rollout.play` returns them.
      stopping: asked now and then whether to give up waiting.

    Returns:
      Whether all were written; False when `stopping` said so before.
    """


class Reader(Protocol):
  """Reads batches from one table, and never waits for long."""

  def read(self) -> Any | None:
    """A batch of tensors, leaves `[B, ...]`; None if there is none in time."""

  def close(self) -> None:
    """Reads no more."""


class Replay(Protocol):
  """Both tables."""

  def writer(self) -> Writer:
    """Makes a writer."""

  def reader(self, table: str, signature: Any, batch_size: int) -> Reader:
    """Makes a reader.

    Args:
      table: TRAJECTORIES or RENDERS.
      signature: nest of `tf.TensorSpec`s of one item.
      batch_size: items a batch, B.
    """

  def checkpoint(self) -> str:
    """Writes what is to be kept to a folder, and returns its path."""

  def reset(self, table: str) -> None:
    """Empties a table."""


def episode_signature(
  observation_spec: Any, action_spec: types.ActionSpec, episode_length: int
) -> types.Episode:
  """Says what one item of `trajectories` is.

  Args:
    observation_spec: the environment's.
    action_spec: the environment's.
    episode_length: T.

  Returns:
    A `types.Episode` of `tf.TensorSpec`s.
  """

  def over_time(spec, length):
    return tf.TensorSpec([length, *spec.shape], spec.dtype)

  stepwise = {
    name: spec
    for name, spec in observation_spec.items()
    if name not in types.CONTEXT
  }
  return types.Episode(
    observation=tree.map_structure(
      lambda spec: over_time(spec, episode_length + 1), stepwise
    ),
    action={
      name: over_time(spec, episode_length)
      for name, spec in action_spec.items()
    },
    log_prob=tf.TensorSpec([episode_length], tf.float32),
    context=_context_signature(observation_spec),
  )


def render_signature(observation_spec: Any) -> dict[str, tf.TensorSpec]:
  """Says what one item of `renders` is.

  Args:
    observation_spec: the environment's.

  Returns:
    The specs of a `canvas` when its episode ends, and of its context.
  """
  canvas = observation_spec['canvas']
  return {
    'canvas': tf.TensorSpec(canvas.shape, canvas.dtype),
    **_context_signature(observation_spec),
  }


def _context_signature(observation_spec: Any) -> dict[str, tf.TensorSpec]:
  return {
    name: tf.TensorSpec(
      observation_spec[name].shape, observation_spec[name].dtype
    )
    for name in types.CONTEXT
    if name in observation_spec
  }
