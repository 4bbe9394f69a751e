"""Handwritten digits, built in, unconditional: what `make train` runs.

    python -m launch.train --config=configs/digits.py --workdir=runs/digits

About 11 minutes on two cores.
"""

import ml_collections

from spiral_tf import config


def get_config() -> ml_collections.ConfigDict:
  """Four strokes on a 32x32 canvas, small networks."""
  experiment = config.Config(
    environment=config.EnvironmentConfig(
      episode_length=5,
      canvas_width=32,
      grid_width=16,
      brush='classic/pen',
      brush_sizes=(1.0, 1.5, 2.0),
      substrokes=20,
      pen_down=True,
    ),
    policy_network=config.small_policy_network(),
    discriminator_network=config.small_discriminator_network(),
    reward=config.RewardConfig(temporal_credit=True),
    policy_learner=config.PolicyLearnerConfig(
      learning_rate=4e-4,
      anneal=0.4,
      entropy_cost=0.05,
      normalize_advantages=True,
    ),
    discriminator_learner=config.DiscriminatorLearnerConfig(learning_rate=3e-4),
    training=config.TrainingConfig(minutes=11.0),
  )
  return config.editable(experiment)
