"""Conditional Omniglot at the size of the paper (section 4.4).

    python -m launch.train --config=configs/omniglot_conditional.py \\
        --config.data.path=FOLDER --workdir=runs/omniglot_conditional

FOLDER holds images_background.zip, and for a test split images_evaluation.zip,
or the folders that come out of them. Whole alphabets are held out.
"""

import ml_collections

from configs import mnist_conditional


def get_config() -> ml_collections.ConfigDict:
  """The settings of `configs/mnist_conditional.py` on other data."""
  experiment = mnist_conditional.get_config()
  experiment.data.name = 'omniglot'
  return experiment
