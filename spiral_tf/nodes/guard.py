"""Makes a learner's updates, and stops it before numbers do harm."""

from collections.abc import Callable
from collections.abc import Mapping
import math
from typing import Any

import tensorflow as tf

from spiral_tf import exit_codes
from spiral_tf import node_kinds
from spiral_tf.workdir import checkpoints

_CURES = {
  node_kinds.POLICY_LEARNER: (
    'lower --config.policy_learner.learning_rate; if what it is paid, the '
    '"return", is not finite or huge, the discriminator has run away, so lower '
    '--config.discriminator_learner.learning_rate'
  ),
  node_kinds.DISCRIMINATOR_LEARNER: (
    'lower --config.discriminator_learner.learning_rate or raise '
    '--config.discriminator_learner.gradient_penalty'
  ),
}


class NonFiniteError(RuntimeError):
  """A loss, its gradient or weights were infinite or not a number.

  Attributes:
    exit_code: of the node that raises it.
  """

  exit_code = exit_codes.NOT_FINITE


class Guard:
  """Makes a learner's updates, and checkpoints of weights that proved sound.

  An update can be finite and yet throw the weights so far that the next one is
  not. So what is to be saved is tried on the last data first.
  """

  def __init__(
    self,
    step: Callable[..., dict[str, tf.Tensor]],
    checkpointer: checkpoints.Checkpointer,
    updates: tf.Variable,
  ):
    """Creates a guard.

    Args:
      step: makes an update, if its argument `apply`, bool `[]`, is true, and
        returns metrics, with those of `optimization.apply_if_finite`.
      checkpointer: of all that an update changes.
      updates: int64 `[]`, made so far.
    """
    self._step = step
    self._checkpointer = checkpointer
    self._updates = updates
    self._data: dict[str, Any] | None = None

  def update(self, **data) -> dict[str, tf.Tensor]:
    """Makes an update.

    Args:
      **data: arguments of the step.

    Returns:
      Its metrics, float32 `[]` each.

    Raises:
      NonFiniteError: it was not finite; says what to do.
    """
    self._data = data
    return self._try(apply=True)

  def save(self) -> str:
    """Writes a checkpoint and returns its path.

    Raises:
      NonFiniteError: the next update would not be finite; nothing was written.
    """
    if self._data is not None:
      self._try(apply=False)
    return self._checkpointer.save()

  def save_if_due(self) -> bool:
    """Writes a checkpoint if it is time to; says whether it did.

    Raises:
      NonFiniteError: see `save`.
    """
    due = self._checkpointer.is_due()
    if due:
      self.save()
    return due

  def save_other(self) -> str:
    """Writes a checkpoint of what took the place of the learner's own.

    Returns:
      Its path.
    """
    self._data = None
    return self._checkpointer.save()

  def _try(self, apply: bool) -> dict[str, tf.Tensor]:
    values = self._step(**self._data, apply=tf.constant(apply))
    if values.pop('finite'):
      return values
    numbers = {name: float(value) for name, value in values.items()}
    keeper = self._checkpointer
    text = explanation(
      numbers, keeper.node, int(self._updates), keeper.last_path()
    )
    raise NonFiniteError(text)


def explanation(
  values: Mapping[str, float],
  node: str,
  updates: int,
  kept: str | None,
) -> str:
  """Says, in one line, why a learner stopped and how to go on.

  Args:
    values: metrics of its last update.
    node: name of the learner.
    updates: updates before that one.
    kept: path of its last checkpoint, None if there is none.

  Returns:
    Sentences.
  """
  bad = ', '.join(
    f'{name}={value}'
    for name, value in values.items()
    if not math.isfinite(value)
  )
  if kept is None:
    rest = 'There is no checkpoint of it yet: the same command starts anew.'
  else:
    rest = f'The same command goes on from its last checkpoint, {kept}.'
  return (
    f'The {node} stopped, without saving, at update {updates + 1:,}, which was '
    f'not finite: {bad}. {rest} So that it does not happen again, '
    f'{_CURES[node]}.'
  )
