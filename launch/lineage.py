r"""Draws the lineage of a population: how it did, and who copied whom.

    python -m launch.lineage --workdir=runs/digits --output=lineage.png

Fitness and hyperparameters of each member against time, copies as arrows. The
run may still be going on. Prints each member's first and last values, and the
member from whose beginning its weights descend. `--compare` holds the fitness
of another population against it, one with --config.population.exploit=False,
say.
"""

from collections.abc import Iterator
import os

from absl import flags
import tabulate

from launch import commands
from launch import flags as launch_flags
from launch import lineage_figure
from launch import places
from spiral_tf import pictures
from spiral_tf.population import lineage
from spiral_tf.population import members

_WORKDIR = flags.DEFINE_string(
  'workdir', None, 'Folder of the run.', required=True
)
_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the picture.', required=True
)
_COMPARE = flags.DEFINE_string(
  'compare', None, 'Folder of another run, whose fitness is drawn, too.'
)


def main(argv):
  """Reads, draws, prints."""
  launch_flags.no_arguments(argv)
  output = places.png('output', _OUTPUT.value)
  places.check_file(output)
  run = _read(_WORKDIR.value)
  other = _read(_COMPARE.value) if _COMPARE.value else None
  drawn = lineage_figure.draw(run, other)
  pictures.write_figure(output, drawn, dpi=150)
  print('\n'.join(_report(run)))
  if other:
    print('\n'.join(['', *_report(other)]))
  print(f'Picture: {output}')


def _read(workdir: str) -> lineage_figure.Run:
  """Reads the lineage of the run in a folder."""
  path = members.lineage_path(workdir)
  if not os.path.isfile(path):
    raise ValueError(
      f'There is no lineage of a population in {workdir!r}: {path} is missing. '
      'Name the folder of a run with --config.population.size of 2 or more; '
      'its first round is over after --config.population.round_seconds.'
    )
  records = lineage.read(path)
  summary = lineage.summary(records)
  if not len(summary.time):
    raise ValueError(
      f'{path} has {len(records)} records, but none with the fitness of a '
      'member. Wait until the evaluators have judged the first drawings.'
    )
  name = os.path.basename(os.path.realpath(workdir))
  return lineage_figure.Run(name, records, lineage.courses(records), summary)


def _report(run: lineage_figure.Run) -> Iterator[str]:
  """The run as text for people."""
  minutes = (run.summary.time[-1] - run.start) / 60
  copies = sum(course.copies for course in run.courses.values())
  yield (
    f'{run.name}: {len(run.courses)} members, {minutes:.1f} minutes, '
    f'copies: {copies}'
  )
  ancestors = lineage.ancestors(run.records)
  rows = []
  for member, course in run.courses.items():
    known = course.known
    fitness = (known[0], known[-1], known.max()) if len(known) else [None] * 3
    rates, costs = course.learning_rate[[0, -1]], course.entropy_cost[[0, -1]]
    counts = course.copies, ancestors[member]
    rows.append((member, *fitness, *rates, *costs, *counts))
  yield tabulate.tabulate(
    rows,
    (
      *('\nmember', 'fitness\nfirst', '\nlast', '\nbest'),
      *('learning rate\nfirst', '\nlast', 'entropy cost\nfirst', '\nlast'),
      *('\ncopies', '\nancestor'),
    ),
    tablefmt='plain',
    floatfmt=('', *['.4f'] * 3, *['.2e'] * 4),
    missingval='?',
    numalign='right',
  )
  ends = run.summary
  diverged = f' (without {n} diverged)' if (n := ends.diverged[-1]) else ''
  yield (
    f'Best: member {run.best}, fitness {ends.best[-1]:.4f}. '
    f'Mean: {ends.mean[-1]:.4f}{diverged}, at first {ends.mean[0]:.4f}.'
  )


if __name__ == '__main__':
  commands.run(main)
