"""Conditional MNIST at the size of the paper (section 4.3).

    python -m launch.train --config=configs/mnist_conditional.py \\
        --config.data.path=FOLDER --workdir=runs/mnist_conditional

The settings of `configs/mnist.py`, with a target in place of the noise and
without auxiliary penalties. Figure 8a's other curves come with
--config.reward.discriminator=0.0 --config.reward.l2=1.0, and with
--config.policy_network.blind=True.
"""

import ml_collections

from configs import mnist
from spiral_tf.config import experiment
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """The settings of sections 4.2 and 4.3 and of appendices B and C."""
  config = mnist.get_config()
  config.conditional = True
  config.environment.noise_dim = 0
  config.reward = experiment.editable(sections.RewardConfig())
  return config
