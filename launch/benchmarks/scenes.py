"""How fast the scenes environment is beside MuJoCo's own renderer.

The yardstick is a plain loop of `mujoco.Renderer.update_scene` and `render` on
the model that the environment draws with, in three qualities: as it is, with
four samples a pixel by multisampling, and at twice the width, which is what the
environment draws before it averages. The loop draws the model's 20 objects, or
only those that the environment shows after each step of an episode; placing
them is not in its time. A step of the environment is a whole one, with checks,
observations and resets between episodes. That both draw the same is checked by
the pixels.

We ask of the environment that a step takes no longer than a picture of the
plain loop over the model's 20 objects, which is how one draws without a thought
to speed: a ratio of 1, printed as "required". The plain loop over the objects
shown is the faster one: it draws a quarter of the environment's samples.
"""

import time
from typing import Any

import numpy as np

from spiral_tf.environments import scenes
from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import stage

_WIDTHS = (64, 32)
# Episodes of a round, and rounds: short, so that some are not disturbed on a
# machine that is shared.
_EPISODES = 1
_ROUNDS = 200
_LEAST_RATIO = 1.0
_PLAIN, _MULTISAMPLED, _DOUBLE = (
  'loop',
  'loop, 4 samples',
  'loop, twice as wide',
)

_Actions = list[dict[str, np.int32]]
_Objects = tuple[stage.SceneObject, ...]


def run() -> None:
  """Prints milliseconds a picture, and what a step is beside them.

  Raises:
    RuntimeError: environment and loop did not draw the same.
  """
  print(
    f'Milliseconds a step or a picture, the fastest of {_ROUNDS} interleaved '
    f'rounds each;\nMUJOCO_GL={gl.choose()}. "add": every step adds an object; '
    '"mixed": uniformly random\nactions, a third of which skip.'
  )
  for width in _WIDTHS:
    for moves in ('add', 'mixed'):
      seconds = _compare(width, mixed=moves == 'mixed')
      step = seconds.pop('environment')
      print(
        f'{width} pixels, {moves}: environment {1e3 * step:.3f}, '
        f'{1 / step:.0f} steps a second'
      )
      for name, picture in seconds.items():
        required = ''
        if (moves, name) == ('add', f'{_PLAIN}, 20 objects'):
          required = f' (required {_LEAST_RATIO})'
        print(
          f'  {name:35} {1e3 * picture:.3f}  ratio {picture / step:.2f}'
          f'{required}'
        )


def _compare(width: int, mixed: bool) -> dict[str, float]:
  """Seconds a step of the environment, and a picture of each loop."""
  environment = scenes.Scenes(canvas_width=width)
  actions = _random_actions(environment, mixed)
  shown = [environment.objects for _ in _steps(environment, actions)]
  full = [_objects(_random_actions(environment, mixed=False))] * len(shown)
  model, _ = stage.Stage(width).compiled(())
  renderers = {
    _PLAIN: _renderer(model, width, 0),
    _MULTISAMPLED: _renderer(model, width, 4),
    _DOUBLE: _renderer(model, 2 * width, 0),
  }
  _check(environment, actions, renderers[_DOUBLE])
  rounds: dict[str, list[float]] = {}
  for _ in range(_ROUNDS):
    begin = time.perf_counter()
    for _ in _steps(environment, actions):
      pass
    seconds = time.perf_counter() - begin
    rounds.setdefault('environment', []).append(seconds)
    for name, renderer in renderers.items():
      for label, objects in ((name, shown), (f'{name}, 20 objects', full)):
        seconds = _time(renderer, stage.Stage(width), objects)
        rounds.setdefault(label, []).append(seconds)
  return {name: min(times) / len(actions) for name, times in rounds.items()}


def _renderer(model: Any, width: int, samples: int) -> Any:
  """MuJoCo's renderer of square pictures."""
  own = model.vis.quality.offsamples
  # MuJoCo reads the setting when a renderer makes its context.
  model.vis.quality.offsamples = samples
  renderer = gl.load().Renderer(model, width, width)
  model.vis.quality.offsamples = own
  return renderer


def _random_actions(environment: scenes.Scenes, mixed: bool) -> _Actions:
  """Uniformly random actions; unless `mixed`, all of them add."""
  random = np.random.RandomState(0)
  spec = environment.action_spec()
  actions = []
  for _ in range(20 * _EPISODES):
    action = {
      k: np.int32(random.randint(s.num_values)) for k, s in spec.items()
    }
    if not mixed:
      action['move'] = np.int32(scenes.ADD)
    actions.append(action)
  return actions


def _objects(actions: _Actions) -> _Objects:
  """The objects that these actions describe, at most 20."""
  return tuple(
    stage.SceneObject(**{k: int(v) for k, v in a.items() if k != 'move'})
    for a in actions[:20]
  )


def _steps(environment: scenes.Scenes, actions: _Actions):
  """Yields the time step after each action."""
  for i, action in enumerate(actions):
    if i % 20 == 0:
      environment.reset()
    yield environment.step(action)


def _check(
  environment: scenes.Scenes, actions: _Actions, renderer: Any
) -> None:
  """Compares the environment's pictures with the averaged ones of the loop."""
  for time_step in _steps(environment, actions):
    canvas = time_step.observation['canvas']
    width = len(canvas)
    _, data = stage.Stage(width).compiled(environment.objects)
    renderer.update_scene(data, camera=0)
    samples = renderer.render().reshape(width, 2, width, 2, 3)
    difference = samples.mean(axis=(1, 3)) - canvas
    if np.abs(difference).max() > 0.5:
      raise RuntimeError(
        "the environment's pictures are not MuJoCo's, so that their times "
        'cannot be compared.'
      )


def _time(renderer: Any, place: stage.Stage, scenes_: list[_Objects]) -> float:
  """Seconds that drawing the scenes takes, without placing the objects."""
  seconds = 0.0
  for objects in scenes_:
    _, data = place.compiled(objects)
    begin = time.perf_counter()
    renderer.update_scene(data, camera=0)
    renderer.render()
    seconds += time.perf_counter() - begin
  return seconds
