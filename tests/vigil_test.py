"""Tests of tests.vigil: a node that never works again is seen in its time."""

import types

import pytest

from tests import patience
from tests import vigil as vigil_lib

_GROUPS = ('a', 'b')
# Seconds of a start, measured or not.
_START = patience._LEAST_SECONDS


@pytest.fixture
def watched(monkeypatch):
  """A vigil over two nodes, whose work and whose time is set."""
  now, sizes = [0.0], dict.fromkeys(_GROUPS, 0)
  clock = types.SimpleNamespace(monotonic=lambda: now[0])
  monkeypatch.setattr(patience, 'time', clock)
  monkeypatch.setattr(patience, 'measure', lambda: _START)
  run = types.SimpleNamespace(size=sizes.get)
  vigil = vigil_lib.Vigil(run, _GROUPS, clock.monotonic)

  def go_on(seconds, *working, killed=()):
    for _ in range(seconds):
      now[0] += 1
      for group in working:
        sizes[group] += 1
      for group in killed:
        vigil.disturb(group)
      vigil.look()

  return vigil, go_on


def test_all_is_well_while_all_work(watched):
  vigil, go_on = watched
  go_on(5 * vigil_lib.STARTS, 'a', 'b')
  assert vigil.longest == {'a': 1, 'b': 1}


def test_kills_of_others_give_no_more_time(watched):
  vigil, go_on = watched
  go_on(10, 'a', 'b')
  with pytest.raises(AssertionError, match=r'work of a, in vain.* a 24\d s, b'):
    go_on(1000, 'b', killed=['b'])
  assert vigil.longest['a'] == pytest.approx(_START * vigil_lib.STARTS, abs=5)


def test_its_own_kill_does(watched):
  vigil, go_on = watched
  seconds = int(_START * vigil_lib.STARTS)
  go_on(seconds - 5, 'b')
  vigil.disturb('a')
  go_on(seconds - 5, 'b')
  go_on(1, 'a', 'b')
  vigil.disturb('a', starts=10)
  go_on(seconds + 20, 'b')
  with pytest.raises(AssertionError, match='work of a'):
    go_on(20, 'b')


def test_a_new_launcher_gives_all_their_time(watched):
  vigil, go_on = watched
  go_on(200, 'b')
  vigil.begin_anew()
  go_on(200, 'b')
  assert vigil.longest['a'] == 200


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
