"""Hill climbing towards what a judge likes, such as a discriminator.

Programs are varied as in `climbing`, which compares pixels and is native. Here
any function of pictures and targets says what is better. Several variations of
each program are drawn before the judge is asked, since a network judges a batch
in little more time than one.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.search import climbing
from spiral_tf.search import native

# Pictures and what they should show, each uint8 `[N, W, W, C]`, to float `[N]`,
# higher for what is better.
Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Variations of a program that are judged before one of them is kept
# (docs/search.md).
_VARIATIONS = 16


class Judged(NamedTuple):
  """What came of it.

  Attributes:
    actions: the best programs, int32 `[N, T]` for each component.
    scores: the judge's, float64 `[N]`.
  """

  actions: dict[str, np.ndarray]
  scores: np.ndarray


class _Drawn(NamedTuple):
  """Programs, int32 `[N, T, 8]`, their pictures, and their scores, `[N]`."""

  programs: np.ndarray
  pictures: np.ndarray
  scores: np.ndarray


def climb(
  environment: sections.EnvironmentConfig,
  starts: Mapping[str, np.ndarray],
  targets: np.ndarray,
  tries: int,
  seeds: Sequence[int],
  judge: Judge,
  threads: int | None = None,
  check: Callable[[], None] | None = None,
) -> Judged:
  """Varies programs until a judge likes them better.

  Args:
    environment: settings of the environment `painting`.
    starts: for each component of its actions, int `[N, S, T]`: `S` programs to
      begin with for each of `N` targets, of which the best is varied. Without
      tries, that is returned.
    targets: uint8 `[N, W, W, C]`.
    tries: variations that are drawn for each target.
    seeds: `N` numbers, each at least 0.
    judge: says what is better. What it says of a picture must not depend on the
      others that it is shown.
    threads: that draw; None for as many as there are cores for this process.
    check: called before each batch, it raises an error to end the work.

  Returns:
    The programs. No score is lower than that of the best start.

  Raises:
    ValueError: an argument is not as above, or a score is not a number.
  """
  climbing.check_environment(environment)
  climbing.check_tries(tries)
  drafter = mypaint.Drafter(
    **native.settings(environment, targets.shape[-1], threads)
  )
  targets = np.ascontiguousarray(targets)

  def best_of(programs: np.ndarray) -> _Drawn:
    """The best for each target, of programs `[N, K, T, 8]`."""
    number, each = programs.shape[:2]
    pictures = drafter.draw(programs.reshape(-1, *programs.shape[2:]))
    scores = _scores(judge, pictures, np.repeat(targets, each, axis=0))
    scores = scores.reshape(number, each)
    rows, best = np.arange(number), scores.argmax(axis=1)
    pictures = pictures.reshape(number, each, *pictures.shape[1:])
    return _Drawn(
      programs[rows, best], pictures[rows, best], scores[rows, best]
    )

  kept = best_of(native.pack(starts))
  random = [np.random.default_rng(seed) for seed in seeds]
  for number in _rounds(tries):
    if check:
      check()
    drawn_seeds = [r.integers(2**64, dtype=np.uint64) for r in random]
    varied = drafter.vary(
      kept.programs, kept.pictures, targets, number, drawn_seeds
    )
    tried = best_of(varied)
    better = tried.scores >= kept.scores
    for old, new in zip(kept, tried):
      old[better] = new[better]
  return Judged(native.unpack(kept.programs, starts), kept.scores)


def _rounds(tries: int) -> Iterator[int]:
  """How many variations of each program each round has."""
  yield from [_VARIATIONS] * (tries // _VARIATIONS)
  if tries % _VARIATIONS:
    yield tries % _VARIATIONS


def _scores(
  judge: Judge, pictures: np.ndarray, targets: np.ndarray
) -> np.ndarray:
  """What a judge says, float64 `[N]`, if it can be compared."""
  scores = np.asarray(judge(pictures, targets), np.float64)
  if scores.shape != (len(pictures),) or np.isnan(scores).any():
    raise ValueError(
      f'the judge made of {len(pictures)} pictures scores of the shape '
      f'{list(scores.shape)}, {int(np.isnan(scores).sum())} of them not a '
      f'number, but it must score each: [{len(pictures)}].'
    )
  return scores
