"""What both learners have in common: updates, checkpoints, weights, copies."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from spiral_tf.learning import discriminator_update
from spiral_tf.learning import policy_update
from spiral_tf.nodes import guard
from spiral_tf.nodes import weights
from spiral_tf.nodes import worker
from spiral_tf.workdir import checkpoints

# What both updates offer: a step, and what it changes.
Update = policy_update.PolicyUpdate | discriminator_update.DiscriminatorUpdate


class Learner(worker.Worker, weights.Holder):
  """Trains a network and hands out its weights.

  A member of a population can also be told to go on with what another member
  has learned. It outlives numbers that are not finite, without training on,
  until it is.
  """

  def __init__(
    self,
    update: Update,
    workdir: str,
    name: str,
    save_every: float,
    member: bool,
    counters: Mapping[str, tf.Variable] | None = None,
  ):
    """Creates a learner, from its last checkpoint if there is one.

    Args:
      update: makes an update; with the network, its optimizer and the
        hyperparameters that a population may change.
      workdir: folder of the run.
      name: of the node, and of its checkpoints.
      save_every: seconds between checkpoints.
      member: whether this is part of a population.
      counters: what else to save, by name.
    """
    super().__init__()
    self._member = member
    self._module = update
    self._updates = tf.Variable(0, dtype=tf.int64, trainable=False)
    self._generation = tf.Variable(0, dtype=tf.int64, trainable=False)
    self._hyperparameters = update.hyperparameters
    optimizer = update.optimizer
    self._state = [
      *update.network.variables,
      optimizer.step,
      *optimizer.m,
      *optimizer.v,
    ]
    saved = {**update.trackables, **(counters or {}), 'updates': self._updates}
    if member:  # Else the config says what they are.
      saved.update(self._hyperparameters, generation=self._generation)
    checkpointer = checkpoints.Checkpointer(workdir, name, save_every, saved)
    self._claim = checkpointer.claim
    self._guard = guard.Guard(update.step, checkpointer, self._updates)
    self._server = weights.WeightsServer(update.served)
    self._diverged = ''

  def get_weights(self, have_version: int) -> weights.Reply:
    """Remote call: the weights, see `weights.WeightsServer.get`."""
    with self._lock:
      return self._server.get(self._offered(have_version), have_version)

  def held(self, have_version: int) -> weights.Held:
    """See `weights.Holder`."""
    with self._lock:
      return self._server.held(self._offered(have_version), have_version)

  def get_state(self) -> bytes:
    """Remote call: network and optimizer, for another member's `adopt`.

    Raises:
      RuntimeError: they are not finite.
    """
    with self._lock:
      if self._diverged or self._error is not None:
        raise RuntimeError('This learner has failed.')
      return weights.pack(self._state)

  def adopt(
    self, state: bytes, generation: int, hyperparameters: dict[str, float]
  ) -> int:
    """Remote call: goes on with another member's network and optimizer.

    When it returns, a checkpoint has been written. A call that comes twice, or
    late, changes nothing. Counters stay as they are.

    Args:
      state: of the other member, from `get_state`.
      generation: number of this copy, growing; a number that is not greater
        than this learner's means that it was made already.
      hyperparameters: new values by name.

    Returns:
      This learner's generation.
    """
    with self._lock:
      if generation > int(self._generation):
        weights.unpack(state, self._state)
        for name, value in hyperparameters.items():
          self._hyperparameters[name].assign(value)
        self._generation.assign(generation)
        self._diverged = ''
        self._guard.save_other()
      return int(self._generation)

  def status(self) -> dict[str, Any]:
    """Remote call: how far this learner is.

    Returns:
      `updates`, `generation`, the hyperparameters by name, and `diverged`, a
      text that is empty if all numbers are finite.
    """
    with self._lock:
      if self._error is not None:
        raise RuntimeError('This learner has failed.')
      return {
        'updates': int(self._updates),
        'generation': int(self._generation),
        'diverged': self._diverged,
        **{k: float(v) for k, v in self._hyperparameters.items()},
      }

  def _offered(self, have_version: int) -> int:
    """The version to offer whoever has that one."""
    if self._error is not None:
      raise RuntimeError('This learner has failed.')
    # Of numbers that are not finite: callers have nothing worse.
    return have_version if self._diverged else self._version()

  def _version(self) -> int:
    return weights.version(int(self._generation), int(self._updates))

  def _guarded_update(self, **data) -> dict[str, tf.Tensor]:
    """Makes an update; of a member that diverges, returns no metrics."""
    try:
      values = self._guard.update(**data)
    except guard.NonFiniteError as error:
      return self._diverge(error)
    self._updates.assign_add(1)
    return values

  def _save_if_due(self) -> bool:
    """Writes a checkpoint if it is time to; says whether it did."""
    try:
      return not self._diverged and self._guard.save_if_due()
    except guard.NonFiniteError as error:
      self._diverge(error)
      return False

  def _save(self) -> None:
    """Writes a checkpoint, unless it would hold what is not finite."""
    if not self._diverged:
      try:
        self._guard.save()
      except guard.NonFiniteError as error:
        self._diverge(error)

  def _diverge(self, error: guard.NonFiniteError) -> dict[str, tf.Tensor]:
    if not self._member:
      raise error
    self._diverged = str(error)
    print(f'{error} It waits to copy another member.', flush=True)
    return {}
