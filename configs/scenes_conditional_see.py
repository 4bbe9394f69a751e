"""Conditional MuJoCo Scenes at the size of the paper, with heads that see.

    python -m launch.train --config=configs/scenes_conditional_see.py \\
        --config.data.path=FOLDER --workdir=runs/scenes_conditional_see

The settings of `configs/scenes_conditional.py`, but location heads see the
picture, which figure 13 keeps from them, and the components after a location
see what is around it. docs/learning.md says what that is worth on small
canvases; at this size it was not trained.
"""

import ml_collections

from configs import scenes_conditional
from spiral_tf.config import sections


def get_config() -> ml_collections.ConfigDict:
  """The paper's experiment with another policy network."""
  experiment = scenes_conditional.get_config()
  experiment.policy_network.update(sections.SEEING)
  # The largest object, and its surroundings.
  experiment.policy_network.location_glimpse = 24
  return experiment
