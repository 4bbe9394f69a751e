"""Lines that say how far training is, how it goes, and what is wrong.

What can still recover is a warning here; what cannot ends the run, see
`nodes.guard`.
"""

import abc
from collections.abc import Mapping
import threading
import time

from spiral_tf import node_kinds
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

# From which share of blank canvases on, over the updates of one line of
# progress, to warn.
_BLANK = 0.8
# Below which entropy to warn, as a share of what choosing uniformly would have.
# Policies that learned well had more than 0.4 of it in their first 1,000
# updates, except for moments, and more than 0.25 until they were annealed.
_COLLAPSED_EARLY = 0.35
_EARLY_UPDATES = 1000
_COLLAPSED = 0.1


def warnings(policy: Mapping[str, float]) -> list[str]:
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


def progress_line(
  policy: Mapping[str, float], discriminator: Mapping[str, float]
) -> str:
  """One line that says how far training is, how it goes and what is wrong."""
  parts = [
    f'{policy["frames"]:,.0f} frames',
    f'{policy["episodes_per_second"]:.0f} episodes/s',
    f'{policy["updates"]:,.0f} updates',
  ]
  if 'score' in policy:  # Missing when a run ends before its first update.
    parts.append(f'score {policy["score"]:+.2f}')
    parts.append(f'entropy {policy["entropy"]:.2f} nats')
  if discriminator:
    parts.append(f'D gap {discriminator["gap"]:.2f}')
  left = int(policy.get('seconds_left', -1))
  if left >= 0:
    parts.append(f'{left // 60}:{left % 60:02} left')
  return '. '.join([', '.join(parts), *warnings(policy)])


class Progress(abc.ABC):
  """Prints a line, with the time since the start, whenever there is news."""

  def __init__(self, announcement: str, seconds: float):
    """Starts a thread that looks every `seconds`.

    Args:
      announcement: line to begin with.
      seconds: between looks.
    """
    self._announcement = announcement
    self._seconds = seconds
    self._started = time.time()
    self._stop = threading.Event()
    self._thread = threading.Thread(target=self._run, daemon=True)
    self._thread.start()

  def stop(self) -> None:
    """Stops printing."""
    self._stop.set()
    self._thread.join()

  @abc.abstractmethod
  def _news(self) -> str | None:
    """A line about what is new since the last call, None if nothing is."""

  def _run(self) -> None:
    print(self._announcement, flush=True)
    while not self._stop.wait(self._seconds):
      line = self._news()
      if line:
        elapsed = int(time.time() - self._started)
        print(f'[{elapsed // 60:3d}:{elapsed % 60:02d}] {line}', flush=True)


class RunProgress(Progress):
  """Prints a line whenever the learners of a run have written new metrics."""

  def __init__(self, workdir: str, seconds: float):
    """Starts a thread that looks every `seconds`."""
    self._policy_path = metrics.metrics_path(workdir, node_kinds.POLICY_LEARNER)
    self._discriminator_path = metrics.metrics_path(
      workdir, node_kinds.DISCRIMINATOR_LEARNER
    )
    self._seen = time.time()
    super().__init__(
      'Starting; the first numbers take about half a minute.', seconds
    )

  def _news(self) -> str | None:
    policy = json_lines.last_line(self._policy_path)
    if policy is None or policy['time'] <= self._seen:
      return None
    self._seen = policy['time']
    return progress_line(
      policy, json_lines.last_line(self._discriminator_path) or {}
    )
