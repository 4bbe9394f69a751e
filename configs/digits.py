"""Handwritten digits, built in, unconditional: what `make train` runs.

    python -m launch.train --config=configs/digits.py --workdir=runs/digits

About 11 minutes on two cores.
"""

import ml_collections

from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """Four strokes on a 32x32 canvas, small networks."""
  config = experiment.Config(
    environment=sections.EnvironmentConfig(
      episode_length=5,
      canvas_width=32,
      grid_width=16,
      brush='classic/pen',
      brush_sizes=(1.0, 1.5, 2.0),
      substrokes=20,
      pen_down=True,
    ),
    policy_network=experiment.small_policy_network(),
    discriminator_network=experiment.small_discriminator_network(),
    reward=sections.RewardConfig(temporal_credit=True),
    policy_learner=learners.PolicyLearnerConfig(
      learning_rate=4e-4,
      anneal=0.4,
      entropy_cost=0.05,
      normalize_advantages=True,
    ),
    discriminator_learner=learners.DiscriminatorLearnerConfig(
      learning_rate=3e-4
    ),
    training=learners.TrainingConfig(minutes=11.0),
  )
  return experiment.editable(config)
