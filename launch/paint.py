"""Draws with a saved agent.

    python -m launch.paint --model=models/digits --output=samples.png
    python -m launch.paint --model=models/portraits --images=FOLDER \\
        --output=pairs.png
    python -m launch.paint --model=models/mnist_conditional_small \\
        --data=digits --output=pairs.png

A conditional agent reproduces the pictures of a folder, or of a zip file, or
those of a built-in data set; its picture shows each of them followed by what
became of it.
"""

import dataclasses
import os
import sys

from absl import app
from absl import flags
import numpy as np

from launch import flags as launch_flags
from spiral_tf import builders
from spiral_tf import config as config_lib
from spiral_tf import pictures
from spiral_tf import reconstruction
from spiral_tf import rollout
from spiral_tf import saved_model
from spiral_tf.datasets import archive

_MODEL = flags.DEFINE_string(
  'model', None, 'Folder of a SavedModel of launch.export.', required=True
)
_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the picture.', required=True
)
_IMAGES = flags.DEFINE_string(
  'images', None, 'Folder or zip file of pictures for a conditional agent.'
)
_DATA = flags.DEFINE_enum(
  'data',
  None,
  ['digits'],
  'Built-in data set, whose held-out images a conditional agent reproduces.',
)
flags.mark_flags_as_mutual_exclusive(['images', 'data'])
_NUM_SAMPLES = flags.DEFINE_integer(
  'num_samples', 64, 'Drawings to make, at most one a picture.', lower_bound=1
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
    if not loaded.config.conditional:
      images = draw(loaded)
    else:
      images = reproduce(loaded)
  except (ValueError, FileNotFoundError) as error:
    sys.exit(f'Error: {error}')
  pictures.write_png(_OUTPUT.value, pictures.grid(images, _COLUMNS.value))


def draw(loaded: saved_model.LoadedAgent) -> np.ndarray:
  """Lets an unconditional agent draw, uint8 `[N, W, W, C]`."""
  environments = builders.make_environments(
    loaded.config, _NUM_SAMPLES.value, _SEED.value
  )
  episodes = rollout.play(environments, loaded.agent)
  canvases = episodes.observation['canvas'][-1]
  print(f'Painted {len(canvases)} drawings: {_OUTPUT.value}')
  return canvases


def reproduce(loaded: saved_model.LoadedAgent) -> np.ndarray:
  """Lets a conditional agent draw, uint8 `[2 N, W, W, C]` with the targets."""
  targets = np.asarray(load_targets(loaded.config)[: _NUM_SAMPLES.value])
  canvases = reconstruction.reconstruct(loaded.config, loaded.agent, targets)
  error = reconstruction.errors(canvases, targets).mean()
  print(
    f'Reproduced {len(canvases)} pictures, mean squared error of a pixel '
    f'{error:.4f}: {_OUTPUT.value}'
  )
  return reconstruction.pairs(targets, canvases)


def load_targets(config: config_lib.Config) -> np.ndarray:
  """The pictures to reproduce, uint8 `[N, W, W, C]`."""
  if _DATA.value:
    data = dataclasses.replace(config.data, name=_DATA.value)
    config = dataclasses.replace(config, data=data)
    return builders.load_dataset(config).validation
  if not _IMAGES.value:
    raise ValueError(
      'this agent reproduces pictures. Name a folder or a zip file of some '
      'with --images=..., or take the built-in ones with --data=digits.'
    )
  canvas = builders.environment_spec(config).observation['canvas']
  width, _, channels = canvas.shape
  images, _ = archive.load(
    config_lib.DataConfig(name='images', path=_IMAGES.value),
    os.path.expanduser(_IMAGES.value),
    width,
    channels,
  )
  return images


if __name__ == '__main__':
  app.run(main)
