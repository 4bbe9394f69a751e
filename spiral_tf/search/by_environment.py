"""Which search brings the programs of an environment nearer to images."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from spiral_tf import messages
from spiral_tf.config import sections
from spiral_tf.search import climbing
from spiral_tf.search import scenes

_NAMES = ('painting', 'scenes')


def check_environment(environment: sections.EnvironmentConfig) -> None:
  """Raises a ValueError if programs of such an environment can't be varied."""
  if environment.name not in _NAMES:
    raise ValueError(
      'only paintings and scenes are varied to come nearer, and this agent '
      f'makes {messages.quoted(environment.name)}; leave tries (--improve) out.'
    )


def climb(
  environment: sections.EnvironmentConfig,
  starts: Mapping[str, np.ndarray],
  targets: np.ndarray,
  tries: int,
  seeds: Sequence[int],
  threads: int | None = None,
  stroke_cost: float = 0.0,
  check: Callable[[], None] | None = None,
) -> climbing.Climbed:
  """Varies programs until they are nearer to targets.

  Args:
    environment: settings of the environment.
    starts: see `climbing.climb`.
    targets: see `climbing.climb`.
    tries: see `climbing.climb`.
    seeds: see `climbing.climb`.
    threads: see `climbing.climb`; scenes are searched for in this one.
    stroke_cost: see `climbing.climb`.
    check: called now and then, it raises an error to end the search.

  Returns:
    The programs.

  Raises:
    ValueError: an argument is not as above.
  """
  check_environment(environment)
  if environment.name == 'scenes':
    return scenes.climb(environment, starts, targets, tries, seeds, check=check)
  if check:
    check()
  return climbing.climb(
    environment, starts, targets, tries, seeds, threads, stroke_cost
  )
