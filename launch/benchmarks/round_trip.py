"""Whether stored programs come back as the very pixels, and how fast.

    python -m launch.benchmark programs

Random actions are played in environments of several brushes. Each episode's
program is written as JSON, read, and rendered at its own size.
"""

import time

import numpy as np

from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.programs import program as program_lib

_NUM = 1000  # Programs.
# Brushes that are plain, jittery or smearing, and one that erases.
_BRUSHES = (
  'classic/pen',
  'classic/dry_brush',
  'classic/charcoal',
  'classic/smudge+paint',
  'deevad/basic_digital_brush',
  'deevad/spray',
  'deevad/kneaded_eraser_large',
  'tanda/splatter-02',
)


def run() -> None:
  """Prints how many pixels differ."""
  different = pixels = commands = 0
  seconds = 0.0
  for i in range(_NUM):
    environment = sections.EnvironmentConfig(
      episode_length=10,
      canvas_width=(32, 64)[i // 2 % 2],
      grid_width=32,
      brush=_BRUSHES[i % len(_BRUSHES)],
      brush_sizes=(1.0, 2.0, 4.0, 8.0),
      color=i % 3 == 0,
      background=('white', 'transparent')[i // 8 % 2],
    )
    actions, canvas = _play(environment, seed=i)
    started = time.perf_counter()
    text = program_lib.from_actions(environment, actions).to_json()
    program = program_lib.Program.from_json(text)
    picture = program.render()
    seconds += time.perf_counter() - started
    different += int((picture != canvas).any(axis=-1).sum())
    pixels += picture.shape[0] * picture.shape[1]
    commands += len(program.commands)
  print(
    f'{_NUM:,} random programs of {commands:,} commands and {len(_BRUSHES)} '
    f'brushes: {different:,} of {pixels:,} pixels differ.'
  )
  print(f'Stored, read and rendered: {_NUM / seconds:,.0f} a second.')


def _play(environment: sections.EnvironmentConfig, seed: int):
  """Actions of a random episode, and its last canvas."""
  config = experiment.Config(environment=environment)
  player = builders.make_environment(config, seed=0)
  random = np.random.default_rng(seed)
  spec = player.action_spec()
  timestep = player.reset()
  actions = {name: [] for name in spec}
  while not timestep.last():
    action = {k: int(random.integers(s.num_values)) for k, s in spec.items()}
    timestep = player.step(action)
    for name, value in action.items():
      actions[name].append(value)
  return actions, timestep.observation['canvas']
