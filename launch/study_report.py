"""What came of a study: a table, its curves, and all numbers."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import csv
import io
import math
import os
from typing import Any, NamedTuple

import numpy as np
import tabulate

from launch import curve_figure
from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.studies import curve
from spiral_tf.studies import plan

TABLE, PICTURE, NUMBERS = FILES = ('table.md', 'curves.png', 'curves.csv')
# Height of the errors' axis in errors of the blank canvas: untrained agents
# begin far above.
_TOP = 1.4
# Shares of the frames at which the table looks by default.
_SHARES = (0.25, 0.5, 0.75)
# Share of the frames in which distances may be beyond the top of the picture.
_BEGINNING = 0.1


class _Kind(NamedTuple):
  """What is measured.

  Attributes:
    name: of the number.
    words: of it.
    baselines: names of what it is held against, in words.
  """

  name: str
  words: str
  baselines: Mapping[str, str]


_CONDITIONAL = _Kind(
  'mse',
  "error on held-out targets,\nshare of the blank canvas's",
  {'mse_empty': 'blank canvas', 'mse_mean_image': 'mean image'},
)
_FREE = _Kind('distance', 'distance to real images (yardstick)', {})

# By the variant and the seed.
_Curves = dict[str, dict[int, curve.Curve]]


def write(workdir: str, at: Sequence[int] = ()) -> str:
  """Writes table, picture and numbers of a study, finished or not.

  Args:
    workdir: folder of the study.
    at: frames at which the table looks; by default, quarters.

  Returns:
    The table.

  Raises:
    OSError: a file cannot be read or written.
    ValueError: a file of the study is damaged.
  """
  study = plan.read(workdir)
  curves = _read(study)
  text = table(study, curves, at)
  files.replace(os.path.join(workdir, TABLE), text.encode())
  numbers = io.StringIO()
  csv.writer(numbers, lineterminator='\n').writerows(_rows(curves))
  files.replace(os.path.join(workdir, NUMBERS), numbers.getvalue().encode())
  _draw(os.path.join(workdir, PICTURE), study, curves)
  return text


def _read(study: plan.Study) -> _Curves:
  curves: _Curves = {each.name: {} for each in study.variants}
  for run in study.runs:
    found = curve.read(run.folder)
    if len(found.frames):
      curves[run.variant][run.seed] = found
  return curves


def _kind(study: plan.Study) -> _Kind:
  return _CONDITIONAL if study.config.conditional else _FREE


def _shares(found: curve.Curve, name: str) -> np.ndarray:
  """A number's course; of an error, as a share of the blank canvas's."""
  values = found.values[name]
  return values / found.values['mse_empty'] if 'mse' in name else values


def table(
  study: plan.Study, curves: _Curves, at: Sequence[int] = ()
) -> str:
  """The numbers of a study as Markdown.

  Args:
    study: of which they are.
    curves: of its runs, by variant and seed.
    at: frames at which to look; by default, quarters.

  Returns:
    A text of lines.
  """
  kind, frames = _kind(study), study.settings.frames
  places = list(at) or [round(share * frames) for share in _SHARES]
  base = curves.get(plan.BASE, {})
  rows = []
  for name, runs in curves.items():
    ended = {seed: x for seed, x in runs.items() if x.done}
    ends = {seed: _shares(x, kind.name)[-1] for seed, x in ended.items()}
    cold = [_shares(x, kind.name + '_cold')[-1] for x in ended.values()]
    seconds = [x.seconds[-1] for x in ended.values()]
    speed = [x.frames[-1] / x.seconds[-1] for x in ended.values()]
    row = [
      name,
      f'{len(ended)} of {len(runs)}' if len(ended) < len(runs) else len(ended),
      *(_spread([_at(x, kind.name, p) for x in runs.values()]) for p in places),
      _spread(list(ends.values())),
      _mean(cold, '.3f'),
    ]
    if study.config.conditional:
      row.append(_mean([x.values['mse'][-1] for x in ended.values()], '.5f'))
    row.append(_better(ends, base, kind.name) if name != plan.BASE else '')
    rows.append((*row, _mean(seconds, ',.0f'), _mean(speed, ',.0f')))
  headers = [
    *('variant', 'seeds'),
    *(f'{place:,}' for place in places),
    *(f'end: {frames:,}', 'end, T=.3'),
    *(['end, mse'] if study.config.conditional else []),
    *(f'better than "{plan.BASE}"', 'CPU s', 'frames a CPU s'),
  ]
  drawn = tabulate.tabulate(
    rows,
    headers,
    tablefmt='pipe',
    colalign=('left', *['right'] * (len(headers) - 1)),
    disable_numparse=True,
  )
  return '\n'.join([*_preface(study, curves), '', drawn, '', *_notes(study, curves)])


def _at(found: curve.Curve, name: str, frames: int) -> float:
  empty = found.values['mse_empty'][0] if 'mse' in name else 1.0
  return found.at(name, frames) / empty


def _spread(values: Sequence[float]) -> str:
  """Mean, best and worst of what there is."""
  known = [x for x in values if not math.isnan(x)]
  if not known:
    return ''
  text = f'{np.mean(known):.3f}'
  if len(known) > 1:
    text += f' ({min(known):.3f} to {max(known):.3f})'
  return text + (f', {len(known)} of {len(values)}' if len(known) < len(values) else '')


def _mean(values: Sequence[float], form: str) -> str:
  return format(np.mean(values), form) if len(values) else ''


def _better(
  ends: Mapping[int, float], base: Mapping[int, curve.Curve], name: str
) -> str:
  """In how many seeds a variant ended below the experiment as it is."""
  both = [seed for seed in ends if seed in base and base[seed].done]
  won = sum(ends[seed] < _shares(base[seed], name)[-1] for seed in both)
  return f'{won} of {len(both)}' if both else ''


def _preface(study: plan.Study, curves: _Curves) -> Iterator[str]:
  settings = study.settings
  yield f'# {study.name}'
  yield ''
  found = [x for runs in curves.values() for x in runs.values()]
  if study.config.conditional:
    empty = f', {found[0].values["mse_empty"][0]:.5f}' if found else ''
    yield (
      f'Mean squared error of a pixel on up to {settings.images:,} held-out '
      f"targets, as a share of the blank canvas's{empty}; the lower the better."
    )
    if found:
      share = found[0].values['mse_mean_image'][0] / found[0].values['mse_empty'][0]
      yield f'The mean of the training images has {share:.3f}.'
  else:
    yield (
      f'Distance of {settings.images:,} drawings to real images, in units of '
      'their variance (the yardstick of `spiral_tf/evaluation/yardstick.py`); '
      'the lower the better. 1 is what an endless row of one average image gets.'
    )
  yield (
    'After so many environment frames, the mean of the seeds, and in brackets '
    'the best and the worst; sampled at temperature 1, but for the column T=.3. '
    'CPU seconds are of training, on one thread, without the measuring.'
  )


def _notes(study: plan.Study, curves: _Curves) -> Iterator[str]:
  for each in study.variants[1:]:
    yield f'* {each.name}: `{plan.describe(each)}`'
  for name, runs in curves.items():
    for seed, found in runs.items():
      if found.diverged:
        yield f'* {name}, seed {seed}, ended early: {found.diverged}'
      elif not found.done:
        yield f'* {name}, seed {seed}, is at {found.frames[-1]:,} frames'
  yield ''


def _rows(curves: _Curves) -> Iterator[tuple[Any, ...]]:
  """Yields all measurements as rows of a file, after the columns' names."""
  every = [x for runs in curves.values() for x in runs.values()]
  names = sorted({name for found in every for name in found.values})
  yield 'variant', 'seed', 'frames', 'cpu_seconds', *names
  for variant, runs in curves.items():
    for seed, found in runs.items():
      columns = [found.values[name] for name in names]
      for frames, seconds, *values in zip(found.frames, found.seconds, *columns):
        yield variant, seed, frames, f'{seconds:.2f}', *(f'{x:.6g}' for x in values)


def _draw(path: str, study: plan.Study, curves: _Curves) -> None:
  """Draws what was measured against frames, and against CPU seconds."""
  kind = _kind(study)
  courses, late = {}, []
  for name, runs in curves.items():
    some = [x for x in runs.values() if len(x.frames) > 1]
    if not some:
      continue
    label = f'{name} (mean of {len(some)} seeds)' if len(some) > 1 else name
    courses[label] = [
      curve_figure.Course(
        (x.frames / 1e6, x.seconds / 60), _shares(x, kind.name)
      )
      for x in some
    ]
    late += [
      _shares(x, kind.name)[x.frames > _BEGINNING * study.settings.frames]
      for x in some
    ]
  if not courses:
    return
  first = next(x for runs in curves.values() for x in runs.values())
  baselines = {
    words: float(_shares(first, name)[0])
    for name, words in kind.baselines.items()
  }
  highest = float(np.concatenate(late).max(initial=0)) or 1.0
  top = max(_TOP, 0.0) if baselines else 1.1 * highest
  drawn = curve_figure.draw(
    courses,
    study.name,
    kind.words,
    ('environment frames, millions', 'minutes of CPU time of training'),
    baselines,
    top,
  )
  pictures.write_figure(path, drawn, dpi=150)
