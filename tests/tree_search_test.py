"""Tests of spiral_tf.search.tree_search."""

import numpy as np
import pytest

from spiral_tf.search import tree_search
from tests import search_cases


def _search(simulations, keep=1, seed=0, number=6):
  targets = search_cases.drawn(100, number)
  easel = search_cases.easel(targets, seed)
  return tree_search.search(easel, number, simulations, keep), targets


def test_errors_are_of_the_programs_and_in_their_order():
  found, targets = _search(20, keep=4)
  assert found.errors.shape == (6, 4)
  np.testing.assert_array_equal(
    found.errors, search_cases.errors(found.actions, targets)
  )
  assert (np.diff(found.errors, axis=1) >= 0).all()
  assert (found.errors[:, 0] < found.errors[:, -1]).any()


def test_one_simulation_is_what_the_agent_draws():
  targets = search_cases.drawn(100, 6)
  easel = search_cases.easel(targets, 3)
  made = easel.begin(range(6))
  for _ in range(easel.length):
    made = easel.extend(made)
  found, _ = _search(1, keep=2, seed=3)
  for name, values in made.actions.items():
    for place in range(2):  # There is no other.
      np.testing.assert_array_equal(found.actions[name][:, place], values)


def test_it_comes_nearer_than_as_many_drawings():
  found, targets = _search(100)
  easel = search_cases.easel(targets, 0)
  made = easel.begin(np.repeat(range(6), 100))
  for _ in range(easel.length):
    made = easel.extend(made)
  drawings = made.errors.reshape(6, 100).min(axis=1)
  assert found.errors[:, 0].mean() < 0.8 * drawings.mean()


def test_a_tree_counts_what_its_simulations_did():
  targets = search_cases.drawn(100, 1)
  easel = search_cases.easel(targets, 0)
  tree = tree_search.grow(easel, [0], 100)[0]
  children = list(tree.root.children.values())
  assert tree.root.visits == 100 == sum(x.visits for x in children)
  assert sum(x.sampled for x in children) < 100  # Others began further down.
  assert 1 < len(children) <= 6
  # A child is as good as the best program that begins with it.
  assert tree.root.error == min(x.error for x in children)
  assert tree.root.error < tree.worst


def _tree(visits, errors, sampled):
  """A root with children, each of as many visits as it was sampled."""
  nowhere = (None, 0)
  root = tree_search.Node(nowhere, visits=visits, error=min(errors))
  for i, (error, times) in enumerate(zip(errors, sampled)):
    root.children[(i,)] = tree_search.Node(
      *(nowhere, 1, root, times), visits=times, error=error
    )
  return tree_search.Tree(root, worst=20.0)


@pytest.mark.parametrize(
  'visits,errors,sampled,want',
  [
    # The nearer one, although it was sampled less often.
    (4, (10.0, 5.0), (2, 1), 1),
    # Of two that are as near, the likelier one.
    (4, (5.0, 5.0), (3, 1), 0),
    # No child, but a further one: of more visits there are to be more.
    (9, (10.0, 5.0), (2, 1), None),
  ],
)
def test_simulations_go_where_programs_are_near_or_likely(
  visits, errors, sampled, want
):
  tree = _tree(visits, errors, sampled)
  node = tree_search.descend(tree, 5)
  expected = tree.root if want is None else tree.root.children[(want,)]
  assert node is expected


def test_whole_programs_are_not_gone_on_from():
  tree = _tree(4, (10.0, 5.0), (2, 1))
  assert tree_search.descend(tree, 1) is tree.root


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
