"""The numbers of a study as a table for people."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tabulate

from spiral_tf.evaluation import curves as curves_lib
from spiral_tf.studies import curve
from spiral_tf.studies import measure
from spiral_tf.studies import store
from spiral_tf.studies import variant as variant_lib

# The courses of runs, by the names of their variants, and by their seeds.
Curves = Mapping[str, Mapping[int, curve.Curve]]

# Shares of the frames at which the table looks by default.
_SHARES = (0.25, 0.5, 0.75)
_BASE = variant_lib.BASE.name


def shares(found: curve.Curve, end: str = '') -> np.ndarray:
  """What a run is judged by, the lower the better.

  Args:
    found: its course, in `N` measurements.
    end: of the number's name, one of `measure.TEMPERATURES`.

  Returns:
    Distances, or errors as shares of the blank canvas's, float64 `[N]`.
  """
  if 'mse_empty' in found.values:
    return found.values['mse' + end] / found.values['mse_empty']
  return found.values['distance' + end]


def table(study: store.Study, curves: Curves, at: Sequence[int] = ()) -> str:
  """Writes Markdown.

  Args:
    study: whose runs they are.
    curves: of its runs, each measured once at least; of each variant, of none
      as well.
    at: frames at which to look; by default, quarters.

  Returns:
    A text of several lines.
  """
  frames = study.settings.frames
  places = list(at) or [round(share * frames) for share in _SHARES]
  headers = [
    *('variant', 'seeds', *(f'{place:,}' for place in places)),
    *(f'{frames:,}, the end', 'end, T=.3'),
    *(('end, error',) if study.config.conditional else ()),
    *(f'better than "{_BASE}"', f'as good as "{_BASE}" after'),
    *('CPU s', 'frames a CPU s'),
  ]
  rows = [
    _row(name, runs, curves.get(_BASE, {}), places, study.config.conditional)
    for name, runs in curves.items()
  ]
  text = tabulate.tabulate(
    rows,
    headers,
    tablefmt='pipe',
    colalign=('left', *['right'] * (len(headers) - 1)),
    disable_numparse=True,  # A name may be a number.
  )
  return '\n'.join([*_preface(study, curves), text, '', *_notes(study, curves)])


def _row(
  name: str,
  runs: Mapping[int, curve.Curve],
  base: Mapping[int, curve.Curve],
  places: Sequence[int],
  conditional: bool,
) -> list[str]:
  """The row of a variant."""
  ended = {seed: found for seed, found in runs.items() if found.done}
  ends = list(ended.values())
  row = [
    name,
    f'{len(ends)} of {len(runs)}' if len(ends) < len(runs) else str(len(ends)),
  ]
  for place in places:
    row.append(_spread([_at(x, place) for x in runs.values()]))
  row.append(_spread([shares(x)[-1] for x in ends]))
  row.append(_mean([shares(x, '_cold')[-1] for x in ends], '.3f'))
  if conditional:
    row.append(_mean([x.values['mse'][-1] for x in ends], '.5f'))
  row += (
    ['', ''] if name == _BASE else [_better(ended, base), _level(runs, base)]
  )
  row.append(_mean([x.seconds[-1] for x in ends], ',.0f'))
  row.append(_mean([x.frames[-1] / x.seconds[-1] for x in ends], ',.0f'))
  return row


def _at(found: curve.Curve, frames: int) -> float:
  """What a run is judged by after so many frames; NaN if it is not so far."""
  if frames > found.frames[-1]:
    return np.nan
  return float(np.interp(frames, found.frames, shares(found)))


def _spread(values: Sequence[float]) -> str:
  """Mean, best and worst of the values that there are."""
  known = [value for value in values if not np.isnan(value)]
  text = _mean(known, '.3f')
  if len(known) > 1:
    text += f' ({min(known):.3f} to {max(known):.3f})'
  # Of other seeds, the mean would be another.
  missing = known and len(known) < len(values)
  return f'{text}, of {len(known)}' if missing else text


def _mean(values: Sequence[float], form: str) -> str:
  return format(np.mean(values), form) if len(values) else ''


def _better(
  ended: Mapping[int, curve.Curve], base: Mapping[int, curve.Curve]
) -> str:
  """With how many seeds a variant ended below the experiment as it is."""
  both = [seed for seed in ended if seed in base and base[seed].done]
  won = sum(shares(ended[x])[-1] < shares(base[x])[-1] for x in both)
  return f'{won} of {len(both)}' if both else ''


def _level(
  runs: Mapping[int, curve.Curve], base: Mapping[int, curve.Curve]
) -> str:
  """After how many frames, and CPU seconds, it is where the other ended."""
  ends = [shares(found)[-1] for found in base.values() if found.done]
  some = [found for found in runs.values() if len(found.frames) > 1]
  if not ends or not some:
    return ''
  reached = []
  for xs in ([x.frames for x in some], [x.seconds for x in some]):
    band = curves_lib.band(xs, [shares(x) for x in some])
    below = np.flatnonzero(band.mean <= np.mean(ends))
    if not len(below):
      return 'not reached'
    reached.append(band.x[below[0]])
  return f'{reached[0]:,.0f} ({reached[1]:,.0f} CPU s)'


def _preface(study: store.Study, curves: Curves) -> Iterator[str]:
  """Says what the numbers are."""
  yield f'# {study.name}'
  yield ''
  found = [found for runs in curves.values() for found in runs.values()]
  number = f'{study.settings.images:,}'
  if not study.config.conditional:
    yield (
      f'Distance of {number} drawings to real images in units of their '
      'variance, as `spiral_tf/evaluation/yardstick.py` measures it: the lower '
      'the better, and 1 for one average image again and again.'
    )
  else:
    yield (
      f'Mean squared error of a pixel on {number} held-out targets, or all if '
      "there are fewer, as a share of the blank canvas's: the lower the better."
    )
  if found and study.config.conditional:
    values = {name: x[0] for name, x in found[0].values.items()}
    empty, mean_image = values['mse_empty'], values['mse_mean_image']
    yield (
      f'The blank canvas has an error of {empty:.5f}, and the mean of the '
      f'training images {mean_image / empty:.3f} of that.'
    )
  cold = measure.TEMPERATURES['_cold']
  yield (
    'Each column is after so many environment frames: the mean of the seeds '
    'and, in brackets, the best and the worst. Agents are sampled at '
    f'temperature 1, but at {cold:g} where it says so. CPU seconds are of '
    'training, in one thread, without measuring.'
  )
  yield ''


def _notes(study: store.Study, curves: Curves) -> Iterator[str]:
  """Says what the variants are, and what is not over."""
  for each in study.variants:
    if each.changes:
      yield f'* {each.name}: `{each.words}`'
  for name, runs in curves.items():
    for seed, found in runs.items():
      if found.diverged:
        yield f'* {name}, seed {seed}, ended early: {found.diverged}'
      elif not found.done:
        yield f'* {name}, seed {seed}, is at {found.last_frames:,} frames.'
  yield ''
