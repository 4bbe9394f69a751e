r"""Draws learning curves of conditional runs, as figure 8 of the paper does.

    python -m launch.curves --output=docs/mnist_curves.png \
      discriminator=runs/a0,runs/a1,runs/a2 l2=runs/b0 blind=runs/c0

Each argument is a curve: its label, and the folders of its runs, which are
seeds of one experiment. Runs may still be going on. Prints how they ended, and
writes the evaluations beside the picture, as docs/mnist_curves.csv. Curves come
in from above: an untrained agent's error is several times a blank canvas's.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import csv
import io
import os
from typing import Any

from absl import flags
from matplotlib import figure
import numpy as np
import tabulate

from launch import commands
from launch import curve_figure
from launch import places
from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.evaluation import curves

_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the picture.', required=True
)
_TITLE = flags.DEFINE_string('title', '', 'Title of the picture.')

# Columns of the table.
_COLUMNS = (
  *('label', 'run', 'seed', 'frames', 'minutes'),
  *('mse', 'mse_empty', 'mse_mean_image'),
)
# Height of the errors' axis in errors of the blank canvas: untrained agents
# begin far above.
_TOP = 1.4

# The runs of each label.
_Curves = Mapping[str, Sequence[curves.Curve]]


def main(argv):
  """Reads, checks, draws."""
  output = places.png('output', _OUTPUT.value)
  table = output[: -len('.png')] + '.csv'
  workdirs_by_label = _parse(argv[1:])
  places.check_file(output)
  places.check_own(
    table,
    lambda start: start.startswith(','.join(_COLUMNS).encode()),
    'table of this command',
  )
  runs_by_label = {
    label: [curves.read(workdir) for workdir in workdirs]
    for label, workdirs in workdirs_by_label.items()
  }
  curves.check_comparable(runs_by_label)
  drawn = _draw(runs_by_label, _TITLE.value)
  pictures.write_figure(output, drawn, dpi=150)
  text = io.StringIO()
  csv.writer(text, lineterminator='\n').writerows(_rows(runs_by_label))
  files.replace(table, text.getvalue().encode())
  print(_table(runs_by_label))
  print(f'Picture: {output}')
  print(f'Evaluations: {table}')


def _parse(arguments: Sequence[str]) -> dict[str, list[str]]:
  """The labels of the curves, and the folders of each one's runs."""
  form = 'Each curve is label=workdir, or label=workdir,workdir,...'
  if not 1 <= len(arguments) <= len(curve_figure.COLORS):
    raise ValueError(
      f'A figure has 1 to {len(curve_figure.COLORS)} curves, but '
      f'{len(arguments)} are named. {form}'
    )
  parsed = {}
  for argument in arguments:
    label, _, workdirs = argument.partition('=')
    if not label or label in parsed or not all(workdirs.split(',')):
      raise ValueError(
        f'{argument!r} is no curve, or one with the label of another. {form}'
      )
    parsed[label] = workdirs.split(',')
  workdirs = [os.path.realpath(x) for names in parsed.values() for x in names]
  for workdir in workdirs:
    if workdirs.count(workdir) > 1:
      raise ValueError(f'{workdir!r} is named twice. Name each run once.')
  return parsed


def _draw(runs_by_label: _Curves, title: str) -> figure.Figure:
  """Draws errors against frames, and against minutes."""
  empty, mean_image = curves.baselines(runs_by_label)
  runs = [run for some in runs_by_label.values() for run in some]
  highest = max(mean_image, *(run.last for run in runs))
  return curve_figure.draw(
    {
      _name(label, runs): [
        curve_figure.Course((run.frames / 1e6, run.minutes), run.mse)
        for run in runs
      ]
      for label, runs in runs_by_label.items()
    },
    title,
    'mean squared error of a pixel,\nheld-out targets',
    ('environment frames, millions', 'minutes of training'),
    {'blank canvas': empty, 'mean image': mean_image},
    max(_TOP * empty, 1.1 * highest),
  )


def _name(label: str, runs: Sequence[curves.Curve]) -> str:
  """What the legend says of a curve."""
  if len(runs) == 1:
    return label
  # Two runs of one seed are not two seeds.
  seeds = {run.config.seed for run in runs}
  kind = 'seeds' if len(seeds) == len(runs) else 'runs'
  return f'{label} (mean of {len(runs)} {kind})'


def _table(runs_by_label: _Curves) -> str:
  """The ends of the curves as text for people."""
  rows = []
  for label, runs in runs_by_label.items():
    last = [run.last for run in runs]
    frames, minutes, share = np.mean(
      [(x.frames[-1], x.minutes[-1], x.last / x.empty) for x in runs], axis=0
    )
    rows.append(
      (
        *(label, len(runs), f'{frames:,.0f}', f'{minutes:.1f}'),
        *(f'{np.mean(last):.5f}', f'{min(last):.5f} to {max(last):.5f}'),
        f'{share:.3f}',
      )
    )
  empty, mean_image = curves.baselines(runs_by_label)
  for name, error in (('blank canvas', empty), ('mean image', mean_image)):
    rows.append((name, *[''] * 3, f'{error:.5f}', '', f'{error / empty:.3f}'))
  table = tabulate.tabulate(
    rows,
    (
      *('', 'runs', 'frames', 'minutes', 'error', 'lowest to highest'),
      'share of blank canvas',
    ),
    tablefmt='plain',
    colalign=('left', *['right'] * 6),
    disable_numparse=True,  # A label may be a number.
  )
  return (
    'Mean squared error of a pixel, held-out targets: of each run the mean of '
    f'its last {curves.LAST} evaluations,\nof several runs the mean, and the '
    f'range.\n{table}'
  )


def _rows(runs_by_label: _Curves) -> Iterator[tuple[Any, ...]]:
  """Yields the evaluations as rows of a file, after the columns' names."""
  yield _COLUMNS
  for label, runs in runs_by_label.items():
    for run in runs:
      name = os.path.basename(os.path.realpath(run.workdir))
      for frames, minutes, mse in zip(run.frames, run.minutes, run.mse):
        errors = (f'{x:.6g}' for x in (mse, run.empty, run.mean_image))
        yield label, name, run.config.seed, frames, f'{minutes:.3f}', *errors


if __name__ == '__main__':
  commands.run(main)
