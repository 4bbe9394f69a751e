"""Windows of photographs for two cores: seven strokes on a 32x32 canvas.

    python -m launch.train --config=configs/photos_small.py \\
        --workdir=runs/photos_small

Its agent paints photographs window by window. 50 minutes.
"""

import ml_collections

from configs import celeba_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """Strokes of which the broadest fill the canvas, paid by both rewards.

  Where all of the canvas is to be painted, l2 says at once which colour is the
  better one. All rewards must be small beside the entropy cost, though, or all
  strokes are grey before the agent has tried other colours.
  """
  experiment = celeba_conditional_small.get_config()
  experiment.data.name = 'patches'
  environment = experiment.environment
  environment.episode_length = 8
  environment.brush_sizes = (1.5, 3.0, 6.0, 12.0)
  environment.pen_down = True
  experiment.reward.discriminator = 0.15
  experiment.reward.l2 = 0.3
  experiment.reward.color_emd = 0.0
  experiment.reward.blank_penalty = 0.0
  experiment.policy_learner.learning_rate = 5e-4
  experiment.policy_learner.entropy_cost = 0.1
  experiment.policy_learner.anneal = 1.0
  experiment.discriminator_learner.updates_per_policy_update = 1.0
  experiment.training.minutes = 50.0
  return experiment
