"""What proposals of strokes are worth to the painter: of an agent, of chance.

Photographs are painted with proposals of each kind at equal draws: as many
strokes are named, and as many variations of the best one are tried, for each
stroke that is laid. Then each kind is handed to the painter as it is, which
goes on to replace strokes and to vary them where they lie.
"""

from collections.abc import Callable
import functools
import time
from typing import NamedTuple

import numpy as np

from spiral_tf import builders
from spiral_tf.agents import photographs as painter
from spiral_tf.agents import proposing
from spiral_tf.agents import saved_model
from spiral_tf.environments import mypaint
from spiral_tf.programs import program as program_lib
from spiral_tf.search import photographs
from spiral_tf.search import proposals
from spiral_tf.search import scanning

DEFAULT_MODEL = 'models/photos_small'
_STROKES = 100
# Strokes that are named, and variations of the best one, for each that is laid.
_NAMED = 32
_TRIES = 60


class _Kind(NamedTuple):
  """A kind of proposals.

  Attributes:
    name: for people.
    make: makes who proposes so many strokes at a time.
  """

  name: str
  make: Callable[[int], proposals.Make]


def load(model: str) -> list[_Kind]:
  """Loads who proposes; the first is what the others are measured by.

  Args:
    model: folder of an agent that reproduces images with a brush.

  Returns:
    What to compare.

  Raises:
    ValueError: there is no such agent.
  """
  loaded = saved_model.load(model)
  policy = builders.make_policy(loaded.config)
  player = builders.make_player(policy, 0)  # One, as it is dear to trace.
  untrained = loaded._replace(make_player=lambda seed, temperature: player)
  proposing.by(loaded)  # Refuses agents that do not fit.
  return [
    _Kind('guided random', functools.partial(_of_search, proposals.Guided)),
    _Kind('untrained agent', functools.partial(proposing.by, untrained)),
    _Kind('trained agent', functools.partial(proposing.by, loaded)),
    _Kind('scan of all places', functools.partial(_of_search, proposals.Scan)),
  ]


def compare(
  photos: dict[str, np.ndarray],
  kinds: list[_Kind],
  say: Callable[[str], None],
) -> None:
  """Prints errors as shares of the first kind's, and seconds.

  Args:
    photos: uint8 `[H, W, 3]`, by name.
    kinds: what `load` returns.
    say: told what is going on.
  """
  print(
    f'Proposals, {_STROKES} strokes: squared errors x 1000, at {_NAMED} '
    f'proposals and {_TRIES} variations a stroke'
  )
  print(f'{"":24}' + ''.join(f'{kind.name:>20}' for kind in kinds))
  laid: list[list[tuple[float, float]]] = []
  whole: list[list[tuple[float, float]]] = []
  for name, photo in photos.items():
    for measured, paint, number in (
      (laid, _lay, _NAMED),
      (whole, _paint, proposals.CANDIDATES),
    ):
      measured.append([])
      for kind in kinds:
        say(f'{name}: {kind.name}')
        measured[-1].append(_measure(paint, photo, kind.make(number)))
    cells = ''.join(f'{1000 * error:20.2f}' for error, _ in laid[-1])
    print(f'{name:24}{cells}', flush=True)
  for title, measured in (('laid only', laid), ('whole painter', whole)):
    errors, seconds = np.moveaxis(np.array(measured), -1, 0)
    ratios = np.exp(np.log(errors / errors[:, :1]).mean(0))
    print(f'{title + ", ratio":24}' + ''.join(f'{x:20.3f}' for x in ratios))
    print(
      f'{title + ", CPU s":24}'
      + ''.join(f'{x:20.1f}' for x in seconds.mean(0)),
      flush=True,
    )


def _of_search(
  kind: type[proposals.Guided] | type[proposals.Scan], number: int
) -> proposals.Make:
  return functools.partial(kind, number=number)


def _measure(
  paint: Callable[[np.ndarray, proposals.Make], program_lib.Program],
  photo: np.ndarray,
  make: proposals.Make,
) -> tuple[float, float]:
  """Error of the rendered painting, and seconds of the processor."""
  begin = time.process_time()
  program = paint(photo, make)
  seconds = time.process_time() - begin
  difference = (program.render() - photo.astype(float)) / 255
  return float(np.square(difference).mean()), seconds


def _paint(photo: np.ndarray, make: proposals.Make) -> program_lib.Program:
  """Paints as the painter does."""
  return painter.paint_photo(
    photo, _STROKES, size=max(photo.shape), threads=1, proposals=make
  )


def _lay(photo: np.ndarray, make: proposals.Make) -> program_lib.Program:
  """Lays stroke by stroke, each the best of those that are proposed for it."""
  target = photo.astype(np.float32) / 255
  weights = np.ones(photo.shape[:2], np.float32)
  paper = tuple((np.round(255 * target.mean((0, 1))) / 255).tolist())
  painting = mypaint.Photo(
    target=target,
    weights=weights,
    brush=mypaint.brushes.load(painter.BRUSH),
    substrokes=photographs.SUBSTROKES,
    paper=paper,
    min_radius=1,
    max_radius=max(photo.shape) / 2,
    min_pressure=1,
    threads=1,
    seed=0,
  )
  proposer = make(painting, np.random.default_rng(0))
  for _ in range(_STROKES):
    scene = scanning.Scene(target, painting.picture(), weights)
    painting.add(proposer(scene), _TRIES, most=1, least=1)
  found = photographs.Painting(painting.strokes(), paper, 0.0)
  return painter.program(found, photo.shape[:2], painter.BRUSH)
