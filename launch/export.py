"""Saves the agent of a training run as a SavedModel.

    python -m launch.export --workdir=runs/digits --output=models/digits

TensorFlow alone can load it; see `spiral_tf/saved_model.py` for its signatures.
"""

import sys

from absl import app
from absl import flags
from absl import logging

from launch import flags as launch_flags
from spiral_tf import saved_model

_WORKDIR = launch_flags.define_workdir('Folder of the run.')
_OUTPUT = flags.DEFINE_string(
  'output', None, 'Folder for the SavedModel.', required=True
)


def main(argv):
  """Exports."""
  launch_flags.no_arguments(argv)
  # TensorFlow warns that it renames the inputs; signatures keep their names.
  logging.set_verbosity(logging.ERROR)
  try:
    saved_model.export(_WORKDIR.value, _OUTPUT.value)
  except (ValueError, FileNotFoundError) as error:
    sys.exit(f'Error: {error}')
  print(f'Saved {_OUTPUT.value}')


if __name__ == '__main__':
  app.run(main)
