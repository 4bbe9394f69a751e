"""An evaluation of drawings as a table for people."""

from collections.abc import Mapping
from typing import Any

import tabulate

from spiral_tf.evaluation import recognition

_NAMES = ('trained', 'untrained', 'real')


def table(result: Mapping[str, Any]) -> str:
  """The result of `generation.evaluate` as text for people.

  What tells most comes first: how far the drawings are from the real images as
  a set, how many of them look real, and how much of the real images they cover.

  Results of earlier versions lack what was not measured then, and so do their
  tables: precision and recall; the split, which was "validation"; shares of
  what is nearer to training images; and the judge that knows counterexamples.
  Without that, what was recognised was so by a classifier that took anything
  for a digit, and the table says that.
  """
  has_classes = 'classifier_accuracy' in result
  recognised = 'recognised'
  if 'judge' not in result:
    recognised = 'recognised by who knows digits only'
  rows = []
  for label, key, form in (
    (
      'Frechet distance',
      'frechet_distance',
      f'{{:.{2 if has_classes else 3}f}}',
    ),
    ('precision', 'precision', '{:.1%}'),
    ('recall', 'recall', '{:.1%}'),
    (recognised, 'recognised', '{:.1%}'),
    ('nearer to training images', 'nearer', '{:.1%}'),
    ('suspiciously near', 'suspicious', '{:.1%}'),
    ('copied', 'copied', '{:.0%}'),
    ('discriminator score', 'score', '{:+.3f}'),
    ('images', 'number', '{}'),
  ):
    if key in result['trained']:
      values = (result[name][key] for name in _NAMES)
      cells = ('-' if x is None else form.format(x) for x in values)
      rows.append((label, *cells))
  lines = [
    tabulate.tabulate(
      rows,
      ('', *_NAMES),
      tablefmt='plain',
      colalign=('left', 'right', 'right', 'right'),
      disable_numparse=True,
    ),
    *_notes(result),
  ]
  return '\n'.join(lines)


def _notes(result: Mapping[str, Any]) -> list[str]:
  """What stands below the table."""
  split = result.get('split', 'validation')
  trained, untrained = (
    result[name]['frechet_distance'] for name in ('trained', 'untrained')
  )
  lines = [
    f'Frechet distance, trained / untrained: {trained / untrained:.3f}',
    f'held against: the {"test" if split == "test" else "training"} images; '
    'real: the held-out (validation) images',
  ]
  if 'precision' in result['trained']:
    lines.append(
      'precision: drawings among real images; recall: real images among '
      'drawings, which is much, too, if those are everywhere'
    )
  if 'classifier_accuracy' in result:
    lines += [_classes(result, name) for name in ('trained', 'real')]
  if 'nearer' in result['trained']:
    lines += [
      'nearer to training images: than held-out images are; 50% is what new '
      'ones get, 100% copies',
      'suspiciously near: nearer than 99% of the held-out images',
      'copied: nearer to training images than to held-out ones, beyond chance, '
      f'which alone makes it 0% +- {result["copied_chance"]:.0%} or more',
    ]
  lines += recognition.notes(result, split)
  if 'classifier_accuracy' not in result:
    lines.append(
      'Frechet distance: in units of the variance of the real images, in the '
      'features of a fixed network'
    )
  lines.append(f'environment frames of training: {result["frames"]:,}')
  return lines


def _classes(result: Mapping[str, Any], name: str) -> str:
  """How many of some images were taken for which digit, in a line."""
  shares = (
    f'{count / result[name]["number"]:.0%}' for count in result[name]['classes']
  )
  return f'recognised as 0 to 9, {name}: {" ".join(shares)}'
