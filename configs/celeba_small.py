"""CelebA's portraits, unconditional: nine strokes on a 32x32 canvas.

    python -m launch.train --config=configs/celeba_small.py \\
        --config.data.path=FOLDER --workdir=runs/celeba_small

FOLDER is as for `configs/celeba_conditional.py`. 60 minutes.
"""

import ml_collections

from configs import digits


def get_config() -> ml_collections.ConfigDict:
  """The settings of `configs/digits.py` with broad strokes in colour."""
  experiment = digits.get_config()
  experiment.data.name = 'celeba'
  environment = experiment.environment
  environment.episode_length = 10
  environment.color = True
  environment.brush = 'deevad/basic_digital_brush'
  environment.brush_sizes = (2.0, 4.0, 8.0, 12.0)
  environment.num_pressures = 1
  # With 0.03 drawings were less like portraits, see docs/learning.md.
  experiment.policy_learner.entropy_cost = 0.1
  experiment.training.minutes = 60.0
  return experiment
