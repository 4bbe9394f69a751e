"""Tests of the decisions of population-based training."""

import math

import numpy as np
import pytest
from scipy import stats

from spiral_tf.population import selection

_RANGES = selection.Ranges(
  learning_rate=(1e-5, 3e-4), entropy_cost=(2e-3, 1e-1)
)


def _candidates(*fitness, waiting=()):
  """Candidates of that fitness; all are ready but those in `waiting`."""
  return [
    selection.Candidate(index, value, index not in waiting)
    for index, value in enumerate(fitness)
  ]


def _exploit(*fitness, waiting=(), share=0.25, seed=0):
  candidates = _candidates(*fitness, waiting=waiting)
  return selection.exploit(candidates, share, np.random.default_rng(seed))


def test_draws_are_log_uniform_and_independent():
  rng = np.random.default_rng(0)
  drawn = np.array([selection.draw(_RANGES, rng) for _ in range(2000)])
  for values, (low, high) in zip(drawn.T, _RANGES):
    assert values.min() >= low and values.max() <= high
    share = np.log(values / low) / np.log(high / low)
    assert stats.kstest(share, 'uniform').pvalue > 0.01
  assert abs(np.corrcoef(np.log(drawn.T))[0, 1]) < 0.06


def test_draws_of_a_seed_are_the_same():
  first, again, other = (
    selection.draw(_RANGES, np.random.default_rng(seed)) for seed in (3, 3, 4)
  )
  assert first == again != other
  assert all(type(value) is float for value in first)


def test_a_range_of_one_value_gives_this_value():
  ranges = selection.Ranges((3e-4, 3e-4), (0.1, 0.1))
  drawn = selection.draw(ranges, np.random.default_rng(0))
  assert drawn == selection.Hyperparameters(3e-4, 0.1)


@pytest.mark.parametrize(
  'size,share,number',
  [
    *((12, 0.25, 3), (4, 0.25, 1), (5, 0.25, 1), (11, 0.25, 2)),
    # One at least, and never the same at both ends.
    *((2, 0.25, 1), (3, 0.5, 1), (12, 0.01, 1), (6, 0.9, 3), (100, 0.29, 29)),
  ],
)
def test_the_worst_copy_the_best(size, share, number):
  # Not in the order of their indices: index i has rank order[i], 0 the best.
  order = np.random.default_rng(1).permutation(size)
  copies = _exploit(*(-float(rank) for rank in order), share=share)
  assert sorted(order[i] for i in copies) == list(range(size - number, size))
  assert all(order[donor] < number for donor in copies.values())


def test_donors_are_drawn_uniformly():
  fitness = [float(x) for x in range(12)]
  rng = np.random.default_rng(0)
  counts = {9: 0, 10: 0, 11: 0}
  for _ in range(1000):
    for donor in selection.exploit(_candidates(*fitness), 0.25, rng).values():
      counts[donor] += 1
  assert stats.chisquare(list(counts.values())).pvalue > 0.01


def test_the_same_seed_decides_the_same_in_any_order():
  fitness = [float(x % 7) for x in range(12)]
  candidates = _candidates(*fitness)
  chosen = [
    selection.exploit(some, 0.25, np.random.default_rng(5))
    for some in (candidates, candidates[::-1])
  ]
  assert chosen[0] == chosen[1] and len(chosen[0]) == 3
  others = [_exploit(*fitness, seed=seed) for seed in range(10)]
  assert any(other != chosen[0] for other in others)


@pytest.mark.parametrize('fitness', [(), (1.0,), (None, 1.0), (None, None)])
def test_one_alone_copies_nobody(fitness):
  assert _exploit(*fitness) == {}


def test_who_is_not_ready_sits_out_and_is_not_replaced():
  fitness = [float(x) for x in range(8)]
  assert set(_exploit(*fitness)) == {0, 1}
  assert set(_exploit(*fitness, waiting=[0])) == {1}
  assert _exploit(*fitness, waiting=[0, 1]) == {}
  # A donor need not be ready.
  assert set(_exploit(*fitness, waiting=[6, 7])) == {0, 1}


@pytest.mark.parametrize('unknown', [None, math.nan, math.inf])
def test_who_is_not_known_neither_copies_nor_is_copied(unknown):
  # Three of the four are ranked.
  for where in range(4):
    fitness = [1.0, 2.0, 3.0]
    fitness.insert(where, unknown)
    assert _exploit(*fitness) == {
      fitness.index(1.0): fitness.index(3.0),
    }


def test_equals_do_not_copy_each_other():
  assert _exploit(1.0, 1.0, 1.0, 1.0) == {}
  # Of the donors 0 and 1, only 0 is fitter than the two at the end.
  for seed in range(10):
    assert _exploit(2.0, 1.0, 1.0, 1.0, share=0.5, seed=seed) == {2: 0, 3: 0}


def test_of_equals_the_lower_index_is_better():
  assert _exploit(1.0, 0.0, 1.0, 0.0) == {3: 0}


def test_who_diverged_copies_and_is_never_copied():
  bad = -math.inf
  assert _exploit(bad, 0.0, 1.0, 2.0) == {0: 3}
  assert _exploit(bad, bad, bad, bad) == {}
  # The second best has diverged, too.
  for seed in range(10):
    assert _exploit(bad, 0.0, bad, bad, share=0.5, seed=seed) == {2: 1, 3: 1}


def test_two_with_one_index_are_refused():
  candidates = [selection.Candidate(1, 0.0, True)] * 2
  with pytest.raises(ValueError, match=r'\[1, 1\]'):
    selection.exploit(candidates, 0.25, np.random.default_rng(0))


def test_exploring_multiplies_or_divides_each_on_its_own():
  before = selection.Hyperparameters(1e-4, 0.01)
  rng = np.random.default_rng(0)
  counts = {}
  for _ in range(1000):
    after = selection.explore(before, _RANGES, 0.0, rng)
    counts[after] = counts.get(after, 0) + 1
  rates, costs = (1e-4 * 1.2, 1e-4 / 1.2), (0.01 * 1.2, 0.01 / 1.2)
  assert set(counts) == {(rate, cost) for rate in rates for cost in costs}
  assert stats.chisquare(list(counts.values())).pvalue > 0.01
  after = selection.explore(before, _RANGES, 0.0, rng, factor=2.0)
  assert after.learning_rate in (2e-4, 5e-5)


def test_exploring_may_leave_the_ranges():
  at_bounds = selection.Hyperparameters(3e-4, 2e-3)
  rng = np.random.default_rng(0)
  rates, costs = zip(
    *(selection.explore(at_bounds, _RANGES, 0.0, rng) for _ in range(20))
  )
  assert max(rates) == 3e-4 * 1.2 and min(costs) == 2e-3 / 1.2


def test_exploring_draws_anew_with_its_probability():
  before = selection.Hyperparameters(1e-4, 0.01)
  rng = np.random.default_rng(0)
  varied = [selection.explore(before, _RANGES, 0.25, rng) for _ in range(2000)]
  steps = [(x * 1.2, x / 1.2) for x in before]
  drawn = np.array([[x not in s for x, s in zip(v, steps)] for v in varied])
  np.testing.assert_allclose(drawn.mean(axis=0), 0.25, atol=0.03)
  # One at a time, as independent draws come.
  assert drawn.all(axis=1).mean() == pytest.approx(0.0625, abs=0.02)
  values = np.log(np.array(varied)[drawn[:, 1], 1])
  low, high = np.log(_RANGES.entropy_cost)
  assert stats.kstest((values - low) / (high - low), 'uniform').pvalue > 0.01


def test_exploring_always_draws_anew_at_probability_one():
  before = selection.Hyperparameters(5.0, 5.0)  # Far outside.
  after = selection.explore(before, _RANGES, 1.0, np.random.default_rng(0))
  for value, (low, high) in zip(after, _RANGES):
    assert low <= value <= high


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
