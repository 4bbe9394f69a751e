"""Windows of photographs for two cores: seven strokes on a 32x32 canvas.

    python -m launch.train --config=configs/photos_small.py \\
        --workdir=runs/photos_small

Its agent paints photographs window by window. 60 minutes.
"""

import ml_collections

from configs import celeba_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The settings of conditional CelebA, with half of its strokes.

  All rewards must be small beside the entropy cost, or all strokes are grey
  before the agent has tried other colours.
  """
  experiment = celeba_conditional_small.get_config()
  experiment.data.name = 'patches'
  # Half of the windows are mirrored as they are.
  experiment.data.mirrored = False
  experiment.environment.episode_length = 8
  experiment.policy_learner.batch_size = 64
  experiment.policy_learner.learning_rate = 5e-4
  experiment.policy_learner.entropy_cost = 0.1
  experiment.discriminator_learner.updates_per_policy_update = 1.0
  experiment.training.environments_per_actor = 64
  experiment.training.minutes = 60.0
  return experiment
