"""SPIRAL: agents that look at pictures and write the programs that draw them.

Ganin et al., "Synthesizing Programs for Images using Reinforced Adversarial
Learning", ICML 2018.
"""

import importlib
import os
from typing import Any

# TensorFlow 2.8 has these convolution kernels, 2 to 6 times faster than its own
# on a CPU, switched off by default, and reads the switch when it is imported.
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
