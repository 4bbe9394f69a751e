"""Shapes asserted where a network is entered, at no cost to its graph.

`tf.debugging.assert_shapes` adds operations to the graph for every size that is
not known while it is traced, and agents are exported with an open batch size.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf


def check(expected: Iterable[tuple[str, Any, Sequence[int | str]]]) -> None:
  """Raises an error unless arrays are of these shapes, as far as is known.

  Args:
    expected: for each array its name, the array or tensor itself, and its
      shape: a size for each axis, or a letter, which stands for one size
      wherever it is written. Sizes and ranks that are unknown while a function
      is traced pass.

  Raises:
    ValueError: an array has another rank, or an axis of it another size.
  """
  sizes: dict[str, int] = {}
  for name, array, wanted in expected:
    shape = tf.TensorShape(array.shape)
    if shape.rank is None:
      continue
    fits = shape.rank == len(wanted)
    for size, axis in zip(shape, wanted) if fits else ():
      if size is not None:
        known = axis if isinstance(axis, int) else sizes.setdefault(axis, size)
        fits = fits and size == known
    if not fits:
      letters = [axis for axis in wanted if axis in sizes]
      where = ', '.join(f'{k} is {sizes[k]}' for k in dict.fromkeys(letters))
      raise ValueError(
        f'{name} has the shape {shape}, but it must be '
        f'[{", ".join(map(str, wanted))}]{where and f", where {where}"}.'
      )
