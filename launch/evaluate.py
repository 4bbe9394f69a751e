"""Judges the agent of a run beside an untrained one.

    python -m launch.evaluate --workdir=runs/digits

Prints a table and writes evaluation/ in the run's folder, with comparison.png
and more pictures, and the table's figures as JSON. Drawings of an unconditional
agent are held against real images; those of a conditional agent against the
held-out images that it was to reproduce.
"""

import sys

from absl import app
from absl import flags

from launch import flags as launch_flags
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.workdir import config_file

_WORKDIR = launch_flags.define_workdir('Folder of the run.')
_NUM_SAMPLES = flags.DEFINE_integer(
  'num_samples',
  1000,
  'Drawings to judge of each agent; a conditional one makes at most one of '
  'each held-out image.',
  lower_bound=2,
)


def main(argv):
  """Evaluates."""
  launch_flags.no_arguments(argv)
  try:
    conditional = config_file.load(_WORKDIR.value).conditional
    judge = reconstruction if conditional else generation
    result = judge.evaluate(_WORKDIR.value, _NUM_SAMPLES.value)
  except (ValueError, FileNotFoundError) as error:
    sys.exit(f'Error: {error}')
  print(judge.table(result))
  print(f'Pictures: {_WORKDIR.value}/evaluation/comparison.png')


if __name__ == '__main__':
  app.run(main)
