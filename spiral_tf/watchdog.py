"""Notices that training goes wrong: says so, or stops it before harm is done.

What can still recover is a warning on the progress line. Numbers that are not
finite cannot: they would spread to every weight of every node.
"""

import math
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import exit_codes

# Share of blank canvases, over the updates of one line of progress, to warn of.
_BLANK = 0.8
# Entropy to warn of, as a share of what choosing uniformly would have. Policies
# that learned well had more than 0.4 of it in their first 1,000 updates, except
# for moments, and more than 0.25 until they were annealed.
_COLLAPSED_EARLY = 0.35
_EARLY_UPDATES = 1000
_COLLAPSED = 0.1
_CURES = {
  checkpoint.POLICY_LEARNER: (
    'lower --config.policy_learner.learning_rate; if what it is paid, the '
    '"return", is not finite or huge, the discriminator has run away, so lower '
    '--config.discriminator_learner.learning_rate'
  ),
  checkpoint.DISCRIMINATOR_LEARNER: (
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


def warnings(policy: Mapping[str, float]) -> List[str]:
  """Says what is wrong with a run that still goes on, and what may cure it.

  Args:
    policy: the policy learner's last metrics: `blank`, `entropy`,
      `entropy_max`, `anneal` and `updates`; all but the last may be missing.

  Returns:
    A text for each thing that is wrong, none if all is well.
  """
  texts = []
  blank = policy.get('blank', 0.0)
  if blank >= _BLANK:
    texts.append(
      f'WARNING: {blank:.0%} of the canvases are blank: raise '
      'reward.blank_penalty or policy_learner.entropy_cost; agents paid by l2 '
      'alone end so, see docs/learning.md'
    )
  if 'entropy_max' in policy:
    early = policy['updates'] < _EARLY_UPDATES
    # Annealing is meant to leave no entropy in the end.
    share = policy['anneal'] * (_COLLAPSED_EARLY if early else _COLLAPSED)
    if policy['entropy'] < share * policy['entropy_max']:
      texts.append(
        f'WARNING: entropy fell to {policy["entropy"]:.1f} of '
        f'{policy["entropy_max"]:.1f} nats: raise policy_learner.entropy_cost '
        'or lower policy_learner.learning_rate'
      )
  return texts


def apply_if_finite(
  optimizer: Any,
  gradients: Sequence[tf.Tensor],
  variables: Sequence[tf.Variable],
  loss: tf.Tensor,
  gradient_norm: tf.Tensor,
  apply: Union[bool, tf.Tensor],
) -> Dict[str, tf.Tensor]:
  """Makes an update, or leaves weights and optimizer alone if it would spoil.

  Args:
    optimizer: one of Sonnet's.
    gradients: one for each variable.
    variables: what to update.
    loss: float32 `[]`.
    gradient_norm: float32 `[]`, global norm of the gradients before they are
      clipped.
    apply: bool `[]`; False to see the numbers only.

  Returns:
    `loss`, `gradient_norm` and `weight_norm`, the global norm of the variables
    after the update, float32 `[]`, and `finite`, bool `[]`: whether those three
    are. The norm of weights is infinite long before they are.
  """
  finite = tf.math.is_finite(loss) & tf.math.is_finite(gradient_norm)

  def update():
    optimizer.apply(gradients, variables)
    return tf.no_op()

  tf.cond(finite & apply, update, tf.no_op)
  weight_norm = tf.linalg.global_norm(variables)
  return {
    'loss': loss,
    'gradient_norm': gradient_norm,
    'weight_norm': weight_norm,
    'finite': finite & tf.math.is_finite(weight_norm),
  }


class Guard(checkpoint.Checkpointer):
  """Makes a learner's updates, and checkpoints of weights that proved sound.

  An update can be finite and yet throw the weights so far that the next one is
  not. So what is to be saved is tried on the last data first.
  """

  def __init__(
    self,
    workdir: str,
    node: str,
    save_every: float,
    trackables: Mapping[str, Any],
    step: Callable[..., Dict[str, tf.Tensor]],
  ):
    """Creates a guard, and restores the last checkpoint, if there is one.

    Args:
      workdir: see `checkpoint.Checkpointer`, as for the next three.
      node: name of the learner.
      save_every: seconds between checkpoints.
      trackables: what to save; `updates` counts the updates.
      step: makes an update, if its argument `apply`, bool `[]`, is true, and
        returns metrics, with those of `apply_if_finite`.
    """
    super().__init__(workdir, node, save_every, trackables)
    self._workdir = workdir
    self._node = node
    self._updates = trackables['updates']
    self._step = step
    self._data: Optional[Dict[str, Any]] = None

  def update(self, **data) -> Dict[str, tf.Tensor]:
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
    return super().save()

  def save_other(self) -> str:
    """Writes a checkpoint of what took the place of the learner's own.

    Returns:
      Its path.
    """
    self._data = None
    return super().save()

  def _try(self, apply: bool) -> Dict[str, tf.Tensor]:
    values = self._step(**self._data, apply=tf.constant(apply))
    if values.pop('finite'):
      return values
    numbers = {name: float(value) for name, value in values.items()}
    try:
      kept = checkpoint.restore(self._workdir, self._node, {})
    except FileNotFoundError:
      kept = None
    updates = int(self._updates)
    raise NonFiniteError(explanation(numbers, self._node, updates, kept))


def explanation(
  values: Mapping[str, float],
  node: str,
  updates: int,
  kept: Optional[str],
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
