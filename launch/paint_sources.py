"""What launch.paint paints, and how the paintings are called."""

import dataclasses
import os

import numpy as np

from spiral_tf import builders
from spiral_tf import names as names_lib
from spiral_tf.agents import agent as agent_lib

# The built-in data set.
DIGITS = 'digits'


def names(paths: list[str]) -> list[str]:
  """What to call the paintings of pictures: each name once."""
  stems = (os.path.splitext(os.path.basename(path))[0] for path in paths)
  return names_lib.distinct(stems)


def digits(agent: agent_lib.Agent) -> np.ndarray:
  """Held-out images of the built-in data set, uint8 `[N, W, W, C]`."""
  data = dataclasses.replace(agent.config.data, name=DIGITS)
  config = dataclasses.replace(agent.config, data=data)
  return np.asarray(builders.load_dataset(config).validation[:64])
