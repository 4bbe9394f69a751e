"""A judge that knows digits, and what is none.

Who has seen only digits takes every scribble for one: networks are sure of what
is unlike all that they learned from. So this one has an eleventh class, "no
digit", and learns it from `counterexamples`: digits that were spoiled, and
drawings of agents that learned nothing. That such examples
teach a network to refuse what is unlike them, too, is "outlier exposure"
(Hendrycks et al., "Deep Anomaly Detection with Outlier Exposure", 2019); that a
class for them refuses what is far from all classes, while low confidence does
not, is shown by Vernekar et al., "Analysis of Confident-Classifiers for
Out-of-Distribution Detection", 2019.

It looks at shapes, not at lines, see `distortions`. Its features are used for
nothing else: distances of sets are taken in those of `classifier`, which knows
no counterexamples, so that they mean what they always did.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf import datasets
from spiral_tf.config import experiment
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import counterexamples
from spiral_tf.evaluation import distortions
from spiral_tf.evaluation import onlookers
from spiral_tf.evaluation import spoiled

# Classes: the ten, and none of them.
NONE = classifier.NUM_CLASSES
_NUM_FEATURES = 64
# Images of a class, or of none, in an update: as many of either kind.
_BATCH = 64
_LEARNING_RATE = 2e-3


class Judge:
  """Tells which digits images show, or that they show none."""

  def __init__(self, image_shape: Sequence[int], seed: int):
    """Creates an untrained judge.

    Args:
      image_shape: `[W, W, C]` of the images, `W` at least 8.
      seed: of the initial weights.

    Raises:
      ValueError: the shape is not as above.
    """
    self.image_shape = onlookers.checked_shape(image_shape)
    init = onlookers.HeNormal(np.random.default_rng(seed))
    self._network = snt.Sequential(
      [
        snt.Conv2D(16, 3, w_init=init),
        tf.nn.relu,
        snt.Conv2D(32, 3, stride=2, w_init=init),
        tf.nn.relu,
        snt.Conv2D(64, 3, stride=2, w_init=init),
        tf.nn.relu,
        snt.Flatten(),
        snt.Linear(_NUM_FEATURES, w_init=init),
        tf.nn.relu,
        snt.Linear(NONE + 1, w_init=init),
      ]
    )
    self._network(distortions.seen(tf.zeros([1, *self.image_shape], tf.uint8)))
    self._judge = tf.function(
      lambda images: tf.nn.softmax(self._network(distortions.seen(images))),
      input_signature=[tf.TensorSpec([None, *self.image_shape], tf.uint8)],
      autograph=False,
    )

  @property
  def trainable_variables(self) -> tuple[tf.Variable, ...]:
    """All weights."""
    return self._network.trainable_variables

  def loss(
    self, images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor
  ) -> tf.Tensor:
    """Mean cross-entropy of images that are seen distorted.

    Args:
      images: uint8 `[N, W, W, C]`.
      labels: int32 `[N]`, `NONE` for what is no digit.
      seed: of the distortions, int32 `[2]`.

    Returns:
      float32 `[]`.
    """
    logits = self._network(distortions.distorted(images, seed))
    return tf.reduce_mean(
      tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    )

  def probabilities(self, images: np.ndarray) -> np.ndarray:
    """Returns class probabilities, float32 `[N, 11]`, the last of none.

    Args:
      images: uint8 `[N, W, W, C]`.

    Raises:
      ValueError: the images are not as above.
    """
    return np.concatenate(
      onlookers.in_chunks(self._judge, images, self.image_shape)
    )


def train(
  config: experiment.Config,
  dataset: datasets.Dataset,
  updates: int | None = None,
) -> Judge:
  """Trains a judge of what the agents of a run draw.

  Args:
    config: the experiment, whose seed and environment are the judge's, too.
    dataset: the data, whose labels are the ten digits.
    updates: gradient steps; by default 3 epochs, but 1200 at least.

  Returns:
    The judge.
  """
  images, labels = np.asarray(dataset.train), dataset.train_labels
  rng = np.random.default_rng([config.seed, 11])
  negatives = counterexamples.Counterexamples(config, images, labels, rng)
  if updates is None:
    updates = max(1200, 3 * len(images) // _BATCH)
  judge = Judge(images.shape[1:], config.seed)

  def batches():
    while True:
      chosen = rng.integers(len(images), size=_BATCH)
      batch = [images[chosen], negatives.some(_BATCH, rng)]
      classes = np.full([2 * _BATCH], NONE, np.int32)
      classes[:_BATCH] = labels[chosen]
      seed = rng.integers(2**31, size=2, dtype=np.int32)
      yield np.concatenate(batch), classes, seed

  signature = [
    tf.TensorSpec([None, *images.shape[1:]], tf.uint8),
    tf.TensorSpec([None], tf.int32),
    tf.TensorSpec([2], tf.int32),
  ]
  for _ in onlookers.descend(
    judge.loss,
    judge.trainable_variables,
    batches(),
    signature,
    updates,
    _LEARNING_RATE,
  ):
    pass
  return judge


def taken(probabilities: np.ndarray, threshold: float = 0.8) -> np.ndarray:
  """Whether images are recognised: one digit has at least `threshold`.

  Args:
    probabilities: float32 `[N, 11]`.
    threshold: probability from which on a digit counts as recognised.

  Returns:
    bool `[N]`.
  """
  return probabilities[:, :NONE].max(-1) >= threshold


def recognised(probabilities: np.ndarray, threshold: float = 0.8) -> float:
  """Share of images that are `taken` for digits, in [0, 1]."""
  return float(np.mean(taken(probabilities, threshold)))


def class_histogram(
  probabilities: np.ndarray, threshold: float = 0.8
) -> np.ndarray:
  """Counts the recognised images of each digit.

  Args:
    probabilities: float32 `[N, 11]`.
    threshold: see `taken`.

  Returns:
    int64 `[10]`, number of images.
  """
  sure = probabilities[taken(probabilities, threshold), :NONE]
  return np.bincount(sure.argmax(-1), minlength=NONE)


def recognised_as(
  probabilities: np.ndarray, labels: np.ndarray, threshold: float = 0.8
) -> float:
  """Share of images that are recognised as the digit they should show.

  Args:
    probabilities: float32 `[N, 11]`.
    labels: the digits, int `[N]`.
    threshold: see `taken`.

  Returns:
    A share in [0, 1]; what is refused, or is another digit, is wrong.
  """
  right = probabilities[np.arange(len(labels)), labels]
  return float(np.mean(right >= threshold))


def trial(
  judge: Judge, images: datasets.Images, labels: np.ndarray, seed: int
) -> dict[str, Any]:
  """Tries a judge on what it never saw.

  Args:
    judge: the judge.
    images: digits, uint8 `[N, W, W, C]`.
    labels: which they are, int `[N]`.
    seed: of the harm that is done to them.

  Returns:
    `right`, the share of the digits that are recognised as what they are;
    `wrong`, that of those recognised as another; and `spoiled`, of each kind
    of spoiled digits the share that is recognised.
  """
  images = np.asarray(images)
  found = judge.probabilities(images)
  right = recognised_as(found, labels)
  harmed = spoiled.spoil(images, labels, np.random.default_rng(seed))
  return {
    'right': right,
    'wrong': recognised(found) - right,
    'spoiled': {
      kind: recognised(judge.probabilities(batch))
      for kind, batch in harmed.items()
      if len(batch)
    },
  }


def notes(result: Mapping[str, Any], split: str) -> list[str]:
  """What an evaluation says of who judged, as lines for people.

  Args:
    result: of the evaluation. There is a line about its `judge`, what `trial`
      found, and about its `classifier_accuracy`, if it has them.
    split: whose images they were tried on.

  Returns:
    The lines.
  """
  lines = []
  if 'judge' in result:
    tried = result['judge']
    kinds = ', '.join(
      f'{kind} {share:.1%}' for kind, share in tried['spoiled'].items()
    )
    lines.append(
      f'the judge of digits, on {split} images: {tried["right"]:.1%} right, '
      f'{tried["wrong"]:.1%} another digit; takes for digits: {kinds}'
    )
  if 'classifier_accuracy' in result:
    lines.append(
      f'classifier accuracy on {split} images: '
      f'{result["classifier_accuracy"]:.1%}'
    )
  return lines
