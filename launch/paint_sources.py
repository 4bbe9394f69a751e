"""What launch.paint paints with, and what it paints, if nothing is named."""

import dataclasses
import os

import numpy as np

from spiral_tf import builders
from spiral_tf.agents import agent as agent_lib

# The built-in data set.
DIGITS = 'digits'
# Bundled agents, the best one for any image first.
_BUNDLED = ('photos_small', 'omniglot_conditional_small')


def names(paths: list[str]) -> list[str]:
  """What to call the paintings of pictures: each name once."""
  found: list[str] = []
  for path in paths:
    stem = os.path.splitext(os.path.basename(path))[0]
    name, number = stem, 1
    while name in found:
      number += 1
      name = f'{stem}_{number}'
    found.append(name)
  return found


def digits(agent: agent_lib.Agent) -> np.ndarray:
  """Held-out images of the built-in data set, uint8 `[N, W, W, C]`."""
  data = dataclasses.replace(agent.config.data, name=DIGITS)
  config = dataclasses.replace(agent.config, data=data)
  return np.asarray(builders.load_dataset(config).validation[:64])


def bundled() -> str:
  """Folder of the agent that is taken when none is named."""
  root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  for folder in ('models', os.path.join(root, 'models')):
    for name in _BUNDLED:
      if os.path.isdir(os.path.join(folder, name)):
        return os.path.join(folder, name)
  raise ValueError(
    'there is no models/ here with the agents of the repository, so name one: '
    '--model=FOLDER.'
  )
