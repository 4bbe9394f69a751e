"""Features of two sets of images, which are to be compared."""

import numpy as np


def checked(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns two sets of features as float64, if they can be compared.

  Args:
    a: `[N, F]`.
    b: `[M, F]`.

  Raises:
    ValueError: the features are not as above, or not finite.
  """
  a, b = np.float64(a), np.float64(b)
  if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
    raise ValueError(
      f'features are {list(a.shape)} and {list(b.shape)}, '
      'but they must be [N, F] and [M, F].'
    )
  if not (np.isfinite(a).all() and np.isfinite(b).all()):
    raise ValueError('features must be finite, but some are not.')
  return a, b
