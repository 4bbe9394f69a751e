"""Conditional MuJoCo Scenes for two cores: 32x32 images of one or two objects.

    python -m launch.make_scenes --num=20000 --max_objects=2 \\
        --canvas_width=32 --output=data/scenes
    python -m launch.train --config=configs/scenes_conditional_small.py \\
        --config.data.path=data/scenes --workdir=runs/scenes_conditional_small

About 45 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The learners of conditional MNIST on another environment."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'scenes'
  experiment.environment.name = 'scenes'
  experiment.environment.episode_length = 3
  experiment.policy_network.state_inputs = ('step_fraction',)
  experiment.training.minutes = 45.0
  return experiment
