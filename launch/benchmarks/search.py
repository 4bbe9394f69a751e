"""How near search brings an agent's pictures, and what that costs.

    python -m launch.benchmark search
    python -m launch.benchmark search --model=models/mnist_conditional_small \
      --data_path=FOLDER

Errors are shares of the blank canvas's, summed over the last held-out images,
against the seconds that a processor worked on a picture. Beside the climbing
from an agent's drawings there are the best of as many drawings, and the same
climbing from random programs and from an untrained agent's drawings: what the
agent is worth as a start.
"""

from collections.abc import Callable
import dataclasses
import time

import numpy as np

from spiral_tf import builders
from spiral_tf.agents import reproduction
from spiral_tf.agents import saved_model
from spiral_tf.agents import studio as studio_lib
from spiral_tf.config import experiment
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import climbing

DEFAULT_MODEL = 'models/mnist_conditional_small'
_NUM = 100  # Images.
_SAMPLES = (1, 16, 64, 256)
_STARTS = 16  # Drawings that climbing begins with.
_TRIES = (500, 2000, 10_000)
# What is searched for with random and with untrained starts.
_OTHER_TRIES = (2000, 10_000)


def run(model: str = DEFAULT_MODEL, data_path: str = '') -> None:
  """Prints tries a second, and errors against seconds.

  Args:
    model: folder of a conditional agent with a brush.
    data_path: folder of the data set that it learned from; if empty, the images
      are the built-in digits.

  Raises:
    ValueError: there is no such agent, or it makes something else.
  """
  loaded = saved_model.load(model)
  climbing.check_environment(loaded.config.environment)
  if not loaded.config.conditional:
    raise ValueError(f'{model!r} draws without images; choose another --model.')
  data = dataclasses.replace(
    loaded.config.data,
    **{'path': data_path} if data_path else {'name': 'digits'},
  )
  config = dataclasses.replace(loaded.config, data=data)
  targets = np.asarray(builders.load_dataset(config).validation[-_NUM:])
  blank = _errors(reconstruction.empty_canvas(loaded.config), targets)
  print(
    f'{model}, the last {len(targets)} held-out images of {data.name}; one '
    'thread of search'
  )
  print(
    f'{"":34}{"share of blank":>15}{"CPU s":>9}{"tries/s":>10}{"strokes":>9}'
  )
  for name, paint, tries in _methods(loaded, targets):
    begin = time.process_time()
    programs = paint()
    seconds = (time.process_time() - begin) / len(targets)
    drawn = np.stack([program.render() for program in programs])
    share = _errors(drawn, targets) / blank
    rate = f'{tries / seconds:10,.0f}' if tries else f'{"":10}'
    strokes = np.mean([program.num_strokes for program in programs])
    print(
      f'{name:34}{share:15.3f}{seconds:9.3f}{rate}{strokes:9.1f}', flush=True
    )


def _errors(images: np.ndarray, targets: np.ndarray) -> float:
  return float(reconstruction.errors(images, targets).sum())


def _methods(
  loaded: saved_model.LoadedAgent, targets: np.ndarray
) -> list[tuple[str, Callable[[], list[program_lib.Program]], int]]:
  """What each is called, does, and how many variations it tries."""
  policy = builders.make_policy(loaded.config)
  untrained = loaded._replace(
    make_player=lambda seed, temperature: builders.make_player(policy, seed)
  )
  trained, untrained = map(studio_lib.Studio, (loaded, untrained))
  # Makes the environments, and traces the networks.
  for studio in (trained, untrained):
    _reproduce(studio, targets, 1, 0)
  methods = [
    (
      f'best of {number}' if number > 1 else 'one drawing',
      lambda number=number: _reproduce(trained, targets, number, 0),
      0,
    )
    for number in _SAMPLES
  ]
  methods += [
    (
      f'best of {_STARTS}, {tries:,} tries',
      lambda tries=tries: _reproduce(trained, targets, _STARTS, tries),
      tries,
    )
    for tries in _TRIES
  ]
  for tries in _OTHER_TRIES:
    methods += [
      (
        f'random start, {tries:,} tries',
        lambda tries=tries: _from_random(
          trained, loaded.config, targets, tries
        ),
        tries,
      ),
      (
        f'untrained start, {tries:,} tries',
        lambda tries=tries: _reproduce(untrained, targets, _STARTS, tries),
        tries,
      ),
    ]
  return methods


def _reproduce(
  studio: studio_lib.Studio, targets: np.ndarray, samples: int, tries: int
) -> list[program_lib.Program]:
  return reproduction.reproduce(
    studio, targets, samples, 1.0, 0, None, None, tries, threads=1
  )


def _from_random(
  studio: studio_lib.Studio,
  config: experiment.Config,
  targets: np.ndarray,
  tries: int,
) -> list[program_lib.Program]:
  """Climbs from as many random programs as there are drawings otherwise."""
  random = np.random.default_rng(0)
  shape = len(targets), _STARTS, config.environment.episode_length
  spec = builders.environment_spec(config).action
  found = climbing.climb(
    config.environment,
    {
      name: random.integers(x.num_values, size=shape)
      for name, x in spec.items()
    },
    targets,
    tries,
    range(len(targets)),
    threads=1,
  )
  return studio.programs(found.actions)
