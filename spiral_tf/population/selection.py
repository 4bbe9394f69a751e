"""Who copies whom, and with what: the decisions of population-based training.

Jaderberg et al., "Population Based Training of Neural Networks", 2017: exploit
by truncation selection, explore by perturbing or drawing anew. These are pure
functions; whoever calls them moves the weights.
"""

from collections.abc import Sequence
import math
from typing import NamedTuple

import numpy as np


class Hyperparameters(NamedTuple):
  """What a population tunes (appendix C), of the policy learner."""

  learning_rate: float
  entropy_cost: float


class Ranges(NamedTuple):
  """Lower and upper bounds of what is drawn, above 0."""

  learning_rate: tuple[float, float]
  entropy_cost: tuple[float, float]


class Candidate(NamedTuple):
  """A member of the population, as selection sees it.

  Attributes:
    index: of the member.
    fitness: higher is better; minus infinity if it diverged, None if it is not
      known. Such a member sits out, and so does one whose fitness is no number
      or plus infinity, which no measure gives.
    ready: whether it may copy, as it has had time to show what it can.
  """

  index: int
  fitness: float | None
  ready: bool


def draw(ranges: Ranges, rng: np.random.Generator) -> Hyperparameters:
  """Draws hyperparameters log-uniformly, each on its own.

  Args:
    ranges: bounds of the draws.
    rng: source of chance.

  Returns:
    The hyperparameters.
  """
  return Hyperparameters(*(_log_uniform(bounds, rng) for bounds in ranges))


def exploit(
  candidates: Sequence[Candidate], share: float, rng: np.random.Generator
) -> dict[int, int]:
  """Decides who copies whom: truncation selection.

  Of those whose fitness is known, the worst `share` (rounded down, but one at
  least, and half at most) copy the best `share`.

  Args:
    candidates: the members, in any order. Of equals, a lower index is better.
    share: in (0, 0.5].
    rng: source of chance.

  Returns:
    The donor of each recipient, by index. Every recipient is ready, and its
    donor, drawn uniformly, is fitter and has not diverged.

  Raises:
    ValueError: two candidates have the same index.
  """
  indices = [candidate.index for candidate in candidates]
  if len(set(indices)) < len(indices):
    raise ValueError(
      f'candidates have the indices {sorted(indices)}, but each must have one '
      'of its own.'
    )
  ranked = sorted(
    (x for x in candidates if _is_known(x.fitness)),
    key=lambda x: (-x.fitness, x.index),
  )
  # 0.29 * 100 is 28.999999999999996: a share that is meant to come out even
  # must not lose one member.
  number = max(1, math.floor(share * len(ranked) + 1e-9))
  number = min(number, len(ranked) // 2)
  if not number:
    return {}
  copies = {}
  for recipient in ranked[-number:]:
    donors = [x for x in ranked[:number] if x.fitness > recipient.fitness]
    if recipient.ready and donors:
      copies[recipient.index] = donors[rng.integers(len(donors))].index
  return copies


def explore(
  hyperparameters: Hyperparameters,
  ranges: Ranges,
  resample_probability: float,
  rng: np.random.Generator,
  factor: float = 1.2,
) -> Hyperparameters:
  """Varies what was copied, each hyperparameter on its own.

  What is multiplied or divided may leave the ranges: these say where a search
  begins, and a population whose best members sit at a bound has to be able to
  go on beyond it. What was a bad step is copied over later.

  Args:
    hyperparameters: the donor's.
    ranges: bounds of what is drawn anew.
    resample_probability: that a hyperparameter is drawn anew, log-uniformly.
    rng: source of chance.
    factor: by which it is otherwise multiplied or divided, as likely.

  Returns:
    The recipient's.
  """
  varied = []
  for value, bounds in zip(hyperparameters, ranges):
    if rng.random() < resample_probability:
      varied.append(_log_uniform(bounds, rng))
    else:
      varied.append(value * factor if rng.random() < 0.5 else value / factor)
  return Hyperparameters(*varied)


def _is_known(fitness: float | None) -> bool:
  # NaN is below nothing, so it is not known either.
  return fitness is not None and fitness < math.inf


def _log_uniform(
  bounds: tuple[float, float], rng: np.random.Generator
) -> float:
  low, high = bounds
  value = math.exp(rng.uniform(math.log(low), math.log(high)))
  # Exponentials of logarithms are a last digit off.
  return min(max(value, low), high)
