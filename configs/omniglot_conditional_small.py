"""Conditional Omniglot for two cores: eight actions on a 32x32 canvas.

    python -m launch.train --config=configs/omniglot_conditional_small.py \\
        --config.data.path=FOLDER --workdir=runs/omniglot_conditional_small

FOLDER is as for `configs/omniglot_conditional.py`. About 30 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The settings of conditional MNIST with thinner, and more, strokes."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'omniglot'
  experiment.environment.episode_length = 8
  experiment.environment.brush_sizes = (0.8, 1.1, 1.5)
  experiment.policy_learner.entropy_cost = 0.08
  return experiment
