"""Draws with a saved agent.

python -m launch.paint --model=models/digits --output=samples.png
"""

import sys

from absl import app
from absl import flags

from launch import flags as launch_flags
from spiral_tf import builders
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import saved_model

_MODEL = flags.DEFINE_string(
  'model', None, 'Folder of a SavedModel of launch.export.', required=True
)
_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the picture.', required=True
)
_NUM_SAMPLES = flags.DEFINE_integer(
  'num_samples', 64, 'Drawings to make.', lower_bound=1
)
_COLUMNS = flags.DEFINE_integer('columns', 16, 'Drawings a row.', lower_bound=1)
_SEED = flags.DEFINE_integer(
  'seed', 0, 'Seed: of equal seeds come equal pictures.'
)


def main(argv):
  """Paints."""
  launch_flags.no_arguments(argv)
  if not _OUTPUT.value.endswith('.png'):
    raise app.UsageError(
      f'--output is {_OUTPUT.value!r}, but it must end in .png.'
    )
  try:
    loaded = saved_model.load(_MODEL.value, _SEED.value)
  except ValueError as error:
    sys.exit(f'Error: {error}')
  environments = builders.make_environments(
    loaded.config, _NUM_SAMPLES.value, _SEED.value
  )
  episodes = rollout.play(environments, loaded.agent)
  canvases = episodes.observation['canvas'][-1]
  pictures.write_png(_OUTPUT.value, pictures.grid(canvases, _COLUMNS.value))
  print(f'Painted {len(canvases)} drawings: {_OUTPUT.value}')


if __name__ == '__main__':
  app.run(main)
