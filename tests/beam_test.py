"""Tests of spiral_tf.search.beam."""

import numpy as np
import pytest

from spiral_tf.search import beam
from tests import search_cases


def _search(width, proposals, seed=0, number=6):
  targets = search_cases.drawn(100, number)
  easel = search_cases.easel(targets, seed)
  return beam.search(easel, number, width, proposals), targets


def test_errors_are_of_the_programs_and_in_their_order():
  found, targets = _search(4, 4)
  assert found.errors.shape == (6, 4)
  np.testing.assert_array_equal(
    found.errors, search_cases.errors(found.actions, targets)
  )
  assert (np.diff(found.errors, axis=1) >= 0).all()


def test_no_program_takes_two_places():
  found, _ = _search(4, 8)
  for row in np.stack(list(found.actions.values()), axis=-1):
    assert len({program.tobytes() for program in row}) == 4


def test_one_proposal_alone_is_what_the_agent_draws():
  targets = search_cases.drawn(100, 6)
  easel = search_cases.easel(targets, 3)
  made = easel.begin(range(6))
  for _ in range(easel.length):
    made = easel.extend(made)
  found, _ = _search(1, 1, seed=3)
  for name, values in made.actions.items():
    np.testing.assert_array_equal(found.actions[name][:, 0], values)


def test_it_comes_nearer_than_as_many_drawings():
  found, targets = _search(8, 4)
  easel = search_cases.easel(targets, 0)
  made = easel.begin(np.repeat(range(6), 32))
  for _ in range(easel.length):
    made = easel.extend(made)
  drawings = made.errors.reshape(6, 32).min(axis=1)
  assert found.errors[:, 0].mean() < 0.7 * drawings.mean()


def test_targets_are_searched_for_apart():
  # More than go into one call of the agent.
  found, targets = _search(32, 8, number=3)
  np.testing.assert_array_equal(
    found.errors, search_cases.errors(found.actions, targets)
  )
  assert found.errors[:, 0].mean() < found.errors[:, -1].mean()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
