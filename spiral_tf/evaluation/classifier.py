"""A small network that tells ten classes of images apart, digits say.

Trained on real images, it gives features in which sets of images can be
compared, see `frechet`, and always names one of the classes, of scribbles too:
whether an image is of any class is asked of `recognition`. Untrained, with
fixed weights, it gives features that need no labels, see `yardstick`.
"""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf import datasets
from spiral_tf.evaluation import onlookers

NUM_CLASSES = 10
# Features of an image: few enough that some 180 images give a covariance of
# full rank, with little of the bias that Frechet distances of small samples
# have.
NUM_FEATURES = 32


class Classifier:
  """A convolutional network over canvases of one shape."""

  def __init__(self, image_shape: Sequence[int], seed: int):
    """Creates an untrained classifier.

    Args:
      image_shape: `[W, W, C]` of the images, `W` at least 8.
      seed: of the initial weights.

    Raises:
      ValueError: the shape is not as above.
    """
    self.image_shape = onlookers.checked_shape(image_shape)
    init = onlookers.HeNormal(np.random.default_rng(seed))
    self._features = snt.Sequential(
      [
        snt.Conv2D(32, 5, stride=2, w_init=init),
        tf.nn.relu,
        snt.Conv2D(64, 3, stride=2, w_init=init),
        tf.nn.relu,
        snt.Conv2D(64, 3, stride=2, w_init=init),
        tf.nn.relu,
        snt.Flatten(),
        snt.Linear(NUM_FEATURES, w_init=init),
      ]
    )
    self._logits = snt.Linear(NUM_CLASSES, w_init=init)
    spec = tf.TensorSpec([None, *self.image_shape], tf.uint8)
    self._judge = tf.function(
      self.forward, input_signature=[spec], autograph=False
    )
    self.forward(tf.zeros([1, *self.image_shape], tf.uint8))

  @property
  def trainable_variables(self) -> tuple[tf.Variable, ...]:
    """All weights."""
    layers = self._features, self._logits
    return tuple(v for layer in layers for v in layer.trainable_variables)

  def forward(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Features and logits, differentiable.

    Args:
      images: uint8 `[N, W, W, C]`.

    Returns:
      Features, float32 `[N, NUM_FEATURES]`, before their non-linearity, whose
      zeros would make covariances singular; logits, float32 `[N, 10]`.
    """
    ink = 1.0 - tf.cast(images, tf.float32) / 255.0
    features = self._features(ink)
    return features, self._logits(tf.nn.relu(features))

  def features(self, images: datasets.Images) -> np.ndarray:
    """Returns features, float32 `[N, NUM_FEATURES]`.

    Args:
      images: uint8 `[N, W, W, C]`.
    """
    return self._in_chunks(images)[0]

  def probabilities(self, images: np.ndarray) -> np.ndarray:
    """Returns class probabilities, float32 `[N, 10]`.

    Args:
      images: uint8 `[N, W, W, C]`.
    """
    return tf.nn.softmax(self._in_chunks(images)[1]).numpy()

  def _in_chunks(
    self, images: datasets.Images
  ) -> tuple[np.ndarray, np.ndarray]:
    """Features and logits of any number of images, in bounded memory."""
    judged = onlookers.in_chunks(self._judge, images, self.image_shape)
    return tuple(np.concatenate(parts) for parts in zip(*judged))


def train_classifier(
  images: np.ndarray,
  labels: np.ndarray,
  validation_images: np.ndarray,
  validation_labels: np.ndarray,
  seed: int,
  updates: int | None = None,
  batch_size: int = 64,
  learning_rate: float = 2e-3,
  progress: Callable[[int, float], None] | None = None,
) -> tuple[Classifier, float]:
  """Trains a classifier on real images, shifted a little at random.

  Args:
    images: uint8 `[N, W, W, C]`.
    labels: int `[N]` in [0, 10).
    validation_images: uint8 `[M, W, W, C]`, held out.
    validation_labels: int `[M]`.
    seed: of weights, order and shifts; the same seed gives the same classifier.
    updates: gradient steps; by default 8 epochs, but 1500 at least.
    batch_size: images a gradient step.
    learning_rate: Adam's at the start; it falls to 0 along a half cosine.
    progress: called five times, with the updates done and held-out accuracy.

  Returns:
    The classifier, and its accuracy on the held-out images.

  Raises:
    ValueError: images and labels do not fit.
  """
  for what, x, y in (
    ('training', images, labels),
    ('validation', validation_images, validation_labels),
  ):
    found = 'no' if y is None else len(y)
    if not len(x) or found != len(x):
      raise ValueError(
        f'there are {len(x)} {what} images and {found} labels, but there must '
        'be at least one, and as many of both.'
      )
  if updates is None:
    updates = max(1500, 8 * len(images) // batch_size)
  rng = np.random.default_rng(seed)
  classifier = Classifier(images.shape[1:], seed)

  def loss(x, y):
    _, logits = classifier.forward(x)
    return tf.reduce_mean(
      tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
    )

  def batches():
    while True:
      chosen = rng.integers(len(images), size=batch_size)
      yield shifted(images[chosen], rng), labels[chosen].astype(np.int32)

  def accuracy() -> float:
    guess = classifier.probabilities(validation_images).argmax(-1)
    return float(np.mean(guess == validation_labels))

  signature = [
    tf.TensorSpec([None, *images.shape[1:]], tf.uint8),
    tf.TensorSpec([None], tf.int32),
  ]
  for i in onlookers.descend(
    loss,
    classifier.trainable_variables,
    batches(),
    signature,
    updates,
    learning_rate,
  ):
    if progress and i % max(1, updates // 5) == 0:
      progress(i, accuracy())
  return classifier, accuracy()


def train_on(
  dataset: datasets.Dataset, seed: int, split: str = 'validation'
) -> tuple[Classifier, float]:
  """Trains a classifier on a data set whose labels are ten classes.

  Counterexamples are none of its business: they would change its features, and
  with them what published Frechet distances mean.

  Args:
    dataset: the data, of whose training images the classifier learns.
    seed: see `train_classifier`.
    split: 'validation' or 'test', on which the accuracy is taken.

  Returns:
    The classifier, and its accuracy on the images of `split`.
  """
  return train_classifier(
    dataset.train,
    dataset.train_labels,
    dataset.images(split),
    dataset.labels(split),
    seed,
  )


def shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Moves each image by up to 1/32 of its width, both ways.

  Args:
    images: uint8 `[N, W, W, C]`.
    rng: source of the shifts.

  Returns:
    uint8 `[N, W, W, C]`; white paper comes in at the edges.
  """
  count, height, width, _ = images.shape
  reach = max(1, width // 32)
  padded = np.pad(
    images,
    ((0, 0), (reach, reach), (reach, reach), (0, 0)),
    constant_values=255,
  )
  windows = np.lib.stride_tricks.sliding_window_view(
    padded, (height, width), axis=(1, 2)
  )
  top, left = rng.integers(2 * reach + 1, size=(2, count))
  # `sliding_window_view` puts the axes of a window last: [N, C, W, W].
  return np.moveaxis(windows[np.arange(count), top, left], 1, -1)


def has_ten_classes(labels: np.ndarray | None) -> bool:
  """Whether labels, int `[N]` or None if there are none, are of ten classes."""
  return labels is not None and labels.max() < NUM_CLASSES
