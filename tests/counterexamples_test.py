"""Tests of spiral_tf.evaluation.counterexamples."""

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf.evaluation import counterexamples
from spiral_tf.evaluation import scribbles
from spiral_tf.evaluation import spoiled
from tests import small


@pytest.fixture(scope='module')
def digits():
  return builders.load_dataset(small.CONFIG)


def _fake_scribbles(config, targets, seed):
  """Canvases that are all of one shade."""
  del config, seed
  shape = [30, *targets.shape[1:]]
  return {
    'untrained': np.full(shape, 100, np.uint8),
    'random': np.full(shape, 200, np.uint8),
  }


@pytest.fixture
def make(monkeypatch):
  monkeypatch.setattr(scribbles, 'scribble', _fake_scribbles)

  def make(images, labels):
    return counterexamples.Counterexamples(
      small.CONFIG, images, labels, np.random.default_rng(0)
    )

  return make


def test_there_are_some_of_each_kind(make, digits):
  made = make(digits.train, digits.train_labels)
  assert made.by_kind.keys() == {
    'untrained',
    'random',
    'blank',
    *spoiled.KINDS,
  }
  assert (made.by_kind['blank'] == 255).all()
  some = made.some(2000, np.random.default_rng(1))
  assert some.shape == (2000, 16, 16, 1) and some.dtype == np.uint8
  low, high = some.min(axis=(1, 2, 3)), some.max(axis=(1, 2, 3))
  shares = [np.mean((low == x) & (high == x)) for x in (100, 200, 255)]
  np.testing.assert_allclose(shares, [0.3, 0.16, 0.02], atol=0.03)


def test_digits_that_cannot_be_spoiled_are_no_matter(make, digits):
  ones = digits.train_labels == 1
  made = make(digits.train[ones], digits.train_labels[ones])
  assert made.by_kind.keys() == {'untrained', 'random', 'blank', 'turned'}
  assert len(made.some(64, np.random.default_rng(1))) == 64


def test_what_is_spoiled_is_limited(make, digits, monkeypatch):
  monkeypatch.setattr(counterexamples, '_SPOILED', 50)
  made = make(digits.train, digits.train_labels)
  assert all(len(made.by_kind[kind]) <= 50 for kind in spoiled.KINDS)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
