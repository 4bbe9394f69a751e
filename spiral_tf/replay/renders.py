"""The final canvases that a discriminator is trained on, in one process.

The same as the table `renders` of a Reverb server: the newest few thousand,
sampled uniformly (paper, appendix C).
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


class Renders(tf.Module):
  """Keeps the newest of what it is given; checkpoints can hold it."""

  def __init__(self, capacity: int, shape: Sequence[int], count: int):
    """Creates one that is empty.

    Args:
      capacity: how many renders it keeps.
      shape: of an image, `[W, W, C]`.
      count: images of a render: a canvas, and a target if it has one.
    """
    super().__init__()
    self._capacity = capacity
    self._images = [
      tf.Variable(tf.zeros([capacity, *shape], tf.uint8), trainable=False)
      for _ in range(count)
    ]
    self._added = tf.Variable(0, dtype=tf.int64, trainable=False)

  def __len__(self) -> int:
    return min(int(self._added), self._capacity)

  def add(self, *images: np.ndarray) -> None:
    """Adds renders, in the place of the oldest if there are too many.

    Args:
      *images: of the renders, uint8 `[N, W, W, C]` each.
    """
    # Of more than fit, a place would be written twice, in whatever order.
    newest = [x[-self._capacity :] for x in images]
    number = len(newest[0])
    places = (int(self._added) + np.arange(number)) % self._capacity
    for variable, values in zip(self._images, newest, strict=True):
      variable.scatter_update(tf.IndexedSlices(values, places))
    self._added.assign_add(number)

  def images(self) -> list[np.ndarray]:
    """All that are kept, the oldest first, uint8 `[N, W, W, C]` each."""
    places = np.arange(int(self._added) - len(self), int(self._added))
    return [v.numpy()[places % self._capacity] for v in self._images]

  def sample(self, rng: np.random.Generator, number: int) -> list[tf.Tensor]:
    """Draws some, each as likely as any other, whether drawn before or not.

    Args:
      rng: decides which.
      number: N.

    Returns:
      Their images as of `add`, uint8 `[N, W, W, C]` each.
    """
    chosen = rng.integers(len(self), size=number)
    return [variable.sparse_read(chosen) for variable in self._images]
