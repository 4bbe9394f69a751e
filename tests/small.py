"""Experiments so small that a test can run them whole."""

import dataclasses

from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections
from spiral_tf.datasets import scenes

CONFIG = experiment.Config(
  environment=sections.EnvironmentConfig(
    episode_length=3,
    canvas_width=16,
    grid_width=4,
    brush='classic/pen',
    brush_sizes=(1.0,),
    num_pressures=1,
    substrokes=4,
    pen_down=True,
    noise_dim=2,
  ),
  policy_network=sections.PolicyNetworkConfig(
    stem_kernel=4,
    stem_stride=2,
    stem_channels=4,
    channels=4,
    strided_layers=1,
    residual_blocks=0,
    lstm_size=16,
    location_channels=4,
    location_residual_blocks=0,
  ),
  discriminator_network=sections.DiscriminatorNetworkConfig(channels=(4, 8)),
  reward=sections.RewardConfig(temporal_credit=True),
  policy_learner=learners.PolicyLearnerConfig(batch_size=8, learning_rate=1e-2),
  discriminator_learner=learners.DiscriminatorLearnerConfig(
    batch_size=8,
    learning_rate=1e-3,
    replay_batches=4,
    updates_per_policy_update=2.0,
  ),
  training=learners.TrainingConfig(
    frames=20 * 8 * 3,
    num_actors=2,
    environments_per_actor=4,
    checkpoint_seconds=1.0,
    sample_seconds=0.5,
    log_seconds=0.2,
  ),
)

# The same with targets.
CONDITIONAL = dataclasses.replace(CONFIG, conditional=True)

# With every variant of the discriminator, whose norms are not trained.
VARIANTS = dataclasses.replace(
  CONDITIONAL,
  discriminator_network=sections.DiscriminatorNetworkConfig(
    channels=(4, 8), spectral_norm=True, complement=True
  ),
  discriminator_learner=dataclasses.replace(
    CONFIG.discriminator_learner, loss='cross_entropy'
  ),
)

# And with objects instead of strokes; needs a folder of such scenes.
SCENES = dataclasses.replace(
  CONDITIONAL,
  environment=sections.EnvironmentConfig(
    name='scenes',
    episode_length=3,
    canvas_width=16,
    grid_width=4,
    max_objects=2,
    noise_dim=0,
  ),
  data=sections.DataConfig(name='scenes'),
  policy_learner=dataclasses.replace(CONFIG.policy_learner, demonstrations=4),
)
SCENES_SETTINGS = scenes.Settings(
  num=50, max_objects=2, canvas_width=16, grid_width=4
)

# Two of the first that are compared, but do not copy each other.
POPULATION = dataclasses.replace(
  CONFIG,
  training=dataclasses.replace(
    CONFIG.training, frames=0, num_actors=1, environments_per_actor=8
  ),
  population=dataclasses.replace(
    CONFIG.population,
    size=2,
    exploit=False,
    round_seconds=2.0,
    ready_updates=5,
  ),
)
