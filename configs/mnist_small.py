"""MNIST, unconditional, with the settings of `configs/digits.py`.

    python -m launch.train --config=configs/mnist_small.py \\
        --config.data.path=FOLDER --workdir=runs/mnist_small

FOLDER holds the original files, train-images-idx3-ubyte.gz and
train-labels-idx1-ubyte.gz at least. 15 minutes.
"""

import ml_collections

from configs import digits


def get_config() -> ml_collections.ConfigDict:
  """The digits experiment on other data, for longer."""
  experiment = digits.get_config()
  experiment.data.name = 'mnist'
  experiment.training.minutes = 15.0
  return experiment
