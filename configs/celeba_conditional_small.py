"""Conditional CelebA for two cores: 15 strokes on a 32x32 canvas, in colour.

    python -m launch.train --config=configs/celeba_conditional_small.py \\
        --config.data.path=FOLDER --workdir=runs/celeba_conditional_small

FOLDER is as for `configs/celeba_conditional.py`. 150 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """Strokes of which the broadest fill the canvas, paid by both rewards.

  Where all of the canvas is to be painted, l2 says at once which colour is the
  better one.
  """
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'celeba'
  experiment.data.mirrored = True
  environment = experiment.environment
  environment.episode_length = 16
  environment.color = True
  environment.brush = 'deevad/basic_digital_brush'
  environment.grid_width = 16
  environment.brush_sizes = (1.5, 3.0, 6.0, 12.0)
  environment.num_pressures = 1
  experiment.policy_network.location_subpixels = 1
  # Or the exported agent is larger than what may be bundled.
  experiment.policy_network.lstm_size = 224
  # How light and of which colour, which normalize takes away.
  experiment.policy_network.raw_images = True
  experiment.reward.discriminator = 0.15
  experiment.reward.l2 = 0.3
  experiment.policy_learner.entropy_cost = 0.04
  experiment.discriminator_learner.updates_per_policy_update = 0.25
  experiment.training.minutes = 150.0
  return experiment
