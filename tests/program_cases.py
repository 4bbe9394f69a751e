"""Random programs, and the episodes of random agents that they come from."""

from typing import Any

import numpy as np

from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.programs import canvas
from spiral_tf.programs import platform
from spiral_tf.programs import program as program_lib


def play(
  environment: sections.EnvironmentConfig, seed: int
) -> tuple[dict[str, Any], np.ndarray]:
  """Acts at random for an episode.

  Args:
    environment: of which kind.
    seed: of the actions.

  Returns:
    The actions, int `[T]` for each component, and the canvases,
    `[T + 1, W, W, C]`.
  """
  env = builders.make_environment(
    experiment.Config(environment=environment), seed=0
  )
  random = np.random.default_rng(seed)
  spec = env.action_spec()
  canvases = [env.reset().observation['canvas']]
  actions = {name: [] for name in spec}
  for _ in range(environment.episode_length):
    action = {k: int(random.integers(s.num_values)) for k, s in spec.items()}
    canvases.append(env.step(action).observation['canvas'])
    for name, value in action.items():
      actions[name].append(value)
  return actions, np.stack(canvases)


def painted(seed: int = 0, number: int = 8, **renderer) -> program_lib.Program:
  """A random program of a brush, with sequences of strokes and moves."""
  random = np.random.default_rng(seed)
  settings = {'canvas_width': 64, 'grid_width': 32, 'brush': 'classic/pen'}
  settings.update(renderer)

  height = settings.get('canvas_height', settings['canvas_width'])

  def point():
    row, column = random.integers(settings['grid_width'], size=2).tolist()
    return row * height // settings['canvas_width'], column

  made = []
  for _ in range(number):
    if random.random() < 0.3:
      made.append(canvas.Move(point()))
    else:
      made.append(
        canvas.Stroke(
          control=point(),
          end=point(),
          pressure=float(random.uniform(0.1, 1)),
          radius=float(random.uniform(1, 3)),
          color=tuple(random.uniform(0, 1, 3).tolist()),
        )
      )
  return program_lib.Program(canvas.Canvas(**settings), tuple(made))


def staged(seed: int = 0, number: int = 5) -> program_lib.Program:
  """A random scene."""
  random = np.random.default_rng(seed)
  puts = tuple(
    platform.Put(
      kind=platform.KINDS[random.integers(4)],
      location=tuple(random.integers(16, size=2).tolist()),
      size=int(random.integers(3)),
      color=tuple(random.integers(4, size=3).tolist()),
      replace=bool(random.random() < 0.3),
    )
    for _ in range(number)
  )
  return program_lib.Program(platform.Platform(32, 16, 3), puts)
