"""Tests of the Frechet distance against closed forms."""

import numpy as np
import pytest
import scipy.linalg

from spiral_tf.evaluation import frechet


def _exactly(mean, covariance, count, rng):
  """Samples whose mean and covariance are exactly those given."""
  x = rng.normal(size=[count, len(mean)])
  x -= x.mean(0)
  sampled = np.atleast_2d(np.cov(x, rowvar=False))
  x = x @ np.linalg.inv(np.linalg.cholesky(sampled)).T
  return mean + x @ np.linalg.cholesky(covariance).T


def test_distance_of_diagonal_gaussians():
  # Closed form: |m1 - m2|^2 + sum (s1 - s2)^2, s standard deviations.
  rng = np.random.default_rng(0)
  m1, m2 = rng.normal(size=[2, 6])
  s1, s2 = rng.uniform(0.1, 3, size=[2, 6])
  a = _exactly(m1, np.diag(s1**2), 50, rng)
  b = _exactly(m2, np.diag(s2**2), 80, rng)
  expected = np.sum((m1 - m2) ** 2) + np.sum((s1 - s2) ** 2)
  assert frechet.distance(a, b) == pytest.approx(expected)


def test_distance_of_full_gaussians():
  # As Heusel et al. write it, with a matrix square root.
  rng = np.random.default_rng(1)
  a = rng.normal(size=[60, 5]) @ rng.normal(size=[5, 5]) + 1
  b = rng.normal(size=[70, 5]) @ rng.normal(size=[5, 5])
  s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
  expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(
    s1 + s2 - 2 * scipy.linalg.sqrtm(s1 @ s2).real
  )
  assert frechet.distance(a, b) == pytest.approx(expected)


def test_distance_is_symmetric_and_zero_for_the_same():
  rng = np.random.default_rng(2)
  a, b = rng.normal(size=[40, 8]), 2 + rng.normal(size=[50, 8])
  assert frechet.distance(a, b) == pytest.approx(frechet.distance(b, a))
  assert frechet.distance(a, a) == pytest.approx(0, abs=1e-9)
  assert frechet.distance(a, rng.permutation(a)) == pytest.approx(0, abs=1e-9)


def test_distance_of_singular_covariances():
  rng = np.random.default_rng(3)
  # Fewer samples than features; a feature that never moves; no variance.
  few = rng.normal(size=[5, 32])
  assert frechet.distance(few, few) == pytest.approx(0, abs=1e-9)
  line = np.zeros([50, 3])
  line[:, 0] = _exactly(np.zeros(1), np.eye(1) * 4, 50, rng)[:, 0]
  other = np.zeros([40, 3])
  other[:, 1] = _exactly(np.zeros(1), np.eye(1) * 9, 40, rng)[:, 0]
  # Orthogonal lines share nothing: tr S1 + tr S2.
  assert frechet.distance(line, other) == pytest.approx(4 + 9)
  assert frechet.distance(np.zeros([9, 3]), np.ones([9, 3])) == pytest.approx(3)


@pytest.mark.parametrize(
  'a, b, message',
  [
    (np.zeros([4, 3]), np.zeros([4, 2]), r'must be \[N, F\]'),
    (np.zeros([1, 3]), np.zeros([4, 3]), 'at least 2'),
    (np.full([4, 3], np.nan), np.zeros([4, 3]), 'finite'),
  ],
)
def test_arguments_are_checked(a, b, message):
  with pytest.raises(ValueError, match=message):
    frechet.distance(a, b)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
