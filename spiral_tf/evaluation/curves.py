"""Learning curves: held-out error against frames and minutes, as runs log it.

The error is the mean squared error of a pixel, of which figure 8 of the paper
shows the course.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import math
from typing import (
  Any,
  NamedTuple,
)

import numpy as np

from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.workdir import config_file
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

# Evaluations at the end of a run whose mean is its result: one is noisy.
LAST = 3

# Places at which a band of several runs is computed.
_GRID_POINTS = 300
# Settings that must be the same for errors to mean the same.
OF_THE_ERROR = (
  'data.name',
  'data.validation_fraction',
  'environment.name',
  'environment.canvas_width',
  'environment.color',
  'environment.background',
)
# Settings that may differ between the seeds of one curve.
_OF_A_SEED = ('seed', 'data.path', 'data.cache', 'data.bad_images')


class Curve(NamedTuple):
  """The course of one run, in `N` evaluations.

  Attributes:
    workdir: folder of the run.
    config: the experiment.
    frames: environment steps of training, int64 `[N]`, increasing.
    minutes: of training, over all continuations, float64 `[N]`.
    mse: mean squared error of a pixel on held-out targets, float64 `[N]`.
    empty: the same of the empty canvas.
    mean_image: the same of the mean training image.
  """

  workdir: str
  config: experiment.Config
  frames: np.ndarray
  minutes: np.ndarray
  mse: np.ndarray
  empty: float
  mean_image: float

  @property
  def last(self) -> float:
    """Mean error of the last `LAST` evaluations, of fewer if there are."""
    return float(self.mse[-LAST:].mean())


class Band(NamedTuple):
  """Several runs as one, at `M` places.

  Attributes:
    x: the places, float64 `[M]`.
    mean: of the runs' values there, float64 `[M]`.
    low: the lowest of them, float64 `[M]`.
    high: the highest of them, float64 `[M]`.
  """

  x: np.ndarray
  mean: np.ndarray
  low: np.ndarray
  high: np.ndarray


def read(workdir: str) -> Curve:
  """Reads the course of a conditional run, finished or not.

  An evaluation after the policy learner's last line is left out: its minutes
  are not known yet.

  Args:
    workdir: folder of the run.

  Returns:
    Its curve, of two evaluations or more.

  Raises:
    FileNotFoundError: there is no run in `workdir`.
    ValueError: the run is unconditional, has fewer than two evaluations, or
      they lack the errors of the empty canvas and the mean image, or these
      changed.
  """
  config = config_file.load(workdir)
  if not config.conditional:
    raise ValueError(
      f'The run in {workdir!r} is unconditional: it has no targets, and so no '
      'errors. Name the folder of a run with config.conditional=True.'
    )
  policy = _records(metrics.metrics_path(workdir, node_kinds.POLICY_LEARNER))
  # Minutes begin with the first update.
  frames = [0, *(record['frames'] for record in policy)]
  seconds = [0.0, *(record['seconds'] for record in policy)]
  path = metrics.metrics_path(workdir, node_kinds.EVALUATOR)
  records = [x for x in _records(path) if x['frames'] <= frames[-1]]
  if len(records) < 2:
    raise ValueError(
      f'{path} has too few evaluations for a curve: {len(records)}, but 2 are '
      f'needed. The run makes one in {config.training.sample_seconds:g} '
      '(config.training.sample_seconds) seconds: wait, or go on with it: '
      f'python -m launch.train --workdir={workdir}'
    )
  try:
    baselines = {(x['mse_empty'], x['mse_mean_image']) for x in records}
    mse = np.array([record['mse'] for record in records], np.float64)
  except KeyError as error:
    raise ValueError(
      f'{path} has evaluations without {error}, of an earlier version of this '
      'program. Train again, with another --workdir.'
    ) from None
  if len(baselines) > 1:
    raise ValueError(
      f'The held-out targets of {workdir!r} changed during the run: the empty '
      "canvas's and the mean image's errors on them are "
      f'{" and ".join(map(str, sorted(baselines)))} in {path}. Train again, '
      'with another --workdir, and leave the data set as it is.'
    )
  ((empty, mean_image),) = baselines
  at = np.array([record['frames'] for record in records], np.int64)
  return Curve(
    workdir,
    config,
    frames=at,
    minutes=np.interp(at, frames, seconds) / 60,
    mse=mse,
    empty=empty,
    mean_image=mean_image,
  )


def _records(path: str) -> list[dict[str, Any]]:
  """Records of a file of JSON lines, with frames that increase.

  A run that is killed goes on from its last checkpoint, so records from there
  to where it was killed are followed by others of the same frames, which count.
  """
  records = []
  for record in json_lines.read_sound(path):
    while records and records[-1]['frames'] >= record['frames']:
      records.pop()
    records.append(record)
  return records


def check_comparable(curves: Mapping[str, Sequence[Curve]]) -> None:
  """Checks that curves can be drawn in one figure.

  The seed of a run is also that of its split of the data, so the held-out
  targets, and the empty canvas's error, may differ from seed to seed.

  Args:
    curves: the runs of each label, which are seeds of one experiment.

  Raises:
    ValueError: two runs have errors that do not mean the same, or two runs of
      one label are different experiments.
  """
  runs = [run for seeds in curves.values() for run in seeds]
  of_seed = {}
  for run in runs:
    for name, *values in _differences(runs[0], run):
      if name in OF_THE_ERROR:
        _fail(runs[0], run, f'config.{name}', values, 'share a figure')
    first = of_seed.setdefault(run.config.seed, run)
    if not math.isclose(first.empty, run.empty, rel_tol=1e-6):
      # One seed makes one split: the images are not the same.
      values = first.empty, run.empty
      _fail(first, run, "the empty canvas's error", values, 'share a figure')
  for seeds in curves.values():
    for run in seeds:
      for name, *values in _differences(seeds[0], run):
        if name not in _OF_A_SEED and not name.startswith('training.'):
          _fail(seeds[0], run, f'config.{name}', values, 'be seeds of a curve')


def _differences(run: Curve, other: Curve) -> Iterator[tuple[str, Any, Any]]:
  """Yields name and both values of each setting that is not the same."""
  ours, theirs = experiment.flat(run.config), experiment.flat(other.config)
  for name, value in ours.items():
    if value != theirs[name]:
      yield name, value, theirs[name]


def _fail(
  run: Curve, other: Curve, what: str, values: Sequence[Any], aim: str
) -> None:
  raise ValueError(
    f'{run.workdir!r} and {other.workdir!r} cannot {aim}: {what} is '
    f'{values[0]!r} in the one and {values[1]!r} in the other. Name runs that '
    'agree in it.'
  )


def band(xs: Sequence[np.ndarray], ys: Sequence[np.ndarray]) -> Band:
  """Puts runs together: their mean, and the range from lowest to highest.

  Args:
    xs: of each run, where it was evaluated: `[N]`, never falling.
    ys: of each run, what was found there: `[N]`.

  Returns:
    A single run as it is; of several, interpolations on a common grid over the
    span that all of them cover.

  Raises:
    ValueError: there is no such span.
  """
  if len(xs) == 1:
    x, y = (np.asarray(values[0], np.float64) for values in (xs, ys))
    return Band(x, y, y, y)
  low, high = max(x[0] for x in xs), min(x[-1] for x in xs)
  if low >= high:
    raise ValueError(
      f'The runs have no span in common: one begins at {low:g}, another ends '
      f'at {high:g}. Draw them as curves of their own.'
    )
  grid = np.linspace(low, high, _GRID_POINTS)
  all_y = np.stack([np.interp(grid, x, y) for x, y in zip(xs, ys)])
  return Band(grid, all_y.mean(axis=0), all_y.min(axis=0), all_y.max(axis=0))


def baselines(curves: Mapping[str, Sequence[Curve]]) -> tuple[float, float]:
  """Errors of the empty canvas and of the mean image, means over all runs."""
  runs = [run for seeds in curves.values() for run in seeds]
  empty, mean_image = np.mean([(x.empty, x.mean_image) for x in runs], axis=0)
  return float(empty), float(mean_image)
