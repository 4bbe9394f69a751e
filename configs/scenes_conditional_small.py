"""Conditional MuJoCo Scenes for two cores: 32x32 images of one or two objects.

    python -m launch.make_scenes --num=20000 --max_objects=2 \\
        --canvas_width=32 --grid_width=8 --output=data/scenes_small
    python -m launch.train --config=configs/scenes_conditional_small.py \\
        --config.data.path=data/scenes_small \\
        --workdir=runs/scenes_conditional_small

An 8x8 grid and three actions. An object earns little in the right place while
it has the wrong colour, and the other way round. What breaks that circle is the
distance between colour histograms, which knows colours wherever they are. A
penalty for an empty platform keeps the agent from giving up before. Right
actions are rare even so, hence a low learning rate, and a discount of 0, which
spares each action the noise of those after it. About 25 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The learners of conditional MNIST on another environment."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'scenes'
  experiment.environment.name = 'scenes'
  experiment.environment.episode_length = 3
  experiment.environment.grid_width = 8
  experiment.policy_network.normalize = True
  experiment.policy_network.state_inputs = ('step_fraction',)
  experiment.reward.color_emd = 60.0
  experiment.reward.blank_penalty = 1.0
  experiment.policy_learner.learning_rate = 3e-4
  experiment.policy_learner.entropy_cost = 0.04
  experiment.policy_learner.discount = 0.0
  experiment.discriminator_learner.learning_rate = 5e-4
  experiment.discriminator_learner.updates_per_policy_update = 2.0
  experiment.training.minutes = 25.0
  return experiment
