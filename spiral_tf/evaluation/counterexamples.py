"""What is no digit, of every kind that a judge learns to refuse."""

import numpy as np

from spiral_tf.config import experiment
from spiral_tf.evaluation import scribbles
from spiral_tf.evaluation import spoiled

# Real images that are spoiled, at most.
_SPOILED = 8000
# What part of a batch is of each kind; spoiled digits share what is left.
_SHARES = {'untrained': 0.3, 'random': 0.16, 'blank': 0.02}


class Counterexamples:
  """Pictures that are no digits, in every batch some of each kind."""

  def __init__(
    self,
    config: experiment.Config,
    images: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
  ):
    """Makes them.

    Args:
      config: the experiment, in whose environment there is scribbled.
      images: digits, uint8 `[N, W, W, C]`, `N` at least 1.
      labels: which they are, int32 `[N]`.
      rng: chooses digits to spoil.
    """
    chosen = rng.permutation(len(images))[:_SPOILED]
    made = {
      **scribbles.scribble(config, images, config.seed),
      'blank': np.full([1, *images.shape[1:]], 255, np.uint8),
      **spoiled.spoil(images[chosen], labels[chosen], rng),
    }
    self._by_kind = {kind: x for kind, x in made.items() if len(x)}
    spoiled_kinds = len(self._by_kind.keys() - _SHARES.keys())
    left = (1 - sum(_SHARES.values())) / max(1, spoiled_kinds)
    shares = np.array([_SHARES.get(kind, left) for kind in self._by_kind])
    self._shares = shares / shares.sum()

  @property
  def by_kind(self) -> dict[str, np.ndarray]:
    """All of them: of each kind uint8 `[M, W, W, C]`, `M` at least 1."""
    return self._by_kind

  def some(self, number: int, rng: np.random.Generator) -> np.ndarray:
    """Chooses some at random, uint8 `[number, W, W, C]`."""
    kinds = list(self._by_kind.values())
    return np.concatenate(
      [
        batch[rng.integers(len(batch), size=count)]
        for batch, count in zip(kinds, rng.multinomial(number, self._shares))
      ]
    )
