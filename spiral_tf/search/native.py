"""Programs of actions, and what they mean, as the native code takes them."""

from collections.abc import Iterable
from collections.abc import Mapping
import os
from typing import Any

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.environments import painting

# Components of an action, in the order of the last axis.
COMPONENTS = ('flag', 'end', 'control', 'size', 'pressure', *painting.COLORS)


def settings(
  environment: sections.EnvironmentConfig, channels: int, threads: int | None
) -> dict[str, Any]:
  """Says what the actions of an environment mean, and on what they are drawn.

  Args:
    environment: settings of the environment `painting`.
    channels: of its canvas.
    threads: that share the work; None for as many as there are cores for this
      process.

  Returns:
    What the functions of `spiral_tf.environments.mypaint` that draw such
    programs take by these names.
  """
  return {
    'width': environment.canvas_width,
    'channels': channels,
    'brush': mypaint.brushes.load(environment.brush),
    'background': environment.background,
    'grid_width': environment.grid_width,
    'sizes': environment.brush_sizes,
    'pressures': painting.pressure_levels(environment.num_pressures),
    'colors': painting.color_levels() if environment.color else (),
    'pen_down': environment.pen_down,
    'substrokes': environment.substrokes,
    'threads': threads or len(os.sched_getaffinity(0)),
  }


def pack(actions: Mapping[str, np.ndarray]) -> np.ndarray:
  """Puts components side by side.

  Args:
    actions: int `[..., T]` for each component that the environment has.

  Returns:
    int32 `[..., T, 8]`, 0 for components that it does not have.
  """
  shape = next(iter(actions.values())).shape
  programs = np.zeros([*shape, len(COMPONENTS)], np.int32)
  for name, values in actions.items():
    programs[..., COMPONENTS.index(name)] = values
  return programs


def unpack(programs: np.ndarray, names: Iterable[str]) -> dict[str, np.ndarray]:
  """The components with these names, int32 `[..., T]`; see `pack`."""
  return {name: programs[..., COMPONENTS.index(name)] for name in names}
