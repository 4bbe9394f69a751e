"""Tests of spiral_tf.agents.proposing, with an agent of known strokes."""

import dataclasses

import numpy as np
import pytest

from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.agents import photographs
from spiral_tf.agents import proposing
from spiral_tf.agents import saved_model
from spiral_tf.search import proposals
from spiral_tf.search import scanning
from tests import small

# The canvas of the small experiment has 16 pixels a side, and 4 cells.
_START, _CONTROL, _END, _LAST = (0, 1), (2, 2), (3, 0), (1, 3)


class _Agent:
  """Draws a curve, and one that goes on from it, and keeps what it saw."""

  def __init__(self, config=small.CONDITIONAL):
    self.seen = []
    self.loaded = saved_model.LoadedAgent(None, config, self._make_player)

  def _make_player(self, seed, temperature):
    del seed, temperature
    return rollout.Player(lambda batch_size: 0, self._step)

  def _step(self, observation, state):
    self.seen.append(observation)
    end = (_START, _END, _LAST)[state]
    cells = {'end': end, 'control': _CONTROL}
    number = len(observation['canvas'])
    action = {k: np.full(number, 4 * y + x) for k, (y, x) in cells.items()}
    return types.AgentOutput(action, None, None), state + 1


def _scene(height, width):
  random = np.random.default_rng(0)
  target, picture = random.random([2, height, width, 3], np.float32)
  return scanning.Scene(target, picture, np.ones([height, width], np.float32))


def _propose(agent, scene, number):
  make = proposing.by(agent.loaded, number)
  return make(None, np.random.default_rng(0))(scene)


def test_a_stroke_lies_where_the_agent_put_it():
  agent = _Agent()
  scene = _scene(16, 16)  # The least there can be is a window of all of it.
  curves = _propose(agent, scene, 40)
  assert len(curves) == 40
  # One of those that it draws, as likely as the other.
  first, last = [2, 6, 10, 10, 14, 2, 1, 1], [14, 2, 10, 10, 6, 14, 1, 1]
  found = curves.tolist()
  assert found.count(first) + found.count(last) == 40
  assert 10 < found.count(first) < 30


def test_the_agent_sees_what_is_painted_and_what_should_be():
  agent = _Agent()
  scene = _scene(16, 16)
  _propose(agent, scene, 2)
  for observation in agent.seen:
    for name, image in (('canvas', scene.picture), ('target', scene.target)):
      seen = observation[name]
      assert seen.shape == (2, 16, 16, 1) and seen.dtype == np.uint8
      grey = 255 * image @ [0.299, 0.587, 0.114]
      np.testing.assert_allclose(seen[0, ..., 0], grey, atol=1.5)


def test_windows_are_of_all_sizes_and_around_what_is_missing():
  scene = _scene(100, 160)
  scene.picture[:] = scene.target
  scene.picture[70:74, 130:134] = 0
  curves = _propose(_Agent(), scene, 200)
  assert curves.shape == (200, 8) and curves.dtype == np.float32
  # Of a window's side, in which the stroke's place is known.
  sides = 16 * curves[:, 6]
  assert sides.min() < 20 and 80 < sides.max() <= 100
  # Of the control point, which is the same in both strokes.
  top = curves[:, 2] - 5 * sides / 8
  left = curves[:, 3] - 5 * sides / 8
  assert (top <= 73).all() and (top + sides >= 71).all()
  assert (left <= 133).all() and (left + sides >= 131).all()
  assert (top > -0.01).all() and (top + sides < 100.01).all()
  assert (left + sides < 160.01).all()


def test_a_photograph_is_painted_of_what_an_agent_proposes():
  photo = np.zeros([24, 32, 3], np.uint8)
  photo[8:16] = 255
  program = photographs.paint_photo(
    photo,
    strokes=2,
    size=32,
    threads=1,
    proposals=proposing.by(_Agent().loaded, 4),
  )
  assert 1 <= program.num_strokes <= 2
  difference = program.render() - photo.astype(float)
  assert np.square(difference).mean() < photo.astype(float).var()


def test_proposals_are_as_many_as_those_of_others_by_default():
  make = proposing.by(_Agent().loaded)
  curves = make(None, np.random.default_rng(0))(_scene(32, 32))
  assert len(curves) == proposals.CANDIDATES


@pytest.mark.parametrize(
  'config',
  [
    small.CONFIG,
    dataclasses.replace(
      small.CONDITIONAL,
      environment=dataclasses.replace(
        small.CONFIG.environment, background='transparent'
      ),
    ),
  ],
)
def test_other_agents_are_refused(config):
  with pytest.raises(ValueError, match='reproduces images'):
    proposing.by(_Agent(config).loaded)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
