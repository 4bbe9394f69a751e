"""What the small networks that look at images here have in common."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf import datasets

_CHUNK = 256  # Images judged at once.


def checked_shape(image_shape: Sequence[int]) -> tuple[int, ...]:
  """Returns the shape of images, or raises a ValueError if it is unfit.

  Args:
    image_shape: `[W, W, C]`, `W` at least 8.
  """
  shape = tuple(image_shape)
  if len(shape) != 3 or min(shape[:2]) < 8:
    raise ValueError(
      f'image_shape is {shape}, but it must be [W, W, C] with W at least 8 '
      'pixels.'
    )
  return shape


def in_chunks(
  judge: Callable[[np.ndarray], Any],
  images: datasets.Images,
  image_shape: tuple[int, ...],
) -> list[Any]:
  """Judges any number of images, in bounded memory.

  Args:
    judge: maps some images to whatever it says of them.
    images: uint8 `[N, *image_shape]`.
    image_shape: of what it judges.

  Returns:
    What it says, of one chunk after the other.

  Raises:
    ValueError: the images are not as above, or there are none.
  """
  fits = images.dtype == np.uint8 and images.shape[1:] == image_shape
  if not fits or not len(images):
    raise ValueError(
      f'images are {images.dtype} {list(images.shape)}, but this classifier '
      f'judges uint8 [N, {str(image_shape)[1:-1]}], N at least 1.'
    )
  starts = range(0, len(images), _CHUNK)
  return [judge(images[i : i + _CHUNK]) for i in starts]


class HeNormal(snt.initializers.Initializer):
  """He et al.'s initializer, from a generator instead of TensorFlow's state."""

  def __init__(self, rng: np.random.Generator):
    self._rng = rng

  def __call__(self, shape: Sequence[int], dtype: tf.DType) -> tf.Tensor:
    scale = np.sqrt(2.0 / np.prod(shape[:-1]))
    return tf.constant(self._rng.normal(0.0, scale, shape), dtype)


def descend(
  loss: Callable[..., tf.Tensor],
  variables: Sequence[tf.Variable],
  batches: Iterator[Sequence[np.ndarray]],
  signature: Sequence[tf.TensorSpec],
  updates: int,
  learning_rate: float,
) -> Iterator[int]:
  """Trains by Adam, at a rate that falls to 0 along a half cosine.

  Args:
    loss: maps a batch to float32 `[]`.
    variables: that are trained.
    batches: of arrays.
    signature: of a batch, which is compiled once.
    updates: gradient steps.
    learning_rate: at the start.

  Yields:
    The number of steps that were made, after each.
  """
  rate = tf.Variable(learning_rate, dtype=tf.float32)
  optimizer = snt.optimizers.Adam(rate)

  @tf.function(input_signature=signature, autograph=False)
  def update(*batch):
    with tf.GradientTape() as tape:
      value = loss(*batch)
    optimizer.apply(tape.gradient(value, variables), variables)

  for i in range(updates):
    rate.assign(learning_rate * 0.5 * (1 + np.cos(np.pi * i / updates)))
    update(*next(batches))
    yield i + 1
