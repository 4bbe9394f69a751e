"""SPIRAL: agents that look at pictures and write the programs that draw them.

Ganin et al., "Synthesizing Programs for Images using Reinforced Adversarial
Learning", ICML 2018.
"""

import importlib
import os
import sys
from typing import Any
import warnings

__version__ = '0.2.0.dev0'

# TensorFlow 2.8 has these kernels, with which training takes half the time on a
# CPU, switched off by default, and reads the switch when it is imported. All
# that runs here imports this package first; nodes inherit its environment.
if 'tensorflow' in sys.modules and 'TF_ENABLE_ONEDNN_OPTS' not in os.environ:
  warnings.warn(
    'TensorFlow was imported before spiral_tf, which is too late to switch on '
    'its fast kernels for CPUs: training and painting may take twice the time. '
    'Import spiral_tf first, or set the environment variable '
    'TF_ENABLE_ONEDNN_OPTS, to 1 for them or to 0 for none.',
    RuntimeWarning,
    stacklevel=2,
  )
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

# What `spiral_tf` itself offers, each in a module that is imported when it is
# first asked for: environments and data sets need no TensorFlow.
_OFFERED = {
  'Move': 'spiral_tf.programs.canvas',
  'Program': 'spiral_tf.programs.program',
  'Put': 'spiral_tf.programs.platform',
  'Stroke': 'spiral_tf.programs.canvas',
  'hatch_photo': 'spiral_tf.agents.hatch',
  'load': 'spiral_tf.agents.agent',
  'load_judge': 'spiral_tf.evaluation.judges',
  'paint_photo': 'spiral_tf.agents.photographs',
}


def __getattr__(name: str) -> Any:
  if name in _OFFERED:
    return getattr(importlib.import_module(_OFFERED[name]), name)
  raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
