"""Conditional CelebA for two cores: ten strokes on a 32x32 canvas, in colour.

    python -m launch.train --config=configs/celeba_conditional_small.py \\
        --config.data.path=FOLDER --workdir=runs/celeba_conditional_small

FOLDER is as for `configs/celeba_conditional.py`. 150 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The settings of conditional MNIST with broad strokes in colour."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'celeba'
  environment = experiment.environment
  environment.episode_length = 10
  environment.color = True
  environment.brush = 'deevad/basic_digital_brush'
  environment.grid_width = 16
  environment.brush_sizes = (2.0, 4.0, 8.0)
  environment.num_pressures = 1
  experiment.policy_network.location_subpixels = 1
  # How light and of which colour, which normalize takes away.
  experiment.policy_network.raw_images = True
  experiment.reward.color_emd = 10.0
  experiment.policy_learner.learning_rate = 3e-4
  experiment.policy_learner.discount = 0.5
  experiment.training.minutes = 150.0
  return experiment
