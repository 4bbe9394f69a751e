"""Beam search: of an agent's proposals after each action, the best stay.

docs/search.md compares it with climbing.
"""

import numpy as np

from spiral_tf.search import beginnings as beginnings_lib


def search(
  easel: beginnings_lib.Easel, target, width: int, proposals: int, rule, random
):
  number = len(target)
  lines = easel.begin(np.repeat(target, width * proposals))
  for step in range(easel.length):
    if step:
      lines = lines.take(np.repeat(np.arange(len(lines.steps)), proposals))
    lines = easel.extend(lines)
    shape = number, width * proposals
    errors = lines.errors.reshape(shape)
    same = repeated(lines).reshape(shape)
    kept = rule(easel, lines, errors, same, width, random)
    if step < easel.length - 1:
      lines = lines.take((kept + shape[1] * np.arange(number)[:, None]).ravel())
  return lines, number


def repeated(lines):
  """Whether a beginning is the same as an earlier one of the same target."""
  table = np.concatenate(
    [lines.target[:, None], *[x[:, : lines.steps[0]] for x in lines.actions.values()]],
    axis=1,
  )
  _, first = np.unique(table, axis=0, return_index=True)
  same = np.ones([len(table)], bool)
  same[first] = False
  return same


def by_error(easel, lines, errors, same, width, random):
  return np.argsort(np.where(same, np.inf, errors), axis=1, kind='stable')[:, :width]


def _last_draws(easel, lines):
  last = {k: x[np.arange(len(lines.steps)), lines.steps - 1] for k, x in lines.actions.items()}
  return easel.draws(last, lines.steps - 1)


def by_groups(easel, lines, errors, same, width, random):
  """Half of the places are kept for those that have just moved."""
  draws = _last_draws(easel, lines).reshape(errors.shape)
  kept = []
  for e, d, s in zip(np.where(same, np.inf, errors), draws, same):
    order = np.argsort(e, kind='stable')
    moved, drew = order[~d[order]], order[d[order]]
    m = moved[: max(width // 4, width - len(drew))]
    kept.append(np.concatenate([drew[: width - len(m)], m]))
  return np.stack(kept)


def particles(temperature):
  def rule(easel, lines, errors, same, width, random):
    scale = temperature * errors.min(axis=1, keepdims=True)
    p = np.exp(-(errors - errors.min(axis=1, keepdims=True)) / np.maximum(scale, 1))
    gumbel = random.gumbel(size=errors.shape)
    return np.argsort(-(np.log(p + 1e-300) + gumbel), axis=1)[:, :width]
  return rule


def resampled(temperature):
  """With replacement."""
  def rule(easel, lines, errors, same, width, random):
    scale = temperature * errors.min(axis=1, keepdims=True)
    p = np.exp(-(errors - errors.min(axis=1, keepdims=True)) / np.maximum(scale, 1))
    p /= p.sum(axis=1, keepdims=True)
    u = (np.arange(width) + random.random()) / width
    return np.stack([np.searchsorted(np.cumsum(row), u * row.sum() * .999999) for row in p])
  return rule
