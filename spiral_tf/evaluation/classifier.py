"""A small judge of digits: recognises them, and measures how real a set looks.

Trained on the real images, it gives the share of drawings that read as some
digit, and the features in which Frechet distances are taken (Heusel et al.,
"GANs Trained by a Two Time-Scale Update Rule", 2017).
"""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf import datasets

NUM_CLASSES = 10
# Few enough that some 180 images give a covariance of full rank, with little
# of the bias that Frechet distances of small samples have.
NUM_FEATURES = 32
_CHUNK = 256  # Images judged at once.


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
    self.image_shape = tuple(image_shape)
    if len(self.image_shape) != 3 or min(self.image_shape[:2]) < 8:
      raise ValueError(
        f'image_shape is {self.image_shape}, but it must be [W, W, C] with W '
        'at least 8 pixels.'
      )
    init = _HeNormal(np.random.default_rng(seed))
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
    self._judge = tf.function(self.forward, input_signature=[spec])
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

  def features(self, images: np.ndarray) -> np.ndarray:
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

  def _in_chunks(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features and logits of any number of images, in bounded memory."""
    fits = images.dtype == np.uint8 and images.shape[1:] == self.image_shape
    if not fits or not len(images):
      raise ValueError(
        f'images are {images.dtype} {list(images.shape)}, but this classifier '
        f'judges uint8 [N, {str(self.image_shape)[1:-1]}], N at least 1.'
      )
    starts = range(0, len(images), _CHUNK)
    judged = [self._judge(images[i : i + _CHUNK]) for i in starts]
    return tuple(np.concatenate(parts) for parts in zip(*judged))


class _HeNormal(snt.initializers.Initializer):
  """He et al.'s initializer, from a generator instead of TensorFlow's state."""

  def __init__(self, rng: np.random.Generator):
    self._rng = rng

  def __call__(self, shape: Sequence[int], dtype: tf.DType) -> tf.Tensor:
    scale = np.sqrt(2.0 / np.prod(shape[:-1]))
    return tf.constant(self._rng.normal(0.0, scale, shape), dtype)


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
    seed: of weights, order and shifts; the same seed gives the same judge.
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
  rate = tf.Variable(learning_rate, dtype=tf.float32)
  optimizer = snt.optimizers.Adam(rate)

  @tf.function(
    input_signature=[
      tf.TensorSpec([None, *images.shape[1:]], tf.uint8),
      tf.TensorSpec([None], tf.int32),
    ]
  )
  def update(x, y):
    with tf.GradientTape() as tape:
      _, logits = classifier.forward(x)
      loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
      )
    variables = classifier.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)

  def accuracy() -> float:
    guess = classifier.probabilities(validation_images).argmax(-1)
    return float(np.mean(guess == validation_labels))

  for i in range(updates):
    rate.assign(learning_rate * 0.5 * (1 + np.cos(np.pi * i / updates)))
    chosen = rng.integers(len(images), size=batch_size)
    update(shifted(images[chosen], rng), labels[chosen].astype(np.int32))
    if progress and (i + 1) % max(1, updates // 5) == 0:
      progress(i + 1, accuracy())
  return classifier, accuracy()


def train_judge(
  dataset: datasets.Dataset, seed: int
) -> tuple[Classifier, float]:
  """Trains a classifier on a data set whose labels are ten classes.

  Args:
    dataset: the data; its validation images are held out.
    seed: see `train_classifier`.

  Returns:
    The classifier, and its accuracy on the held-out images.
  """
  return train_classifier(
    dataset.train,
    dataset.train_labels,
    dataset.validation,
    dataset.validation_labels,
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
  # A window's own axes come last: [N, C, W, W].
  return np.moveaxis(windows[np.arange(count), top, left], 1, -1)


def frechet_distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
  """Squared Frechet distance of the Gaussians fitted to two sets.

  |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), Heusel et al. 2017,
  equation 6. The trace of the root is the sum of the singular values of
  S_a^(1/2) S_b^(1/2): always real, and exact for singular covariances too, so
  that neither a small set nor a dead feature needs a correction.

  The estimate is biased upwards by about 1 / N: compare only distances taken
  with as many samples.

  Args:
    features_a: `[N, F]`, `N` at least 2.
    features_b: `[M, F]`, `M` at least 2.

  Returns:
    The distance, 0 or more.

  Raises:
    ValueError: the features are not as above, or not finite.
  """
  a, b = np.float64(features_a), np.float64(features_b)
  if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
    raise ValueError(
      f'features are {list(a.shape)} and {list(b.shape)}, '
      'but they must be [N, F] and [M, F].'
    )
  if min(len(a), len(b)) < 2:
    raise ValueError(
      f'there are {len(a)} and {len(b)} samples, but a covariance needs at '
      'least 2.'
    )
  if not (np.isfinite(a).all() and np.isfinite(b).all()):
    raise ValueError('features must be finite, but some are not.')
  cov_a = np.atleast_2d(np.cov(a, rowvar=False))
  cov_b = np.atleast_2d(np.cov(b, rowvar=False))
  product = _root(cov_a) @ _root(cov_b)
  root_trace = np.linalg.svd(product, compute_uv=False).sum()
  distance = (
    np.sum((a.mean(0) - b.mean(0)) ** 2)
    + np.trace(cov_a)
    + np.trace(cov_b)
    - 2 * root_trace
  )
  return max(0.0, float(distance))


def _root(covariance: np.ndarray) -> np.ndarray:
  """The square root of a positive semi-definite matrix."""
  values, vectors = np.linalg.eigh(covariance)
  return vectors * np.sqrt(values.clip(0)) @ vectors.T


def has_ten_classes(labels: np.ndarray | None) -> bool:
  """Whether a data set's labels, int `[N]` or None, are what it can judge."""
  return labels is not None and labels.max() < NUM_CLASSES


def recognised(probabilities: np.ndarray, threshold: float = 0.8) -> float:
  """Share of images whose likeliest class has at least `threshold`.

  Args:
    probabilities: float32 `[N, 10]`.
    threshold: probability from which on an image counts as recognised.

  Returns:
    A share in [0, 1].
  """
  return float(np.mean(probabilities.max(-1) >= threshold))


def class_histogram(
  probabilities: np.ndarray, threshold: float = 0.8
) -> np.ndarray:
  """Counts the recognised images of each class.

  Args:
    probabilities: float32 `[N, 10]`.
    threshold: probability from which on an image counts as recognised.

  Returns:
    int64 `[10]`, number of images.
  """
  sure = probabilities.max(-1) >= threshold
  return np.bincount(probabilities[sure].argmax(-1), minlength=NUM_CLASSES)
