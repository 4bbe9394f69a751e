"""Conditional Omniglot for two cores: eight actions on a 32x32 canvas.

    python -m launch.train --config=configs/omniglot_conditional_small.py \\
        --config.data.path=FOLDER --workdir=runs/omniglot_conditional_small

FOLDER is as for `configs/omniglot_conditional.py`. 60 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """Seven strokes with a pen as thin as the characters' lines."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'omniglot'
  experiment.environment.episode_length = 8
  experiment.environment.brush_sizes = (0.4,)
  experiment.environment.num_pressures = 1
  experiment.policy_learner.batch_size = 64
  experiment.policy_learner.learning_rate = 5e-4
  experiment.policy_learner.entropy_cost = 0.05
  experiment.discriminator_learner.updates_per_policy_update = 3.0
  experiment.training.environments_per_actor = 64
  return experiment
