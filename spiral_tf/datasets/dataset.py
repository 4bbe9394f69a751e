"""What a data set is: real images in named splits, and endless batches of them.

Images look like canvases: uint8, and what is ink on paper is dark on 255.
"""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import functools
from typing import NamedTuple

import numpy as np

from spiral_tf.datasets import rows

# Images in memory, or rows of files that are mapped into it.
Images = np.ndarray | rows.Rows
SPLITS = ('train', 'validation', 'test')


class Split(NamedTuple):
  """Some of the images of a data set.

  Attributes:
    images: uint8 `[N, W, W, C]`.
    labels: their classes, int32 `[N]`, or None.
  """

  images: Images
  labels: np.ndarray | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
  """Real images and, where they are known, their classes.

  The test images are loaded when somebody asks for them with `images`,
  `labels`, `batches` or `stream`, and then kept: training and validation do
  without, and their files may be missing.

  Attributes:
    name: name of the data set.
    train: uint8 `[N, W, W, C]`, to learn from.
    validation: uint8 `[N, W, W, C]`, held out.
    train_labels: int32 `[N]`, or None.
    validation_labels: int32 `[N]`, or None.
    load_test: loads the source's own test images, is called once at most, and
      raises what the loader of the data set does; None if there are none.
    test_cure: how to do without test images, or to get them, where `load_test`
      is None: what the error says.
    mirrored: whether half of the training images, anew each time, are mirrored,
      left to right, in `batches` and `stream`.
  """

  name: str
  train: Images
  validation: Images
  train_labels: np.ndarray | None = None
  validation_labels: np.ndarray | None = None
  load_test: Callable[[], Split] | None = None
  test_cure: str = 'Use "validation" instead.'
  mirrored: bool = False

  def __post_init__(self):
    for split in ('train', 'validation'):
      self._check(split, self._split(split))

  @functools.cached_property
  def _test(self) -> Split:
    if self.load_test is None:
      raise ValueError(
        f'data set "{self.name}" has no split "test". {self.test_cure}'
      )
    return self._check('test', self.load_test())

  def _split(self, split: str) -> Split:
    if split not in SPLITS:
      raise ValueError(
        f'there is no split "{split}"; the splits are {", ".join(SPLITS)}.'
      )
    if split == 'test':
      return self._test
    return Split(getattr(self, split), getattr(self, split + '_labels'))

  def _check(self, name: str, split: Split) -> Split:
    """Returns a split, or raises a ValueError if its arrays are unfit."""
    images, labels = split
    where = f'{name} images of data set "{self.name}"'
    shape = images.shape
    if images.dtype != np.uint8 or len(shape) != 4 or shape[1] != shape[2]:
      raise ValueError(
        f'{where} are {images.dtype} {list(shape)}, '
        'but they must be uint8 [N, W, W, C].'
      )
    if not len(images):
      raise ValueError(
        f'{where}: there are none, but each split needs at least one. '
        'Change config.data.validation_fraction or use more images.'
      )
    if shape[1:] != self.train.shape[1:]:
      raise ValueError(
        f'{where} are {list(shape[1:])}, but all splits must have the shape '
        f'of the training images, {list(self.train.shape[1:])}.'
      )
    if labels is not None and (
      labels.dtype != np.int32 or labels.shape != shape[:1]
    ):
      raise ValueError(
        f'labels of the {where} are {labels.dtype} {list(labels.shape)}, '
        f'but they must be int32 {list(shape[:1])}.'
      )
    return split

  def images(self, split: str) -> Images:
    """Returns the images of a split, uint8 `[N, W, W, C]`.

    Args:
      split: 'train', 'validation' or 'test'.

    Returns:
      The images, not a copy.

    Raises:
      FileNotFoundError: a file of the test images is missing.
      ValueError: there is no such split, or a file of the test images is
        damaged.
    """
    return self._split(split).images

  def labels(self, split: str) -> np.ndarray | None:
    """Returns the classes of a split, int32 `[N]`, or None; see `images`."""
    return self._split(split).labels

  def batches(
    self, split: str, batch_size: int, seed: int
  ) -> Iterator[np.ndarray]:
    """Returns endless shuffled batches.

    Training images may be mirrored, see `mirrored`. Each epoch is a new
    permutation, and epochs follow each other without a gap: a batch may span
    two of them, and one that is larger than the split wraps around it, with
    each image as often as any other, give or take one.

    Args:
      split: 'train', 'validation' or 'test'.
      batch_size: `B`, images a batch.
      seed: of the order; the same seed gives the same batches.

    Returns:
      An iterator of uint8 `[B, W, W, C]`, each a copy.

    Raises:
      ValueError: there is no such split, or the batch size is not positive.
    """
    images = self.images(split)
    if batch_size < 1:
      raise ValueError(f'batch_size is {batch_size}, but it must be at least 1')
    rng = np.random.default_rng(seed)
    batches = _batches(images, batch_size, rng)
    if self.mirrored and split == 'train':
      return (_half_mirrored(batch, rng) for batch in batches)
    return batches

  def stream(self, split: str, seed: int) -> Iterator[np.ndarray]:
    """Returns endless shuffled single images; see `batches`.

    Args:
      split: 'train', 'validation' or 'test'.
      seed: of the order; the same seed gives the same images.

    Returns:
      An iterator of uint8 `[W, W, C]`, each a copy.

    Raises:
      ValueError: there is no such split.
    """
    return (batch[0] for batch in self.batches(split, 1, seed))


def _batches(
  images: Images, batch_size: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
  order = np.zeros([0], np.int64)
  while True:
    while len(order) < batch_size:
      order = np.concatenate([order, rng.permutation(len(images))])
    yield images[order[:batch_size]]
    order = order[batch_size:]


def _half_mirrored(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Mirrors each image, or not; `images`, `[B, W, W, C]`, may be changed."""
  mirrored = rng.random(len(images)) < 0.5
  images[mirrored] = images[mirrored, :, ::-1]
  return images


def split_indices(
  count: int, validation_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
  """Splits `count` images at random.

  Args:
    count: number of images.
    validation_fraction: share of them to hold out; at least one image is.
    seed: of the split.

  Returns:
    Indices of the training images and of the validation images, int64.
  """
  order = np.random.default_rng(seed).permutation(count)
  held_out = max(1, round(count * validation_fraction))
  return order[held_out:], order[:held_out]


def repeat_channel(images: np.ndarray, channels: int) -> np.ndarray:
  """Returns grey images, uint8 `[N, W, W, 1]`, with that many equal channels.

  Args:
    images: the grey images.
    channels: `C`.

  Returns:
    uint8 `[N, W, W, C]`, read-only, which takes no further memory.
  """
  return np.broadcast_to(images, [*images.shape[:3], channels])
