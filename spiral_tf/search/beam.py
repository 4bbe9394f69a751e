"""Beam search: of what an agent proposes after each action, the best stays.

docs/search.md compares it with climbing.
"""

from collections.abc import Sequence

import numpy as np

from spiral_tf.search import beginnings as beginnings_lib

# Beginnings that the agent goes on from with one call: more are no faster.
_ROWS = 256


def search(
  easel: beginnings_lib.Easel, number: int, width: int, proposals: int
) -> beginnings_lib.Found:
  """Searches for the program of each target.

  Args:
    easel: with the targets, and the agent that proposes.
    number: of targets, `N`.
    width: beginnings that stay after each action, those nearest to the target.
    proposals: of the agent, how each of these may go on. The same one counts
      once only.

  Returns:
    `width` programs for each target, the nearest first.
  """
  group = max(1, _ROWS // (width * proposals))
  return beginnings_lib.found(
    [
      _search(easel, range(start, min(number, start + group)), width, proposals)
      for start in range(0, number, group)
    ]
  )


def _search(
  easel: beginnings_lib.Easel, target: Sequence[int], width: int, proposals: int
) -> beginnings_lib.Found:
  number = len(target)
  rows = np.arange(number)[:, np.newaxis]
  beginnings = easel.begin(np.repeat(target, width))
  for _ in range(easel.length):
    # Of the first ones, which are all the same, no proposal is wasted.
    beginnings = beginnings.take(
      np.repeat(np.arange(number * width), proposals)
    )
    beginnings = easel.extend(beginnings)
    errors = np.where(_repeated(beginnings), np.inf, beginnings.errors)
    errors = errors.reshape(number, width * proposals)
    best = np.argsort(errors, axis=1, kind='stable')[:, :width]
    beginnings = beginnings.take((best + errors.shape[1] * rows).ravel())
  shape = number, width
  return beginnings_lib.Found(
    {k: x.reshape(*shape, -1) for k, x in beginnings.actions.items()},
    beginnings.errors.reshape(shape),
  )


def _repeated(beginnings: beginnings_lib.Beginnings) -> np.ndarray:
  """Whether each is the same as an earlier one, bool `[M]`."""
  columns = [beginnings.target[:, np.newaxis], *beginnings.actions.values()]
  _, first = np.unique(
    np.concatenate(columns, axis=1), axis=0, return_index=True
  )
  repeated = np.ones([len(beginnings.target)], bool)
  repeated[first] = False
  return repeated
