"""Conditional MuJoCo Scenes at the size of the paper (section 4.6).

    python -m launch.make_scenes --num=50000 --output=FOLDER
    python -m launch.train --config=configs/scenes_conditional.py \\
        --config.data.path=FOLDER --workdir=runs/scenes_conditional

64x64 images, a 16x16 grid, 20 steps, no auxiliary reward.
"""

import ml_collections

from configs import mnist_conditional


def get_config() -> ml_collections.ConfigDict:
  """The settings of sections 4.2 and 4.6 and of appendices B and C."""
  experiment = mnist_conditional.get_config()
  experiment.environment.name = 'scenes'
  experiment.environment.grid_width = 16
  experiment.data.name = 'scenes'
  return experiment
