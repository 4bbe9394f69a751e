"""Judges the agent of a run beside an untrained one and real images.

    python -m launch.evaluate --workdir=runs/digits

Prints a table and writes evaluation/ in the run's folder: evaluation.json, a
grid of each set of images, and comparison.png with all of them.
"""

import sys

from absl import app
from absl import flags

from launch import flags as launch_flags
from spiral_tf import evaluation

_WORKDIR = launch_flags.define_workdir('Folder of the run.')
_NUM_SAMPLES = flags.DEFINE_integer(
  'num_samples', 1000, 'Drawings to judge of each agent.', lower_bound=2
)


def main(argv):
  """Evaluates."""
  launch_flags.no_arguments(argv)
  try:
    result = evaluation.evaluate(_WORKDIR.value, _NUM_SAMPLES.value)
  except (ValueError, FileNotFoundError) as error:
    sys.exit(f'Error: {error}')
  print(evaluation.table(result))
  print(f'Pictures: {_WORKDIR.value}/evaluation/comparison.png')


if __name__ == '__main__':
  app.run(main)
