"""Tests of launch.runtime.roles."""

import pytest

from launch.runtime import roles


def test_the_goal_code_is_that_of_the_ending_that_reaches_it():
  role = roles.Role(
    'painter',
    endings={
      7: roles.Ending(False, 'ran out of paint'),
      8: roles.Ending(True, 'has finished'),
    },
  )
  assert role.goal_code() == 8


def test_a_node_that_cannot_end_the_program_is_named():
  with pytest.raises(ValueError, match=r"kind 'painter' called lp.stop"):
    roles.Role('painter').goal_code()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
