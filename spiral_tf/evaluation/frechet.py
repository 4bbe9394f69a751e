"""The Frechet distance of two sets of images, by their features.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
Nash Equilibrium", 2017.
"""

import numpy as np

from spiral_tf.evaluation import feature_sets


def distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
  """Squared Frechet distance of the Gaussians fitted to two sets.

  |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), Heusel et al. 2017,
  equation 6. The trace of the root is the sum of the singular values of
  S_a^(1/2) S_b^(1/2): always real, and exact for singular covariances too, so
  that neither a small set nor a dead feature needs a correction.

  The estimate is biased upwards by about 1 / N: compare only distances taken
  with as many samples.

  Args:
    features_a: `[N, F]`, `N` at least 2.
    features_b: `[M, F]`, `M` at least 2.

  Returns:
    The distance, 0 or more.

  Raises:
    ValueError: the features are not as above, or not finite.
  """
  a, b = feature_sets.checked(features_a, features_b)
  if min(len(a), len(b)) < 2:
    raise ValueError(
      f'there are {len(a)} and {len(b)} samples, but a covariance needs at '
      'least 2.'
    )
  cov_a = np.atleast_2d(np.cov(a, rowvar=False))
  cov_b = np.atleast_2d(np.cov(b, rowvar=False))
  product = _root(cov_a) @ _root(cov_b)
  root_trace = np.linalg.svd(product, compute_uv=False).sum()
  distance = (
    np.sum((a.mean(0) - b.mean(0)) ** 2)
    + np.trace(cov_a)
    + np.trace(cov_b)
    - 2 * root_trace
  )
  return max(0.0, float(distance))


def _root(covariance: np.ndarray) -> np.ndarray:
  """The square root of a positive semi-definite matrix."""
  values, vectors = np.linalg.eigh(covariance)
  return vectors * np.sqrt(values.clip(0)) @ vectors.T
