"""Judges the agent of a run beside an untrained one.

    python -m launch.evaluate --workdir=runs/digits
    python -m launch.evaluate --workdir=runs/mnist_small --split=test

Prints a table and writes it into the folder of the run, as JSON and with
comparison.png and more pictures: into evaluation/, and with --split=test into
evaluation_test/.

The targets that a conditional agent is to reproduce are held-out images
(--split=validation) or the data set's own test images (--split=test): MNIST's
t10k files, the alphabets of Omniglot's images_evaluation, or the test part of
CelebA's list_eval_partition.txt. The other data sets have none. Choose settings
by the former; state results by the latter.

The drawings of an unconditional agent are held against the training images or,
with --split=test, against the test images: by precision, recall and their
Frechet distance, and by the run's discriminator. nearest.png shows drawings
beside the nearest training images, so that copies would be seen, and the table
says how many drawings are nearer to one than held-out images are. Where labels
are of ten classes, a judge that has seen scribbles, too, tells what it takes
for a digit, and recognised.png shows it.

A run whose data have moved, or that was copied from another machine, is told
where they are now with --config.data.path.
"""

import os

from absl import flags

from launch import commands
from launch import flags as launch_flags
from launch import places
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import results
from spiral_tf.workdir import config_file

_WORKDIR = launch_flags.define_workdir('Folder of the run.')
_NUM_SAMPLES = flags.DEFINE_integer(
  'num_samples',
  1000,
  'Drawings to judge of each agent; a conditional one makes at most one of '
  'each image of the split.',
  lower_bound=2,
)
_SPLIT = flags.DEFINE_enum(
  'split',
  'validation',
  results.SPLITS,
  'Real images that the agent is judged by: held-out ones, or the test images '
  'of the data set, if it has any.',
)


launch_flags.define_moved()


def main(argv):
  """Evaluates."""
  launch_flags.no_arguments(argv)
  config = config_file.load(_WORKDIR.value, launch_flags.moved())
  judge = reconstruction if config.conditional else generation
  folder = results.folder(_WORKDIR.value, _SPLIT.value)
  # Before all the work.
  for name in judge.FILES:
    places.check_file(os.path.join(folder, name))
  with launch_flags.of_moved_data(config.data.path):
    result = judge.evaluate(
      _WORKDIR.value, _NUM_SAMPLES.value, split=_SPLIT.value, config=config
    )
  print(judge.table(result))
  print(f'Pictures: {os.path.join(folder, "comparison.png")}')


if __name__ == '__main__':
  commands.run(main)
