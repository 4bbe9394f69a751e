"""Conditional MuJoCo Scenes as large as the paper's, for two cores.

    python -m launch.make_scenes --num=50000 --output=data/scenes
    python -m launch.train --config=configs/scenes_conditional_64.py \\
        --config.data.path=data/scenes --workdir=runs/scenes_conditional_64

One to five objects on a 16x16 grid, 64x64 pixels, as in section 4.6, but seven
actions instead of twenty: two to spare for mending. The settings are those of
`configs/scenes_conditional_small.py`. 150 minutes.
"""

import ml_collections

from configs import scenes_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The small experiment on a larger platform."""
  experiment = scenes_conditional_small.get_config()
  experiment.environment.episode_length = 7
  experiment.environment.canvas_width = 64
  experiment.environment.grid_width = 16
  experiment.environment.max_objects = 5
  experiment.policy_network.strided_layers = 3
  experiment.policy_network.location_glimpse = 24
  # With what a glimpse costs: at 160 units an exported agent has 5.1 MB.
  experiment.policy_network.lstm_size = 128
  experiment.policy_learner.demonstrations = 64
  experiment.training.minutes = 150.0
  return experiment
