"""Climbing from programs that an agent wrote, in the real renderer.

The paper's discussion asks for search beside the policy. Here a program is
varied a little, an action at a time, and a variation stays if the picture is
not farther from the target, or, at first, not much farther. The whole loop is
native: `docs/search.md` says what it is worth, and what else was tried.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spiral_tf import messages
from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.search import native

MAX_TRIES = 100_000_000


class Climbed(NamedTuple):
  """What came of it.

  Attributes:
    actions: the best programs, int32 `[N, T]` for each component.
    errors: mean squared errors of a pixel on [0, 1], float64 `[N]`.
  """

  actions: dict[str, np.ndarray]
  errors: np.ndarray


def check_tries(tries: int) -> None:
  """Raises a ValueError if there cannot be so many tries."""
  if type(tries) is not int or not 0 <= tries <= MAX_TRIES:
    raise ValueError(
      f'tries is {messages.quoted(tries)}, but it must be a whole number from '
      f'0 to {MAX_TRIES:,}.'
    )


def check_environment(environment: sections.EnvironmentConfig) -> None:
  """Raises a ValueError if programs of such an environment can't be varied."""
  if environment.name != 'painting':
    raise ValueError(
      'only paintings are varied to come nearer, and this agent makes '
      f'{messages.quoted(environment.name)}; leave tries (--improve) out.'
    )


def check_stroke_cost(
  cost: float, environment: sections.EnvironmentConfig
) -> None:
  """Raises a ValueError if strokes cannot cost so much."""
  if type(cost) not in (int, float) or not 0 <= cost <= 1:
    raise ValueError(
      f'stroke_cost is {messages.quoted(cost)}, but it must be a number from 0 '
      'to 1.'
    )
  if cost and environment.name != 'painting':
    raise ValueError(
      'stroke_cost is for strokes, but this agent makes '
      f'{messages.quoted(environment.name)}; leave it out.'
    )
  if cost and environment.pen_down:
    raise ValueError(
      'this agent never lifts its brush, so none of its strokes can be left '
      'out; leave stroke_cost out.'
    )


def climb(
  environment: sections.EnvironmentConfig,
  starts: Mapping[str, np.ndarray],
  targets: np.ndarray,
  tries: int,
  seeds: Sequence[int],
  threads: int | None = None,
  stroke_cost: float = 0.0,
) -> Climbed:
  """Varies programs until they are nearer to targets.

  Args:
    environment: settings of the environment `painting`.
    starts: for each component of its actions, int `[N, S, T]`: `S` programs
      for each of `N` targets, of which the best one is begun with. Without
      tries, it is returned.
    targets: uint8 `[N, W, W, C]`.
    tries: variations for each target.
    seeds: `N` numbers, each at least 0 and below 2**64. A target's program
      depends on its own one only.
    threads: that share the targets; None for as many as there are cores for
      this process.
    stroke_cost: what a stroke must be worth to be there: by what share of the
      blank canvas's error it brings the picture nearer. With 0, no stroke is
      there that could be left out at no loss at all, if that was found.

  Returns:
    The programs.

  Raises:
    ValueError: an argument is not as above.
  """
  check_environment(environment)
  check_tries(tries)
  check_stroke_cost(stroke_cost, environment)
  found, errors = mypaint.climb(
    **native.settings(environment, targets.shape[-1], threads),
    programs=native.pack(starts),
    targets=np.ascontiguousarray(targets),
    tries=tries,
    stroke_cost=stroke_cost,
    seeds=seeds,
  )
  actions = native.unpack(found, starts)
  return Climbed(actions, errors / (255**2 * targets[0].size))
