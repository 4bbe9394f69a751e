"""Numbers and pictures of a run: TensorBoard, JSON lines, a progress line."""

import abc
import json
import os
import threading
import time
from typing import Any, Dict, Mapping, Optional

import numpy as np
import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import watchdog

# Name of the evaluator, which has no checkpoints, among the nodes' metrics.
EVALUATOR = 'evaluator'


class MetricsWriter:
  """Writes one node's metrics, for TensorBoard and as JSON lines."""

  def __init__(self, workdir: str, node: str):
    """Creates files below `workdir`, adding to those that are there.

    Args:
      workdir: folder of the run.
      node: name of the node; one writer a name.
    """
    self._summary = tf.summary.create_file_writer(
      os.path.join(workdir, 'tensorboard', node)
    )
    self._lines = open(metrics_path(workdir, node), 'a', buffering=1)  # noqa: SIM115
    self._node = node

  def scalars(self, step: int, values: Mapping[str, float]) -> None:
    """Writes numbers, at `step` environment frames."""
    values = {name: float(value) for name, value in values.items()}
    with self._summary.as_default(step=step):
      for name, value in values.items():
        tf.summary.scalar(f'{self._node}/{name}', value)
    line = {'time': time.time(), 'frames': int(step), **values}
    self._lines.write(json.dumps(line) + '\n')

  def image(self, step: int, name: str, image: np.ndarray) -> None:
    """Writes a picture, uint8 `[H, W, C]`, at `step` environment frames."""
    with self._summary.as_default(step=step):
      tf.summary.image(f'{self._node}/{name}', image[None])

  def flush(self) -> None:
    """Makes everything written so far visible to readers."""
    self._summary.flush()


def metrics_path(workdir: str, node: str) -> str:
  """Path of the JSON lines of `node`; creates its folder."""
  folder = os.path.join(workdir, 'metrics')
  os.makedirs(folder, exist_ok=True)
  return os.path.join(folder, node + '.jsonl')


def last_line(path: str) -> Optional[Dict[str, Any]]:
  """The last complete record of a file of JSON lines, None if there is none."""
  try:
    with open(path, 'rb') as file:
      file.seek(0, os.SEEK_END)
      file.seek(max(0, file.tell() - 4096))
      lines = file.read().splitlines(keepends=True)
  except FileNotFoundError:
    return None
  for line in reversed(lines):
    if line.endswith(b'\n'):
      try:
        return json.loads(line)
      except ValueError:
        return None
  return None


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
  return '. '.join([', '.join(parts), *watchdog.warnings(policy)])


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
  def _news(self) -> Optional[str]:
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
    self._policy_path = metrics_path(workdir, checkpoint.POLICY_LEARNER)
    self._discriminator_path = metrics_path(
      workdir, checkpoint.DISCRIMINATOR_LEARNER
    )
    self._seen = time.time()
    super().__init__(
      'Starting; the first numbers take about half a minute.', seconds
    )

  def _news(self) -> Optional[str]:
    policy = last_line(self._policy_path)
    if policy is None or policy['time'] <= self._seen:
      return None
    self._seen = policy['time']
    return progress_line(policy, last_line(self._discriminator_path) or {})
