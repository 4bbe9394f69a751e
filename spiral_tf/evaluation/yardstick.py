"""Tells how near drawings are to real images, without labels, always alike.

The paper compares the members of a population by the scores of each member's
own discriminator (appendix C). But each is trained against its own policy, and
so scores by a scale of its own, which moves: the policy of a weak discriminator
looks good. This yardstick is the same for all members, and stays so: the
Frechet distance to real images, see `frechet`, in the features of one network
that is never trained. On images unlike ImageNet's, random features judge at
least as sensibly as those of ImageNet (Naeem et al., "Reliable Fidelity and
Diversity Metrics for Generative Models", 2020). It needs no labels, and so
judges agents that were trained on any data set.
"""

import numpy as np

from spiral_tf import datasets
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import frechet

# Seed of the network's weights: the same in every run, or runs could not be
# compared.
_SEED = 20_180_710
# Real images that tell enough, of a data set that has more.
_REFERENCES = 5000


class Yardstick:
  """Tells how near drawings are to real images, as a set.

  It sees how they look and how they vary: who draws one picture again and
  again, however good, gets little.
  """

  def __init__(self, real: datasets.Images):
    """Creates a yardstick.

    Args:
      real: uint8 `[N, W, W, C]`, `W` at least 8 and `N` at least 2; a few
        hundred images are enough.

    Raises:
      ValueError: the images are not as above, or are all the same.
    """
    if real.ndim != 4 or len(real) < 2:
      raise ValueError(
        f'real images are {list(real.shape)}, but must be [N, W, W, C] with N '
        'at least 2.'
      )
    self._network = classifier.Classifier(real.shape[1:], _SEED)
    self._real = self._network.features(real)
    self._spread = float(np.float64(self._real).var(axis=0, ddof=1).sum())
    if not self._spread > 0:
      raise ValueError(
        f'all {len(real)} real images are the same, but a distance needs some '
        'that differ. Check config.data.'
      )

  @property
  def real(self) -> np.ndarray:
    """Features of the real images, float32 `[N, F]`."""
    return self._real

  def features(self, images: np.ndarray) -> np.ndarray:
    """Returns features of images in the fixed network, float32 `[M, F]`.

    Args:
      images: uint8 `[M, W, W, C]`, like the real ones.

    Raises:
      ValueError: the images are not as above.
    """
    return self._network.features(images)

  def distance(self, features: np.ndarray) -> float:
    """Judges a set of drawings.

    Args:
      features: of `M` drawings, see `features`, `M` at least 2. Sets of
        different sizes compare badly: the fewer there are, the worse they look.
        With 256, the standard deviation between sets of one agent is 2 to 7
        percent.

    Returns:
      The Frechet distance to the real images, in units of their variance. 0 is
      perfect, 1 what an endless row of one and the same image gets if it is as
      average as an image can be.

    Raises:
      ValueError: the features are not as above.
    """
    return frechet.distance(features, self._real) / self._spread

  def fitness(self, canvases: np.ndarray) -> float:
    """Judges a set of drawings, the better the higher.

    Args:
      canvases: uint8 `[M, W, W, C]`, `M` at least 2; see `distance`.

    Returns:
      Minus the distance to the real images, at most 0.

    Raises:
      ValueError: the canvases are not as above.
    """
    return -self.distance(self.features(canvases))


def of_many(real: datasets.Images) -> Yardstick:
  """The yardstick of as many of the first of these images as tell enough.

  Args:
    real: uint8 `[N, W, W, C]`, see `Yardstick`; 5,000 are looked at, at most.

  Raises:
    ValueError: see `Yardstick`.
  """
  return Yardstick(np.asarray(real[:_REFERENCES]))
