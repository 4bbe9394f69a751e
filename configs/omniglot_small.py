"""Omniglot's characters, unconditional: seven strokes on a 32x32 canvas.

    python -m launch.train --config=configs/omniglot_small.py \\
        --config.data.path=FOLDER --workdir=runs/omniglot_small

FOLDER is as for `configs/omniglot_conditional.py`. 45 minutes.
"""

import ml_collections

from configs import mnist_small


def get_config() -> ml_collections.ConfigDict:
  """The settings of `configs/digits.py` with a pen as thin as the lines."""
  experiment = mnist_small.get_config()
  experiment.data.name = 'omniglot'
  experiment.environment.episode_length = 8
  experiment.environment.brush_sizes = (0.4,)
  experiment.environment.num_pressures = 1
  # At 0.05 it was down to a dot, always the same, within 300,000 frames.
  experiment.policy_learner.entropy_cost = 0.1
  experiment.training.minutes = 45.0
  return experiment
