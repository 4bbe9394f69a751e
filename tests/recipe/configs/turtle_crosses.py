"""A turtle that learns to draw crosses.

    python -m launch.train --config=configs/turtle_crosses.py \
        --workdir=runs/turtle_crosses

Half a minute on two cores, in which it learns nothing.
"""

import ml_collections

from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """Two updates of networks that are as small as can be."""
  config = experiment.Config(
    environment=sections.EnvironmentConfig(
      name='turtle',
      episode_length=4,
      canvas_width=16,
      grid_width=8,
      noise_dim=2,
    ),
    data=sections.DataConfig(name='crosses'),
    policy_network=sections.PolicyNetworkConfig(
      stem_channels=4,
      channels=4,
      strided_layers=1,
      residual_blocks=0,
      lstm_size=16,
    ),
    discriminator_network=sections.DiscriminatorNetworkConfig(channels=(4, 8)),
    reward=sections.RewardConfig(ink=0.1),
    policy_learner=learners.PolicyLearnerConfig(batch_size=8),
    discriminator_learner=learners.DiscriminatorLearnerConfig(
      batch_size=8, replay_batches=1
    ),
    training=learners.TrainingConfig(
      frames=2 * 8 * 4, num_actors=1, environments_per_actor=8
    ),
  )
  return experiment.editable(config)
