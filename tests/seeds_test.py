"""Tests of spiral_tf.seeds."""

import itertools

import numpy as np
import pytest

from spiral_tf import seeds

_RANGES = (
  seeds.ACTORS,
  seeds.EVALUATOR,
  seeds.GENERATION,
  seeds.RECONSTRUCTION,
  seeds.SCRIBBLES,
)


@pytest.mark.parametrize('one,other', itertools.combinations(_RANGES, 2))
def test_no_two_users_have_a_seed_in_common(one, other):
  assert max(one[0], other[0]) > min(one[-1], other[-1])


@pytest.mark.parametrize('own', _RANGES)
def test_a_user_that_needs_more_is_told(own):
  assert own[999_999] == own[0] + 999_999
  with pytest.raises(IndexError):
    own[1_000_000]


def test_published_results_keep_their_seeds():
  # Tables and pictures in docs/ were made with these.
  assert [own[0] for own in _RANGES] == [i * 1_000_000 for i in range(5)]


def test_decisions_of_a_population_are_independent():
  streams = (seeds.FIRST_HYPERPARAMETERS, seeds.EXPLOITATION)
  drawn = {
    np.random.default_rng([7, stream, index]).random()
    for stream in streams
    for index in range(10)
  }
  assert len(drawn) == 20


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
