"""Which way lines run on a picture: along its edges, and smooth in between.

The structure tensor says of each place how strong the gradients around it are
in each direction. Lines follow the direction of the weakest, which is that of
the edges (Kang et al. 2007 call it the edge tangent flow). Where there are no
edges near, those farther away decide, and where there are none at all, the
lines go up to the right, as a right-handed person hatches.
"""

import numpy as np
from scipy import ndimage

# Widths of the windows that gradients are summed over, as parts of the
# picture's longer side, and the weight of each. Wide ones decide only where
# narrow ones see nothing.
_WINDOWS = ((0.011, 1.0), (0.05, 0.15), (0.15, 0.05))
# The picture is smoothed a little first, so that its grain has no say.
_GRAIN = 0.004
# Weight of hatching up to the right. That of a picture that goes evenly from
# black to white along its longer side would be about 1.
_PLAIN = 0.3


def along_edges(grey: np.ndarray) -> np.ndarray:
  """Finds which way lines run.

  Args:
    grey: the picture, float `[H, W]` in [0, 1].

  Returns:
    float `[2, H, W]`: cosine and sine of twice the angle from the horizontal,
    counted towards the lower edge. Of twice the angle since a line has no
    beginning: both its directions have the same.
  """
  side = max(grey.shape)
  smooth = ndimage.gaussian_filter(grey, _GRAIN * side, mode='nearest')
  down, right = (side * slope for slope in np.gradient(smooth))
  # Twice the gradients' angle, as strong as they are squared.
  double = np.stack([right**2 - down**2, 2 * right * down])
  total = np.zeros_like(double)
  for width, weight in _WINDOWS:
    sigma = (0, width * side, width * side)
    total += weight * ndimage.gaussian_filter(double, sigma, mode='nearest')
  # Edges are at a right angle to gradients: twice that is half a turn.
  total = -total
  total[1] -= _PLAIN  # Up to the right: twice minus 45 degrees.
  return total / np.maximum(np.hypot(*total), 1e-30)


def turned(flow: np.ndarray, degrees: float) -> np.ndarray:
  """The same flow with all directions turned, see `along_edges`."""
  angle = np.deg2rad(2 * degrees)
  cosine, sine = flow
  return np.stack(
    [
      np.cos(angle) * cosine - np.sin(angle) * sine,
      np.sin(angle) * cosine + np.cos(angle) * sine,
    ]
  )
