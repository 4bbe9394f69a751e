"""What settings of a brush can come to while it draws.

A setting of a .myb file is a base value, to which curves over inputs such as
pressure, speed or chance are added. Some inputs are known in advance; of the
others, all values that a curve has are taken to be possible.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import math
from typing import Any

# Of a pen that is held upright, as our canvas always has it.
_UPRIGHT = {'tilt_declination': 90.0, 'tilt_ascension': 0.0}


def bounds(
  settings: Mapping[str, Any], name: str, **inputs: float
) -> tuple[float, float]:
  """The least and the greatest value that a setting can have.

  Args:
    settings: of a brush that `brushes.check` has found sound.
    name: of the setting.
    **inputs: values of inputs that are known. Pressure is that of the pen, in
      [0, 1], before the brush's own gain.

  Returns:
    Both values; 0 and 0 for a setting that the brush does not have.
  """
  setting = settings.get(name)
  if setting is None:
    return 0.0, 0.0
  known = {**_UPRIGHT, **inputs}
  if 'pressure' in known:
    gain = settings.get('pressure_gain_log', {'base_value': 0})['base_value']
    known['pressure'] *= math.exp(gain)
  low = high = float(setting['base_value'])
  for source, points in setting['inputs'].items():
    if not points:
      continue
    if source in known:
      value = interpolated(points, known[source])
      values = [value, value]
    else:
      values = [y for _, y in points]
    low += min(values)
    high += max(values)
  return low, high


def interpolated(points: Sequence[Sequence[float]], x: float) -> float:
  """The height of a curve at `x`, as libmypaint has it.

  Args:
    points: two or more, [x, y], with no x below the one before.
    x: where. Left of the first point, and right of the last, the outermost
      pieces go on.

  Returns:
    The height.
  """
  left, right = points[0], points[1]
  for point in points[2:]:
    if x <= right[0]:
      break
    left, right = right, point
  (x0, y0), (x1, y1) = left, right
  if x0 == x1 or y0 == y1:
    return float(y0)
  return (y1 * (x - x0) + y0 * (x1 - x)) / (x1 - x0)
