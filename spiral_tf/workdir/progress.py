"""Lines that say how far training is, how it goes, and what is wrong.

What can still recover is a warning here; what cannot ends the run, see
`nodes.guard`.
"""

import abc
from collections.abc import Mapping
import contextlib
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
# Characters of the bar.
_BAR = 20


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
  policy: Mapping[str, float], drawn: Mapping[str, float]
) -> str:
  """One line that says how far training is, how it goes and what is wrong.

  Args:
    policy: the policy learner's last metrics.
    drawn: the evaluator's, empty before there are any. What is told of them is
      the better the lower: of who reproduces pictures the error, as a share of
      an empty canvas's, of who does not the distance to real images.

  Returns:
    The line.
  """
  parts = []
  left = int(policy.get('seconds_left', -1))
  if left >= 0:
    passed = policy.get('seconds', 0.0)
    share = passed / max(passed + left, 1.0)
    marks = round(share * _BAR)
    bar = '#' * marks + '-' * (_BAR - marks)
    parts.append(f'[{bar}] {left // 60}:{left % 60:02} left')
  parts += [
    f'{policy["frames"]:,.0f} frames',
    f'{policy["episodes_per_second"]:.0f} episodes/s',
  ]
  if drawn.get('mse_empty'):
    share = drawn['mse'] / drawn['mse_empty']
    parts.append(f"error {share:.3f} of an empty canvas's")
  elif 'distance' in drawn:
    parts.append(f'distance to real images {drawn["distance"]:.3f}')
  if drawn:
    parts.append(f'see samples/{drawn["frames"]:010.0f}.png')
  return '. '.join([', '.join(parts), *warnings(policy)])


class Progress(abc.ABC):
  """Prints a line, with the time since the start, whenever there is news.

  Neither news that can't be read nor lines that can't be printed end it. What
  is new is for each kind to say without a look at the time: it is written on
  other machines, by other clocks.
  """

  def __init__(self, announcement: str, seconds: float):
    """Starts a thread that looks every `seconds`.

    Args:
      announcement: line to begin with.
      seconds: between looks.
    """
    self._announcement = announcement
    self._seconds = seconds
    self._started = time.monotonic()
    self._trouble = ''
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
    self._print(self._announcement)
    while not self._stop.wait(self._seconds):
      try:
        line, self._trouble = self._news(), ''
      except Exception as error:
        line, before = f'There is no news to be had: {error!r}', self._trouble
        self._trouble = line
        if line == before:  # Once is enough.
          continue
      if line:
        elapsed = int(time.monotonic() - self._started)
        self._print(f'[{elapsed // 60:3d}:{elapsed % 60:02d}] {line}')

  def _print(self, line: str) -> None:
    with contextlib.suppress(OSError, ValueError):
      print(line, flush=True)


class RunProgress(Progress):
  """Prints a line whenever the policy learner has written new metrics."""

  def __init__(self, workdir: str, seconds: float):
    """Starts a thread that looks every `seconds`."""
    self._policy_path = metrics.metrics_path(workdir, node_kinds.POLICY_LEARNER)
    self._drawn_path = metrics.metrics_path(workdir, node_kinds.EVALUATOR)
    # Of the last line; which of two is the later is not to be told by it.
    self._seen = (json_lines.last_line(self._policy_path) or {}).get('time')
    super().__init__(
      'Starting; the first numbers take about half a minute.', seconds
    )

  def _news(self) -> str | None:
    policy = json_lines.last_line(self._policy_path)
    if policy is None or policy['time'] == self._seen:
      return None
    self._seen = policy['time']
    return progress_line(policy, json_lines.last_line(self._drawn_path) or {})
