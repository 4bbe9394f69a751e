"""Unconditional MNIST at the size of the paper, for a machine of its size.

    python -m launch.train --config=configs/mnist.py \\
        --config.data.path=FOLDER --workdir=runs/mnist

64x64 canvas, 32x32 grid, 20 steps, the networks of figures 12 and 13, 64
actors. The paper gives neither the penalties of section 4.3 nor the learning
rate and entropy cost its population settled on; those here are choices.
"""

import ml_collections

from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """The settings of sections 4.2 and 4.3 and of appendices B and C."""
  config = experiment.Config(
    environment=sections.EnvironmentConfig(),
    data=sections.DataConfig(name='mnist'),
    reward=sections.RewardConfig(stroke_start_penalty=0.1, blank_penalty=1.0),
    training=learners.TrainingConfig(
      frames=200_000_000, num_actors=64, environments_per_actor=1
    ),
  )
  return experiment.editable(config)
