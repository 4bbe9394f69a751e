"""Tests of the judge: that it learns, and that its measures are right."""

import numpy as np
import pytest
import scipy.linalg

from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.evaluation import classifier as classifier_lib


@pytest.fixture(scope='module')
def digits():
  return datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )


def _train(digits, seed, updates, progress=None):
  return classifier_lib.train_classifier(
    digits.train,
    digits.train_labels,
    digits.validation,
    digits.validation_labels,
    seed=seed,
    updates=updates,
    progress=progress,
  )


@pytest.fixture(scope='module')
def trained(digits):
  return _train(digits, seed=0, updates=250)


def test_learns_the_digits(digits, trained):
  classifier, accuracy = trained
  assert accuracy > 0.93
  probabilities = classifier.probabilities(digits.validation)
  assert probabilities.shape == (180, 10)
  np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-5)
  right = probabilities.argmax(-1) == digits.validation_labels
  assert accuracy == pytest.approx(right.mean())


def test_reads_shifted_digits(digits, trained):
  classifier, _ = trained
  shifted = np.roll(digits.validation, (1, -1), axis=(1, 2))
  guess = classifier.probabilities(shifted).argmax(-1)
  assert np.mean(guess == digits.validation_labels) > 0.9


def test_blank_canvas_is_not_recognised(trained):
  blank = np.full([3, 32, 32, 1], 255, np.uint8)
  assert classifier_lib.recognised(trained[0].probabilities(blank)) == 0


def test_features_do_not_depend_on_the_chunk(digits, trained):
  classifier, _ = trained
  features = classifier.features(digits.train[:600])
  assert features.shape == (600, classifier_lib.NUM_FEATURES)
  assert features.dtype == np.float32
  np.testing.assert_allclose(
    features[250:270], classifier.features(digits.train[250:270]), atol=1e-3
  )


def test_real_images_are_nearer_than_mirrored_ones(digits, trained):
  classifier, _ = trained
  real = classifier.features(digits.train[:180])
  held_out = classifier.features(digits.validation)
  mirrored = classifier.features(digits.validation[:, :, ::-1])
  distance = classifier_lib.frechet_distance
  assert 2 * distance(real, held_out) < distance(real, mirrored)


def test_same_seed_same_judge(digits):
  first, second, other = (
    _train(digits, seed=seed, updates=20)[0].probabilities(digits.validation)
    for seed in (1, 1, 2)
  )
  np.testing.assert_allclose(first, second, atol=1e-4)
  assert np.abs(first - other).max() > 0.01


def test_progress_is_reported(digits):
  calls = []
  _, accuracy = _train(
    digits, seed=0, updates=10, progress=lambda *call: calls.append(call)
  )
  assert [done for done, _ in calls] == [2, 4, 6, 8, 10]
  assert calls[-1][1] == accuracy


def test_foreign_images_are_refused(digits, trained):
  with pytest.raises(ValueError, match='this classifier judges'):
    trained[0].probabilities(np.zeros([2, 28, 28, 1], np.uint8))
  with pytest.raises(ValueError, match='this classifier judges'):
    trained[0].probabilities(np.zeros([2, 32, 32, 1], np.float32))
  with pytest.raises(ValueError, match='N at least 1'):
    trained[0].features(digits.train[:0])
  with pytest.raises(ValueError, match='at least 8'):
    classifier_lib.Classifier([4, 4, 1], seed=0)
  with pytest.raises(ValueError, match='no labels'):
    classifier_lib.train_classifier(
      digits.train, None, digits.validation, digits.validation_labels, seed=0
    )


def test_shifts_are_small_exact_and_let_paper_in():
  rng = np.random.default_rng(0)
  images = rng.integers(256, size=[200, 32, 32, 2], dtype=np.uint8)
  shifted = classifier_lib.shifted(images, rng)
  padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=255)
  seen = set()
  for image, result in zip(padded, shifted):
    matches = [
      (y, x)
      for y in range(3)
      for x in range(3)
      if np.array_equal(image[y : y + 32, x : x + 32], result)
    ]
    assert len(matches) == 1
    seen.update(matches)
  assert len(seen) == 9


def _exactly(mean, covariance, count, rng):
  """Samples whose mean and covariance are exactly those given."""
  x = rng.normal(size=[count, len(mean)])
  x -= x.mean(0)
  sampled = np.atleast_2d(np.cov(x, rowvar=False))
  x = x @ np.linalg.inv(np.linalg.cholesky(sampled)).T
  return mean + x @ np.linalg.cholesky(covariance).T


def test_frechet_distance_of_diagonal_gaussians():
  # Closed form: |m1 - m2|^2 + sum (s1 - s2)^2, s standard deviations.
  rng = np.random.default_rng(0)
  m1, m2 = rng.normal(size=[2, 6])
  s1, s2 = rng.uniform(0.1, 3, size=[2, 6])
  a = _exactly(m1, np.diag(s1**2), 50, rng)
  b = _exactly(m2, np.diag(s2**2), 80, rng)
  expected = np.sum((m1 - m2) ** 2) + np.sum((s1 - s2) ** 2)
  assert classifier_lib.frechet_distance(a, b) == pytest.approx(expected)


def test_frechet_distance_of_full_gaussians():
  # As Heusel et al. write it, with a matrix square root.
  rng = np.random.default_rng(1)
  a = rng.normal(size=[60, 5]) @ rng.normal(size=[5, 5]) + 1
  b = rng.normal(size=[70, 5]) @ rng.normal(size=[5, 5])
  s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
  expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(
    s1 + s2 - 2 * scipy.linalg.sqrtm(s1 @ s2).real
  )
  assert classifier_lib.frechet_distance(a, b) == pytest.approx(expected)


def test_frechet_distance_is_symmetric_and_zero_for_the_same():
  rng = np.random.default_rng(2)
  a, b = rng.normal(size=[40, 8]), 2 + rng.normal(size=[50, 8])
  distance = classifier_lib.frechet_distance
  assert distance(a, b) == pytest.approx(distance(b, a))
  assert distance(a, a) == pytest.approx(0, abs=1e-9)
  assert distance(a, rng.permutation(a)) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_singular_covariances():
  distance = classifier_lib.frechet_distance
  rng = np.random.default_rng(3)
  # Fewer samples than features; a feature that never moves; no variance.
  few = rng.normal(size=[5, 32])
  assert distance(few, few) == pytest.approx(0, abs=1e-9)
  line = np.zeros([50, 3])
  line[:, 0] = _exactly(np.zeros(1), np.eye(1) * 4, 50, rng)[:, 0]
  other = np.zeros([40, 3])
  other[:, 1] = _exactly(np.zeros(1), np.eye(1) * 9, 40, rng)[:, 0]
  # Orthogonal lines share nothing: tr S1 + tr S2.
  assert distance(line, other) == pytest.approx(4 + 9)
  assert distance(np.zeros([9, 3]), np.ones([9, 3])) == pytest.approx(3)


@pytest.mark.parametrize(
  'a, b, message',
  [
    (np.zeros([4, 3]), np.zeros([4, 2]), r'must be \[N, F\]'),
    (np.zeros([1, 3]), np.zeros([4, 3]), 'at least 2'),
    (np.full([4, 3], np.nan), np.zeros([4, 3]), 'finite'),
  ],
)
def test_frechet_distance_checks_its_arguments(a, b, message):
  with pytest.raises(ValueError, match=message):
    classifier_lib.frechet_distance(a, b)


def test_recognised_and_histogram():
  probabilities = np.full([4, 10], 0.02, np.float32)
  probabilities[0, 3] = 0.82
  probabilities[1, 3] = 0.82
  probabilities[2, 9] = 0.82
  probabilities[3] = 0.1
  assert classifier_lib.recognised(probabilities) == 0.75
  assert classifier_lib.recognised(probabilities, threshold=0.9) == 0
  histogram = classifier_lib.class_histogram(probabilities, 0.8)
  assert histogram.tolist() == [0, 0, 0, 2, 0, 0, 0, 0, 0, 1]
  assert classifier_lib.class_histogram(probabilities, 0.9).sum() == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
