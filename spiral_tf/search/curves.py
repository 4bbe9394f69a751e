"""Lines of many points as few quadratic Bezier curves."""

import warnings

import numpy as np
from scipy import interpolate


def quadratic(line: np.ndarray, tolerance: float) -> np.ndarray:
  """Approximates a line by curves that go on in each other without a corner.

  Args:
    line: points, float `[N, 2]`, `N` at least 2.
    tolerance: how far curves are from the points, root mean square.

  Returns:
    float `[M, 3, 2]`: start, control and end of each curve. The first begins
    and the last ends within some tolerances of where the line does.
  """
  if len(line) < 4:
    start, end = line[0], line[-1]
    return np.stack([start, (start + end) / 2, end])[np.newaxis]
  with warnings.catch_warnings():
    # It tells when it gives up at a curve that is a little farther from the
    # points, or nearer, than it was to be; either will do.
    warnings.simplefilter('ignore', RuntimeWarning)
    spline, _ = interpolate.splprep(
      line.T, k=2, s=len(line) * tolerance**2, quiet=1
    )
  knots, coefficients, _ = spline
  # Of a quadratic spline, each inner coefficient is the control point of the
  # curve between two knots.
  controls = np.transpose(coefficients)[1:-1]
  ends = np.transpose(interpolate.splev(knots[2:-2], spline))
  return np.stack([ends[:-1], controls, ends[1:]], axis=1)
