"""One run of a study, from wherever it was to its end.

Its folder has `config.json`; `curve.jsonl`, a line each time that it was
measured; `samples.png`, what it drew then; while it is not over, `checkpoints/`
to go on from; and then `agent/`, the folder of a run that `launch.evaluate` and
`launch.export` take.
"""

from collections.abc import Callable
import dataclasses
import json
import math
import os
import shutil
from typing import Any

from spiral_tf import builders
from spiral_tf import files
from spiral_tf import node_kinds
from spiral_tf import pictures
from spiral_tf.config import experiment
from spiral_tf.studies import alone
from spiral_tf.studies import curve
from spiral_tf.studies import measure
from spiral_tf.studies import store
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from spiral_tf.workdir import json_lines

_NODE = 'alone'
_AGENT = 'agent'
_SAVE_SECONDS = 120.0
# Metrics of the last update that a line of the curve has, too.
_METRICS = ('entropy', 'return', 'score', 'blank')


def go_on(
  folder: str,
  held_out_seed: int,
  evaluate_every: int,
  number: int,
  tell: Callable[[dict[str, Any]], None] = lambda row: None,
  stopping: Callable[[], bool] = lambda: False,
) -> bool:
  """Goes on with a run until its end.

  Args:
    folder: of the run, with its `config.json`.
    held_out_seed: which images are held out, and the noise of environments
      while it is measured: the same for all runs of a study.
    evaluate_every: frames between measurements.
    number: of images that it is measured by.
    tell: called after each update with `frames` and `seconds`, and with each
      line of the curve.
    stopping: asked after each update whether to save and end.

  Returns:
    Whether the run is over.
  """
  config = config_file.load(folder)
  judged = dataclasses.replace(config, seed=held_out_seed)
  dataset = builders.load_dataset(judged)
  training = alone.Training(config, dataset)
  checkpointer = checkpoints.Checkpointer(
    folder, _NODE, _SAVE_SECONDS, training.trackables
  )
  path = os.path.join(folder, curve.NAME)
  rows = _forget_after(path, training.frames)
  if rows and curve.is_over(rows[-1]):
    _forget_checkpoints(folder)
    return True
  measured = measure.Measure(judged, dataset, training.policy, number)

  def add(row: dict[str, Any]) -> None:
    checkpointer.claim.check()
    json_lines.append(path, row)
    tell(row)

  def evaluate(metrics: dict[str, float]) -> None:
    found = measured()
    checkpointer.claim.check()
    pictures.write_png(os.path.join(folder, 'samples.png'), found.picture)
    if training.done:
      _keep_agent(os.path.join(folder, _AGENT), judged, training)
    add({**_row(training, metrics, training.done), **found.numbers})
    if not training.done:
      # After the line: a kill between them loses neither.
      checkpointer.save()

  if not rows:
    evaluate({})
  next_point = _next(training.frames, evaluate_every)
  try:
    while not training.done:
      if stopping():
        checkpointer.save()
        return False
      progress = training.update()
      tell({'frames': progress.frames, 'seconds': progress.seconds})
      if training.done or progress.frames >= next_point:
        evaluate(progress.metrics)
        next_point = _next(progress.frames, evaluate_every)
      elif checkpointer.is_due():
        checkpointer.save()
  except alone.DivergedError as error:
    add({**_row(training, {}, False), 'diverged': str(error)})
  _forget_checkpoints(folder)
  return True


def _next(frames: int, every: int) -> int:
  """The first multiple above where it is."""
  return (frames // every + 1) * every


def _row(
  training: alone.Training, metrics: dict[str, float], done: bool
) -> dict[str, Any]:
  shown = {k: metrics[k] for k in _METRICS if k in metrics}
  return {
    'frames': training.frames,
    'updates': int(training.updates),
    'seconds': float(training.seconds),
    'done': done,
    **{name: value for name, value in shown.items() if math.isfinite(value)},
  }


def of_agent(workdir: str) -> experiment.Config | None:
  """The experiment that made an agent, if a study did.

  Args:
    workdir: a folder that `launch.evaluate` takes.

  Returns:
    That of the run, whose seed is not that of the study; None if `workdir` is
    not in a study.

  Raises:
    ValueError: its configuration is damaged.
    OSError: it cannot be read.
  """
  folder, name = os.path.split(os.path.abspath(workdir))
  study = os.path.join(folder, *[os.pardir] * 3)
  if name != _AGENT or not store.exists(study):
    return None
  return config_file.load(folder)


def _forget_after(path: str, frames: int) -> list[dict[str, Any]]:
  """Lines of the curve up to where the checkpoint is; others are removed."""
  rows = json_lines.read_sound(path)
  # A run that is over needs no checkpoint any more.
  if rows and curve.is_over(rows[-1]):
    return rows
  sound = [row for row in rows if row['frames'] <= frames]
  if len(sound) < len(rows):
    lines = ''.join(json.dumps(row) + '\n' for row in sound)
    files.replace(path, lines.encode())
  return sound


def _keep_agent(
  folder: str, config: experiment.Config, training: alone.Training
) -> None:
  """Writes what was learned as `launch.train` would leave it."""
  config_file.save(folder, config)
  for node, trackables in (
    (node_kinds.POLICY_LEARNER, training.learners['policy']),
    (node_kinds.DISCRIMINATOR_LEARNER, training.learners['discriminator']),
  ):
    shutil.rmtree(checkpoints.folder(folder, node), ignore_errors=True)
    checkpoints.Checkpointer(folder, node, math.inf, trackables).save()


def _forget_checkpoints(folder: str) -> None:
  """Removes what only a run that goes on needs."""
  own = checkpoints.folder(folder, _NODE)
  shutil.rmtree(os.path.dirname(own), ignore_errors=True)
