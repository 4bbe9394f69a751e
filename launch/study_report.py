"""Writes what came of a study: a table, its curves, and all numbers."""

from collections.abc import Iterator
from collections.abc import Sequence
import csv
import io
import os
import textwrap
from typing import Any

import numpy as np

from launch import curve_figure
from launch import study_table
from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.studies import curve
from spiral_tf.studies import store

TABLE, PICTURE, NUMBERS = FILES = ('table.md', 'curves.png', 'curves.csv')

# Height of the axis in errors of the blank canvas, which is 1: untrained agents
# begin far above.
_TOP = 1.4
# Share of the frames in which distances may be above the picture's top.
_BEGINNING = 0.1
# Letters of a curve's name on a line of the legend.
_LINE = 40


def write(folder: str, at: Sequence[int] = ()) -> str:
  """Writes table, picture and numbers of a study, be it over or not.

  Args:
    folder: of the study.
    at: frames at which the table looks; by default, quarters.

  Returns:
    The table.

  Raises:
    OSError: a file cannot be read or written.
    ValueError: a file of the study is damaged.
  """
  study = store.read(folder)
  curves: study_table.Curves = {each.name: {} for each in study.variants}
  for run in study.runs:
    found = curve.read(run.folder)
    if len(found.frames):
      curves[run.variant][run.seed] = found
  table = study_table.table(study, curves, at)
  files.replace(os.path.join(folder, TABLE), table.encode())
  text = io.StringIO()
  csv.writer(text, lineterminator='\n').writerows(_rows(curves))
  files.replace(os.path.join(folder, NUMBERS), text.getvalue().encode())
  _draw(os.path.join(folder, PICTURE), study, curves)
  return table


def _rows(curves: study_table.Curves) -> Iterator[tuple[Any, ...]]:
  """Yields the measurements as rows of a file, after the columns' names."""
  everything = [found for runs in curves.values() for found in runs.values()]
  names = sorted({name for found in everything for name in found.values})
  yield 'variant', 'seed', 'frames', 'cpu_seconds', *names
  for variant, runs in curves.items():
    for seed, found in runs.items():
      for i, frames in enumerate(found.frames):
        values = (f'{found.values[name][i]:.6g}' for name in names)
        yield variant, seed, frames, f'{found.seconds[i]:.2f}', *values


def _draw(path: str, study: store.Study, curves: study_table.Curves) -> None:
  """Draws what was measured, as soon as there are lines to draw."""
  courses, runs = {}, []
  for name, by_seed in curves.items():
    some = [found for found in by_seed.values() if len(found.frames) > 1]
    if not some:
      continue
    several = f' (mean of {len(some)} seeds)' if len(some) > 1 else ''
    runs += some
    courses[textwrap.fill(name + several, _LINE)] = [
      curve_figure.Course(
        (found.frames / 1e6, found.seconds / 60), study_table.shares(found)
      )
      for found in some
    ]
  if not courses:
    return
  baselines = {}
  lasts = [study_table.shares(found)[-1] for found in runs]
  if study.config.conditional:
    words = "error on held-out targets,\nshare of the blank canvas's"
    values = {name: x[0] for name, x in runs[0].values.items()}
    baselines['blank canvas'] = 1.0
    baselines['mean image'] = values['mse_mean_image'] / values['mse_empty']
    top = max(_TOP, 1.1 * max(lasts))
  else:
    words = 'distance of drawings to real images'
    beginning = _BEGINNING * study.settings.frames
    late = [study_table.shares(x)[x.frames >= beginning] for x in runs]
    top = 1.1 * float(np.concatenate([lasts, *late]).max())
  drawn = curve_figure.draw(
    courses,
    study.name,
    words,
    ('environment frames, millions', 'minutes of CPU time of training'),
    baselines,
    top,
  )
  pictures.write_figure(path, drawn, dpi=150)
