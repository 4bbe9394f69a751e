"""Conditional MuJoCo Scenes for two cores: 32x32 images of one or two objects.

    python -m launch.make_scenes --num=20000 --max_objects=2 \\
        --canvas_width=32 --grid_width=8 --output=data/scenes_small
    python -m launch.train --config=configs/scenes_conditional_small.py \\
        --config.data.path=data/scenes_small \\
        --workdir=runs/scenes_conditional_small

An 8x8 grid and three actions. Right actions are rare: an object earns little in
the right place while it has the wrong colour, and the other way round. So the
agent imitates scenes that are drawn at random, of which it knows how they were
built (`policy_learner.demonstrations`); its heads see the picture, and it takes
a close look where it has chosen to place something. Beside that it plays a few
episodes and is paid a little for coming nearer to the target in pixels: more of
it was worse, and it alone ends in empty platforms (docs/learning.md). There is
no use for a discriminator, which is trained as seldom as can be. 25 minutes.
"""

import ml_collections

from configs import mnist_conditional_small


def get_config() -> ml_collections.ConfigDict:
  """The learners of conditional MNIST on another environment."""
  experiment = mnist_conditional_small.get_config()
  experiment.data.name = 'scenes'
  experiment.environment.name = 'scenes'
  experiment.environment.episode_length = 3
  experiment.environment.grid_width = 8
  experiment.environment.max_objects = 2
  experiment.environment.pen_down = False
  network = experiment.policy_network
  network.normalize = True
  # Or the exported agent is larger than what may be bundled.
  network.lstm_size = 224
  network.state_inputs = ('step_fraction',)
  network.location_channels = 32
  network.location_subpixels = 1
  network.location_marks = False
  network.difference_map = False
  network.location_glimpse = 12  # The largest object, and its surroundings.
  experiment.reward.discriminator = 0.0
  experiment.reward.l2 = 0.05
  learner = experiment.policy_learner
  learner.batch_size = 8
  learner.demonstrations = 128
  learner.learning_rate = 1e-3
  learner.anneal = 0.5
  learner.entropy_cost = 0.001
  learner.discount = 0.0
  experiment.discriminator_learner.updates_per_policy_update = 0.1
  experiment.training.environments_per_actor = 8
  experiment.training.minutes = 25.0
  return experiment
