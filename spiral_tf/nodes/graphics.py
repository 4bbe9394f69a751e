"""Refuses to compute on a CPU what was promised a graphics card."""

import tensorflow as tf

from spiral_tf import exit_codes
from spiral_tf.config import cluster
from spiral_tf.config import experiment


class NoCardError(RuntimeError):
  """A node was promised a graphics card, and TensorFlow sees none.

  Attributes:
    exit_code: of the node that raises it: a restart would see none either.
  """

  exit_code = exit_codes.NO_CARD


def check(config: experiment.Config, kind: str) -> None:
  """Checks that there is a card, if the node was promised one.

  Args:
    config: the experiment, whose `resources` promise it.
    kind: of the node, one of `node_kinds`.

  Raises:
    NoCardError: there is none; says how to get one.
  """
  amounts = cluster.parse_resources(getattr(config.resources, kind))
  if not amounts.get('gpus') or tf.config.list_physical_devices('GPU'):
    return
  built = tf.test.is_built_with_cuda()
  reason = (
    'sees none: nvidia-smi must list one here, and its libraries must be found'
    if built
    else 'is one for CPUs only: install one for graphics cards'
  )
  raise NoCardError(
    f'--config.resources.{kind} promises gpus={amounts["gpus"]:g}, but '
    f'TensorFlow {tf.__version__} {reason}, see docs/cluster.md (Graphics '
    'cards). Or leave gpus out, to compute on the CPU.'
  )
