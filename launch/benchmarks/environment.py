"""How much of libmypaint's own speed the painting environment keeps.

A C program, `native/strokes.c`, is compiled and given the commands that the
environment carries out as a file of numbers, so that both make the same calls
to libmypaint: 20-step episodes of uniformly random actions, or of random
strokes only, on a 64x64 canvas. The C program does nothing else; the
environment is a whole `Painting`, with its checks, resets and observations.
That the work is the same is checked by the pixels of the first episode.
"""

from collections.abc import Sequence
import pathlib
import shlex
import subprocess
import tempfile
import time

from dm_env import specs
import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.environments import painting

_BRUSHES = ('classic/dry_brush', 'classic/pen')
# Episodes of a round, and rounds: short, so that some are not disturbed on a
# machine that is shared.
_EPISODES = 20
_ROUNDS = 50
# Strokes a second of the environment that we ask for, over the C program's.
_LEAST_RATIO = 0.7
_SOURCE = pathlib.Path(__file__).parent / 'native' / 'strokes.c'

_Actions = list[dict[str, np.int32]]


def run() -> None:
  """Prints strokes a second of both, and their ratio, for each brush.

  Raises:
    RuntimeError: the C program does not compile, or did not draw the same.
  """
  print(
    f'Strokes a second, the fastest of {_ROUNDS} interleaved rounds each. In '
    '"mixed" the\nflag is random too, so that about half of the actions only '
    'move the brush.'
  )
  with tempfile.TemporaryDirectory() as folder:
    program = _compile(pathlib.Path(folder))
    for brush in _BRUSHES:
      for kind in ('strokes', 'mixed'):
        c, environment = _compare(program, brush, kind == 'mixed')
        print(
          f'{brush:18} {kind:8} C {c:7.0f}  environment {environment:7.0f}  '
          f'ratio {environment / c:.2f} (required {_LEAST_RATIO})'
        )


def _compile(folder: pathlib.Path) -> pathlib.Path:
  """Builds the C program."""
  program = folder / 'strokes'
  flags = subprocess.run(
    ['pkg-config', '--cflags', '--libs', 'libmypaint'],
    capture_output=True,
    text=True,
  )
  done = subprocess.run(
    ['cc', '-O3', '-o', program, _SOURCE, *shlex.split(flags.stdout), '-lm'],
    capture_output=True,
    text=True,
  )
  if done.returncode:
    raise RuntimeError(
      f'{_SOURCE} does not compile: {flags.stderr}{done.stderr}. '
      'Run: apt-get install gcc libmypaint-dev pkg-config'
    )
  return program


def _compare(
  program: pathlib.Path, brush: str, mixed: bool
) -> tuple[float, float]:
  """Strokes a second of the C program and of the environment."""
  settings = sections.EnvironmentConfig(brush=brush)
  environment = painting.Painting(brush=brush, seed=0)
  actions = _random_actions(environment.action_spec(), settings, mixed)
  strokes = sum(int(action['flag']) for action in actions)
  commands = program.with_name('commands.txt')
  np.savetxt(commands, _commands(actions, settings), fmt='%.17g')
  brush_file = program.with_name('brush.myb')
  brush_file.write_text(mypaint.brushes.load(brush), encoding='utf-8')
  arguments = [
    program,
    brush_file,
    commands,
    settings.canvas_width,
    settings.substrokes,
    settings.episode_length + 1,
  ]
  c_seconds, environment_seconds = [], []
  for _ in range(_ROUNDS):
    output = subprocess.run(
      list(map(str, arguments)), capture_output=True, text=True, check=True
    )
    seconds, checksum = output.stdout.split()
    c_seconds.append(float(seconds))
    if int(checksum) != _checksum(environment, actions):
      raise RuntimeError(
        f'with {brush}, the C program and the environment drew different '
        'pictures, so their times cannot be compared.'
      )
    environment_seconds.append(_time(environment, actions))
  return (
    strokes / min(c_seconds),
    strokes / min(environment_seconds),
  )


def _random_actions(
  spec: dict[str, specs.DiscreteArray],
  settings: sections.EnvironmentConfig,
  mixed: bool,
) -> _Actions:
  """Uniformly random actions; unless `mixed`, all of them paint."""
  random = np.random.RandomState(0)
  actions = []
  for _ in range(_EPISODES * settings.episode_length):
    action = {
      k: np.int32(random.randint(s.num_values)) for k, s in spec.items()
    }
    if not mixed:
      action['flag'] = np.int32(1)
    actions.append(action)
  return actions


def _commands(
  actions: _Actions, settings: sections.EnvironmentConfig
) -> Sequence[Sequence[float]]:
  """The actions as `strokes.c` reads them, with a move to begin each episode.

  Args:
    actions: of the environment with these settings.
    settings: defaults but for the brush.

  Returns:
    Rows of ten numbers, coordinates in pixels.
  """
  cell = settings.canvas_width / settings.grid_width
  pressures = np.linspace(0.1, 1.0, settings.num_pressures)

  def center(index: int) -> tuple[float, float]:
    row, column = divmod(int(index), settings.grid_width)
    return (row + 0.5) * cell, (column + 0.5) * cell

  start = (0, 0, 0, *center(0), 0, 1, 0, 0, 0)
  rows = []
  for i, action in enumerate(actions):
    if i % settings.episode_length == 0:
      rows.append(start)
    rows.append(
      (
        action['flag'],
        *center(action['control']),
        *center(action['end']),
        pressures[action['pressure']],
        settings.brush_sizes[action['size']],
        0,
        0,
        0,
      )
    )
  return rows


def _checksum(environment: painting.Painting, actions: _Actions) -> int:
  """The checksum of `strokes.c`, of the first episode's final canvas."""
  time_step = environment.reset()
  steps = iter(actions)
  while not time_step.last():
    time_step = environment.step(next(steps))
  values = time_step.observation['canvas'].astype(np.uint64).ravel()
  return int(np.sum(values * np.arange(1, values.size + 1, dtype=np.uint64)))


def _time(environment: painting.Painting, actions: _Actions) -> float:
  """Seconds that the actions take, with the resets between episodes."""
  steps = iter(actions)
  begin = time.perf_counter()
  for _ in range(_EPISODES):
    time_step = environment.reset()
    while not time_step.last():
      time_step = environment.step(next(steps))
  return time.perf_counter() - begin
