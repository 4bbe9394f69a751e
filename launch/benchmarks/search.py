"""How near search brings an agent's pictures, and what that costs.

    python -m launch.benchmark search
    python -m launch.benchmark search --model=models/mnist_conditional_small \
      --data_path=FOLDER --images=100 --output=curve.png

Errors are shares of the blank canvas's, summed over the last held-out images,
against the seconds that a processor worked on a picture. Beside the climbing
from an agent's drawings there are the best of as many drawings, beam search and
a tree over the agent's proposals, climbing from what beam search found, and the
same climbing from random programs and from an untrained agent's drawings: what
the agent is worth as a start.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import time
from typing import NamedTuple

import numpy as np

from launch.benchmarks import search_curve
from spiral_tf import builders
from spiral_tf import pictures
from spiral_tf.agents import reproduction
from spiral_tf.agents import saved_model
from spiral_tf.agents import studio as studio_lib
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import beam
from spiral_tf.search import beginnings
from spiral_tf.search import climbing
from spiral_tf.search import tree_search

DEFAULT_MODEL = 'models/mnist_conditional_small'
DEFAULT_IMAGES = 40  # Some minutes' work.
_SAMPLES = (1, 16, 64, 256)
# Beginnings that stay, and proposals for each.
_BEAMS = ((4, 4), (8, 8), (16, 16))
_SIMULATIONS = (16, 64, 256)
_STARTS = 16  # Drawings that climbing begins with, or that a beam takes.
_TRIES = (500, 2000, 10_000, 40_000)
# What is searched for with random and with untrained starts.
_OTHER_TRIES = (2000, 10_000)

_Programs = list[program_lib.Program]


class _Method(NamedTuple):
  """A kind of search at a budget.

  Attributes:
    line: the kind, see `search_curve.Point`.
    name: the kind and the budget.
    paint: does it.
    tries: variations of each picture that it draws.
  """

  line: str
  name: str
  paint: Callable[[], _Programs]
  tries: int = 0


# Data sets that need no folder.
_BUILT_IN = ('digits', 'patches')


def run(
  model: str = DEFAULT_MODEL,
  data_path: str = '',
  images: int = DEFAULT_IMAGES,
  output: str = '',
) -> None:
  """Prints tries a second, and errors against seconds.

  Args:
    model: folder of a conditional agent with a brush.
    data_path: folder of the data set that it learned from; if empty, the images
      are its own, if those are built in, or digits.
    images: how many of the held-out images, the last ones, to search for.
    output: PNG file for the curves; if empty, none.

  Raises:
    ValueError: there is no such agent, or it makes something else.
  """
  loaded = saved_model.load(model)
  climbing.check_environment(loaded.config.environment)
  if not loaded.config.conditional:
    raise ValueError(f'{model!r} draws without images; choose another --model.')
  data = loaded.config.data
  if data_path:
    data = dataclasses.replace(data, path=data_path)
  elif data.name not in _BUILT_IN:
    data = dataclasses.replace(data, name='digits')
  config = dataclasses.replace(loaded.config, data=data)
  targets = np.asarray(builders.load_dataset(config).validation[-images:])
  blank = _errors(reconstruction.empty_canvas(loaded.config), targets)
  title = f'{model}, the last {len(targets)} held-out images of {data.name}'
  print(f'{title}; one thread of search')
  print(
    f'{"":34}{"share of blank":>15}{"CPU s":>9}{"tries/s":>10}{"strokes":>9}'
  )
  points = []
  for method in _methods(loaded, targets):
    begin = time.process_time()
    programs = method.paint()
    seconds = (time.process_time() - begin) / len(targets)
    drawn = np.stack([program.render() for program in programs])
    point = search_curve.Point(
      method.line,
      method.name,
      _errors(drawn, targets) / blank,
      seconds,
      method.tries / seconds,
      float(np.mean([program.num_strokes for program in programs])),
    )
    rate = f'{point.rate:10,.0f}' if method.tries else f'{"":10}'
    print(
      f'{point.name:34}{point.share:15.3f}{seconds:9.3f}{rate}'
      f'{point.strokes:9.1f}',
      flush=True,
    )
    points.append(point)
  if output:
    figure = search_curve.draw(points, title)
    pictures.write_figure(output, figure, int(figure.dpi))


def _errors(images: np.ndarray, targets: np.ndarray) -> float:
  return float(reconstruction.errors(images, targets).sum())


def _methods(
  loaded: saved_model.LoadedAgent, targets: np.ndarray
) -> Iterator[_Method]:
  """Yields all that are compared."""
  policy = builders.make_policy(loaded.config)
  untrained = loaded._replace(
    make_player=lambda seed, temperature: builders.make_player(policy, seed)
  )
  trained, untrained = (_Searcher(x, targets) for x in (loaded, untrained))
  for number in _SAMPLES:
    yield _Method(
      'best of many drawings',
      f'best of {number}' if number > 1 else 'one drawing',
      lambda number=number: trained.reproduce(number, 0),
    )
  for width, proposals in _BEAMS:
    yield _Method(
      'beam search',
      f'beam of {width}, {proposals} proposals each',
      lambda size=(width, proposals): trained.programs(trained.beam(*size), 0),
    )
  for number in _SIMULATIONS:
    yield _Method(
      'tree search (PUCT)',
      f'tree, {number} simulations',
      lambda number=number: trained.programs(trained.tree(number), 0),
    )
  for tries in _TRIES:
    yield _Method(
      f'climbing from the best of {_STARTS}',
      f'best of {_STARTS}, {tries:,} tries',
      lambda tries=tries: trained.reproduce(_STARTS, tries),
      tries,
    )
  width, proposals = _BEAMS[0]
  for tries in _TRIES:
    yield _Method(
      'climbing from what beam search found',
      f'beam of {width}, {tries:,} tries',
      lambda tries=tries: trained.programs(
        trained.beam(width, proposals), tries
      ),
      tries,
    )
  for tries in _OTHER_TRIES:
    yield _Method(
      'climbing from random programs',
      f'random start, {tries:,} tries',
      lambda tries=tries: trained.programs(trained.random(), tries),
      tries,
    )
    yield _Method(
      "climbing from an untrained agent's drawings",
      f'untrained start, {tries:,} tries',
      lambda tries=tries: untrained.reproduce(_STARTS, tries),
      tries,
    )


class _Searcher:
  """Searches with one agent for some targets, on one thread."""

  def __init__(self, loaded: saved_model.LoadedAgent, targets: np.ndarray):
    self._config = loaded.config
    self._make_player = loaded.make_player
    self._studio = studio_lib.Studio(loaded)
    self._targets = targets
    # Makes the environments, and traces the network.
    self.reproduce(1, 0)

  def reproduce(self, samples: int, tries: int) -> _Programs:
    """The nearest of so many drawings, varied."""
    return reproduction.reproduce(
      *(self._studio, self._targets, samples, 1.0, 0, None, None, tries),
      threads=1,
    )

  def beam(self, width: int, proposals: int) -> Mapping[str, np.ndarray]:
    """What beam search finds, int `[N, width, T]`."""
    number = len(self._targets)
    return beam.search(self._easel(), number, width, proposals).actions

  def tree(self, simulations: int) -> Mapping[str, np.ndarray]:
    """What a tree finds, int `[N, 1, T]`."""
    number = len(self._targets)
    return tree_search.search(self._easel(), number, simulations).actions

  def random(self) -> Mapping[str, np.ndarray]:
    """As many random programs as there are drawings otherwise."""
    random = np.random.default_rng(0)
    length = self._config.environment.episode_length
    return {
      name: random.integers(
        x.num_values, size=(len(self._targets), _STARTS, length)
      )
      for name, x in self._spec().items()
    }

  def programs(self, starts: Mapping[str, np.ndarray], tries: int) -> _Programs:
    """The nearest of some programs, int `[N, S, T]`, varied."""
    found = climbing.climb(
      self._config.environment,
      starts,
      self._targets,
      tries,
      range(len(self._targets)),
      threads=1,
    )
    return self._studio.programs(found.actions)

  def _spec(self):
    return builders.environment_spec(self._config).action

  def _easel(self) -> beginnings.Easel:
    return beginnings.Easel(
      self._config.environment,
      self._spec(),
      self._make_player(0, 1.0),
      self._targets,
      np.random.default_rng(0),
    )
