"""How good an agent is by now, always measured alike.

Conditional agents reproduce held-out images: the mean squared error of a pixel,
beside that of a blank canvas. Those that draw freely are held against the
training images by the yardstick that needs no labels.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import pictures
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import yardstick
from spiral_tf.networks import policy as policy_lib

# Temperatures that agents are sampled at, by the ends of the numbers' names.
TEMPERATURES = {'': 1.0, '_cold': 0.3}
# Images in a picture, or pairs, and columns of it.
_SHOWN = 48
_COLUMNS = 16


class Measured(NamedTuple):
  """What was found.

  Attributes:
    numbers: by name. Of a conditional agent `mse` and `mse_cold`, sampled at
      temperature 1 and .3, and `mse_empty` and `mse_mean_image`, of the blank
      canvas and of the mean of the training images; of another `distance` and
      `distance_cold`, see `yardstick.Yardstick.distance`.
    picture: drawings, or pairs of targets and reproductions, at temperature 1,
      uint8 `[H, W, C]`.
  """

  numbers: dict[str, float]
  picture: np.ndarray


class Measure:
  """Measures one agent again and again, with the same images and noise."""

  def __init__(
    self,
    config: experiment.Config,
    dataset: datasets.Dataset,
    policy: policy_lib.Policy,
    number: int,
  ):
    """Creates a measure.

    Args:
      config: the experiment; its seed decides the noise of environments.
      dataset: the real images.
      policy: the agent's network, which is trained meanwhile.
      number: of held-out images to reproduce, of fewer if there are; or of
        drawings to make, at least 2.
    """
    self._config = config
    self._policy = policy
    self._number = number
    # One trace for all temperatures.
    self._step = tf.function(policy.step, autograph=False)
    if config.conditional:
      self._targets = np.asarray(dataset.validation[:number])
      self._baselines = {
        f'mse_{name}': self._error(image)
        for name, image in (
          ('empty', reconstruction.empty_canvas(config)),
          ('mean_image', reconstruction.mean_image(dataset)),
        )
      }
    else:
      self._yardstick = yardstick.of_many(dataset.train)

  def __call__(self) -> Measured:
    """Measures the agent as it is by now."""
    numbers, shown = {}, []
    for end, temperature in TEMPERATURES.items():
      if self._config.conditional:
        canvases = reconstruction.reconstruct(
          self._config,
          self._player(temperature, seeds.RECONSTRUCTION[0]),
          self._targets,
        )
        numbers['mse' + end] = self._error(canvases)
        shown.append(reconstruction.pairs(self._targets, canvases))
      else:
        player = self._player(temperature, seeds.GENERATION[0])
        canvases = generation.draw(self._config, player, self._number)
        features = self._yardstick.features(canvases)
        numbers['distance' + end] = self._yardstick.distance(features)
        shown.append(canvases)
    if self._config.conditional:
      numbers.update(self._baselines)
    return Measured(numbers, pictures.grid(shown[0][:_SHOWN], _COLUMNS))

  def _error(self, images: np.ndarray) -> float:
    return float(reconstruction.errors(images, self._targets).mean())

  def _player(self, temperature: float, seed: int) -> rollout.Player:
    """The agent at that temperature; equal seeds sample alike."""
    constant = tf.constant(temperature, tf.float32)
    return builders.player_of(self._policy, self._step, seed, constant)
