"""Conditional MNIST at the size of the paper, with heads that see.

    python -m launch.train --config=configs/mnist_conditional_see.py \\
        --config.data.path=FOLDER --workdir=runs/mnist_conditional_see

The settings of `configs/mnist_conditional.py`, but location heads see the
picture, which figure 13 keeps from them. docs/learning.md says what that is
worth on small canvases; at this size it was not trained.
"""

import ml_collections

from configs import mnist_conditional
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """The paper's experiment with another policy network."""
  experiment = mnist_conditional.get_config()
  experiment.policy_network.update(sections.SEEING)
  return experiment
