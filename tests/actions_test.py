"""Actions are checked, component by component."""

import numpy as np
import pytest

from spiral_tf.environments import actions

_NUM_VALUES = {'move': 3, 'kind': 4}


def test_good_actions_become_integers_in_order():
  for kind in (int, np.int32, np.int64, np.uint8, np.array):
    got = actions.checked({'kind': kind(3), 'move': kind(0)}, _NUM_VALUES)
    assert got == {'move': 0, 'kind': 3}
    assert list(got) == ['move', 'kind']
    assert {type(value) for value in got.values()} == {int}


@pytest.mark.parametrize(
  'action, message',
  [
    ({'move': 1}, "no component 'kind'; it must have move, kind"),
    ({'move': 3, 'kind': 0}, "'move' is 3, but .* from 0 to 2"),
    ({'move': 1, 'kind': -1}, "'kind' is -1, but .* from 0 to 3"),
    ({'move': 1.0, 'kind': 1}, r"'move' is 1\.0, but .* an integer"),
    ({'move': None, 'kind': 1}, "'move' is None"),
    ({'move': 1, 'kind': np.array([1])}, "'kind' is array"),
    ({'move': 1, 'kind': 1, 'b': 1, 'a': 1}, "unknown components 'a', 'b'"),
  ],
)
def test_bad_actions_are_refused(action, message):
  with pytest.raises(ValueError, match=message):
    actions.checked(action, _NUM_VALUES)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
