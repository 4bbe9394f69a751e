"""Conditional MNIST for two cores: five strokes on a 32x32 canvas.

    python -m launch.train --config=configs/mnist_conditional_small.py \\
        --config.data.path=FOLDER --workdir=runs/mnist_conditional_small

60 minutes.
"""

import ml_collections

from configs import mnist_small
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """Five strokes, paid by both rewards; plain, unnormalised advantages.

  A brush that may be lifted is not: agents learn to press it lightly instead,
  and draw a line from the corner in which it begins.
  """
  experiment = mnist_small.get_config()
  experiment.conditional = True
  experiment.environment.episode_length = 6
  experiment.environment.grid_width = 32
  experiment.environment.brush_sizes = (0.4, 0.7, 1.0, 1.5)
  experiment.environment.noise_dim = 0
  experiment.policy_network.normalize = True
  experiment.policy_network.update(sections.SEEING)
  experiment.policy_network.location_subpixels = 2
  experiment.reward.l2 = 0.5
  # Small batches and large steps: docs/learning.md#small-batches.
  experiment.policy_learner.batch_size = 16
  experiment.policy_learner.learning_rate = 1e-3
  experiment.policy_learner.entropy_cost = 0.08
  experiment.policy_learner.anneal = 1.0
  experiment.policy_learner.discount = 0.5
  experiment.policy_learner.normalize_advantages = False
  experiment.discriminator_learner.updates_per_policy_update = 0.75
  # No more, or an update is for what was played several updates ago.
  experiment.training.environments_per_actor = 16
  experiment.training.minutes = 60.0
  return experiment
