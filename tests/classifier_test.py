"""Tests of the classifier: that it learns, and what its features tell."""

import numpy as np
import pytest

from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.datasets import dataset as dataset_lib
from spiral_tf.evaluation import classifier as classifier_lib
from spiral_tf.evaluation import frechet


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
  assert 2 * frechet.distance(real, held_out) < frechet.distance(real, mirrored)


@pytest.mark.slow
def test_it_is_held_against_the_split_that_is_asked_for(digits, monkeypatch):
  tests = datasets.Dataset(
    'fake',
    digits.train,
    digits.validation,
    train_labels=digits.train_labels,
    validation_labels=digits.validation_labels,
    load_test=lambda: dataset_lib.Split(
      digits.validation, (digits.validation_labels + 1) % 10
    ),
  )
  train = classifier_lib.train_classifier
  monkeypatch.setattr(
    classifier_lib,
    'train_classifier',
    lambda *args: train(*args, updates=100),
  )
  _, right = classifier_lib.train_on(tests, seed=0)
  _, wrong = classifier_lib.train_on(tests, seed=0, split='test')
  assert right > 0.7 and wrong < 0.2


@pytest.mark.slow
def test_same_seed_same_classifier(digits):
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


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
