"""What a brush makes of pressure, measured: how wide and how dark a line is.

Brushes are described by some forty settings that depend on pressure, speed and
chance. So the brush engine draws straight lines, and what they look like is
measured. Brushes with texture are only approximated by that.

The engine softens the edges of thin lines, and what it takes for speed is
pixels a second, whatever the size of the canvas. So lines are measured at the
radius and the speed at which they are drawn.
"""

import functools
import json
import math
from typing import NamedTuple

import numpy as np

from spiral_tf.environments import mypaint

# Width of the canvas on which lines are measured, pixels.
_WIDTH = 256
# Row of the lines: the middle of a pixel, as the core of thin lines is darker
# than their edges.
_ROW = _WIDTH // 2 + 0.5
# Columns where slow lines begin, where lines are looked at, and where they end.
_START = 28
_MIDDLE = slice(78, 178)
_END = 228
# Pieces that a fast line has before it is looked at: after so many the engine's
# smoothed speed is about the real one.
_RUN = 15
# Radii to measure at, pixels, an eighth of an octave apart. When lines are
# thicker, the softness of their edges no longer matters.
_RADII = 2.0 ** (np.arange(-24, 25) / 8)
# Speeds to measure at, pixels a piece, half an octave apart: from slower than
# any stroke that can be seen to as fast as the largest canvas allows.
_STRIDES = 2.0 ** (np.arange(-8, 15) / 2)
_PRESSURES = np.linspace(0, 1, 21)
# Rows at least as dark as this share of the darkest are a line's inside.
_CORE = 0.9


class Line(NamedTuple):
  """A line as it looks.

  Attributes:
    width: in radii of the brush.
    opacity: in [0, 1].
  """

  width: float
  opacity: float


def line(brush: str, pressure: float, radius: float, stride: float) -> Line:
  """What a line looks like.

  Args:
    brush: name of the brush.
    pressure: in [0, 1].
    radius: of the brush, pixels.
    stride: length of one of the pieces a stroke is drawn in, pixels. They take
      the same time each, so it is the speed.

  Returns:
    The line.

  Raises:
    ValueError: there is no such brush.
  """
  if not _heeds_speed(brush):
    stride = 1.0
  widths, opacities = _measured(
    brush, _nearest(_RADII, radius), _nearest(_STRIDES, stride)
  )
  return Line(
    float(np.interp(pressure, _PRESSURES, widths)),
    float(np.interp(pressure, _PRESSURES, opacities)),
  )


def _nearest(values: np.ndarray, value: float) -> float:
  """The nearest of ascending values, as a ratio."""
  value = min(max(value, values[0]), values[-1])
  return float(values[np.abs(np.log(values / value)).argmin()])


@functools.lru_cache(maxsize=64)
def _heeds_speed(brush: str) -> bool:
  """Whether it may matter how fast a brush is moved."""
  settings = json.loads(mypaint.brushes.load(brush))['settings']
  return any(
    {'speed1', 'speed2'} & set(setting['inputs'])
    or (setting['base_value'] and name in ('slow_tracking', 'dabs_per_second'))
    for name, setting in settings.items()
  )


@functools.lru_cache(maxsize=1024)
def _measured(
  brush: str, radius: float, stride: float
) -> tuple[np.ndarray, np.ndarray]:
  """Widths and opacities at `_PRESSURES`."""
  canvas = mypaint.Canvas(_WIDTH, mypaint.brushes.load(brush), 'transparent')
  start = min(_START, _MIDDLE.start - _RUN * stride)
  pieces = math.ceil((_END - start) / stride)
  lines = []
  for pressure in _PRESSURES:
    canvas.reset(_ROW, start)
    middle, end = (_ROW, (start + _END) / 2), (_ROW, _END)
    canvas.stroke(*middle, *end, float(pressure), radius, substrokes=pieces)
    alpha = canvas.to_array(1)[:, _MIDDLE, 0].astype(float) / 255
    profile = alpha.mean(axis=1)
    ink = profile.sum()
    if ink < 1e-3:
      lines.append((0.0, 0.0))
      continue
    # The line is taken for one of the same ink that is as dark all over as
    # this one is inside.
    opacity = profile[profile >= _CORE * profile.max()].mean()
    lines.append((ink / opacity / radius, opacity))
  widths, opacities = np.transpose(lines)
  return widths, opacities
