"""Shapes asserted where networks and losses are entered, at no cost there.

`tf.debugging.assert_shapes` adds operations to the graph for every size that is
not known while it is traced, and agents are exported with an open batch size.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf


def check(expected: Iterable[tuple[str, Any, Sequence[Any]]]) -> None:
  """Raises an error unless arrays are of these shapes, as far as is known.

  Args:
    expected: for each array its name, the array or tensor itself, and its
      shape: a size for each axis, or a letter, which stands for one size
      wherever it is written; a last `...` stands for any further axes. Sizes
      and ranks that are unknown while a function
      is traced pass.

  Raises:
    ValueError: an array has another rank, or an axis of it another size.
  """
  sizes: dict[str, int] = {}
  for name, array, wanted in expected:
    shape = tf.TensorShape(array.shape)
    if shape.rank is None:
      continue
    open_ended = wanted[-1] is ...
    axes = wanted[:-1] if open_ended else wanted
    fits = shape.rank >= len(axes) if open_ended else shape.rank == len(axes)
    for size, axis in zip(shape, axes) if fits else ():
      if size is not None:
        known = axis if isinstance(axis, int) else sizes.setdefault(axis, size)
        fits = fits and size == known
    if not fits:
      letters = [axis for axis in axes if axis in sizes]
      text = ', '.join(map(str, axes)) + ', ...' * open_ended
      where = ', '.join(f'{k} is {sizes[k]}' for k in dict.fromkeys(letters))
      raise ValueError(
        f'{name} has the shape {shape}, but it must be '
        f'[{text}]{where and f", where {where}"}.'
      )
