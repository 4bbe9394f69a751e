"""Makes a data set of 3D scenes, each with the program that made it.

python -m launch.make_scenes --num=50000 --output=data/scenes

What goes into --output is described in spiral_tf/datasets/scenes.py. Stop it
with Ctrl-C; the same command goes on from there, and mends what is damaged.
"""

import os
import sys

from absl import flags

from launch import commands
from launch import flags as launch_flags
from spiral_tf import progress
from spiral_tf.datasets import scene_factory
from spiral_tf.datasets import scenes

_DEFAULTS = scenes.Settings()

_OUTPUT = flags.DEFINE_string(
  'output', None, 'Folder of the data set, new or to go on with.', required=True
)
_NUM = flags.DEFINE_integer('num', _DEFAULTS.num, 'Scenes to make.')
_MIN_OBJECTS = flags.DEFINE_integer(
  'min_objects', _DEFAULTS.min_objects, 'Objects of the emptiest scenes.'
)
_MAX_OBJECTS = flags.DEFINE_integer(
  'max_objects', _DEFAULTS.max_objects, 'Objects of the fullest scenes.'
)
_CANVAS_WIDTH = flags.DEFINE_integer(
  'canvas_width', _DEFAULTS.canvas_width, 'Width and height, pixels.'
)
_GRID_WIDTH = flags.DEFINE_integer(
  'grid_width',
  _DEFAULTS.grid_width,
  'Rows and columns of the grid of locations.',
)
_SEED = flags.DEFINE_integer(
  'seed', _DEFAULTS.seed, 'Seed: of equal seeds come equal scenes.'
)
_SHARD_SIZE = flags.DEFINE_integer(
  'shard_size', _DEFAULTS.shard_size, 'Scenes a file.'
)
_PROCESSES = flags.DEFINE_integer(
  'processes', len(os.sched_getaffinity(0)), 'How many work at once.'
)


class _Report:
  """Says how far it is: on a terminal often, on one line; else seldom."""

  def __init__(self, total: int):
    self._total = total
    self._progress = None
    self._line = progress.OneLine()
    is_terminal = sys.stdout.isatty()
    self._how = (
      {'every': 0.5, 'say': self._line} if is_terminal else {'every': 10.0}
    )

  def __call__(self, done: int) -> None:
    if self._progress is None:
      if 0 < done < self._total:
        print(f'Goes on from {done:,} scenes.', flush=True)
      self._progress = progress.Progress(
        'scenes', found=done, to_the_end=True, **self._how
      )
    self._progress(done, self._total)

  def end(self) -> None:
    """Leaves the line."""
    self._line.end()


def main(argv):
  """Makes scenes."""
  launch_flags.no_arguments(argv)
  folder = os.path.expanduser(_OUTPUT.value)
  try:
    settings = scenes.Settings(
      num=_NUM.value,
      min_objects=_MIN_OBJECTS.value,
      max_objects=_MAX_OBJECTS.value,
      canvas_width=_CANVAS_WIDTH.value,
      grid_width=_GRID_WIDTH.value,
      seed=_SEED.value,
      shard_size=_SHARD_SIZE.value,
    )
    report = _Report(settings.num)
    try:
      scene_factory.make(folder, settings, _PROCESSES.value, report)
    finally:
      report.end()
  except KeyboardInterrupt:
    print(f'Stopped before its end. {scene_factory.GOES_ON}')
    return commands.STOPPED
  print(f'{settings.num:,} scenes are in {folder}; see its preview.png.')
  return 0


if __name__ == '__main__':
  commands.run(main)
