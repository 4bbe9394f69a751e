"""Tests of spiral_tf.search.by_environment."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.search import by_environment
from spiral_tf.search import climbing
from spiral_tf.search import scenes
from tests import small

_COMPONENTS = {
  'painting': ('end', 'control'),
  'scenes': ('move', 'location', 'kind', 'size', 'red', 'green', 'blue'),
}


@pytest.mark.parametrize(
  'environment,search,channels',
  [
    (small.CONFIG.environment, climbing, 1),
    (small.SCENES.environment, scenes, 3),
  ],
)
def test_each_environment_has_its_search(environment, search, channels):
  names = _COMPONENTS[environment.name]
  starts = {name: np.zeros([2, 1, 3], np.int32) for name in names}
  random = np.random.default_rng(0)
  targets = random.integers(256, size=[2, 16, 16, channels], dtype=np.uint8)
  arguments = environment, starts, targets, 50, [3, 4]
  checked = []
  found = by_environment.climb(*arguments, check=lambda: checked.append(1))
  want = search.climb(*arguments)
  for name, values in want.actions.items():
    np.testing.assert_array_equal(found.actions[name], values)
  np.testing.assert_array_equal(found.errors, want.errors)
  assert checked


def test_other_environments_are_refused():
  # Another one that a recipe of CONTRIBUTING.md has brought.
  other = dataclasses.replace(sections.EnvironmentConfig())
  object.__setattr__(other, 'name', 'turtle')
  for refused in (
    lambda: by_environment.check_environment(other),
    lambda: by_environment.climb(other, {}, np.zeros([0]), 1, []),
  ):
    with pytest.raises(ValueError, match=r"paintings and scenes.*'turtle'"):
      refused()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
