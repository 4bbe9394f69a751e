"""Conditional CelebA at the size of the paper (section 4.5).

    python -m launch.train --config=configs/celeba_conditional.py \\
        --config.data.path=FOLDER --workdir=runs/celeba_conditional

FOLDER holds img_align_celeba.zip, or the folder that comes out of it, and
list_eval_partition.txt if the official split is wanted. Colours are compared
as in section 4.5; the paper does not say how much that counts, so the weight
here is a choice.
"""

import ml_collections

from configs import mnist_conditional


def get_config() -> ml_collections.ConfigDict:
  """The settings of section 4.5, with colour."""
  experiment = mnist_conditional.get_config()
  experiment.environment.color = True
  experiment.data.name = 'celeba'
  experiment.reward.color_emd = 1.0
  return experiment
