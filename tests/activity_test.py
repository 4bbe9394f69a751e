"""Tests of spiral_tf.activity."""

import pytest

from launch import graph
from launch.runtime import heartbeats
from spiral_tf import activity


@pytest.fixture
def mine(monkeypatch):
  """The activity of this process, as of a node that was just started."""
  made = activity.Activity()
  monkeypatch.setattr(activity, 'CURRENT', made)
  return made


def test_it_starts_then_compiles_then_works(mine):
  assert mine.report() == ('starting', '', 0)
  mine.work()
  assert mine.report() == ('compiling', '', 0)
  mine.step()
  assert mine.report() == ('working', '', 1)
  mine.step()
  assert mine.report() == ('working', '', 2)
  mine.rest()
  assert mine.report() == ('resting', '', 2)


@pytest.mark.parametrize('error', [None, ValueError])
def test_what_it_does_in_between_is_over_in_the_end(mine, error):
  mine.work()
  mine.step()
  try:
    with mine.waiting('replay'):
      assert mine.report() == ('waiting', 'replay', 1)
      with mine.resting():
        assert mine.report() == ('resting', '', 1)
      assert mine.report() == ('waiting', 'replay', 1)
      if error:
        raise error
  except ValueError:
    pass
  assert mine.report() == ('working', '', 1)


def test_a_launcher_understands_it(mine):
  said = [graph.doing().state]
  mine.work()
  said.append(graph.doing().state)
  mine.step()
  said.append(graph.doing().state)
  with mine.waiting('replay'):
    said.append(graph.doing().state)
    assert str(graph.doing()) == 'waiting for replay'
    assert graph.doing().steps == 1
  with mine.resting():
    said.append(graph.doing().state)
  assert said == [
    heartbeats.STARTING,
    heartbeats.COMPILING,
    heartbeats.WORKING,
    heartbeats.WAITING,
    heartbeats.RESTING,
  ]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
