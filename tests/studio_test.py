"""Tests of spiral_tf.agents.studio, with an agent that was never trained."""

import dataclasses

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf.agents import saved_model
from spiral_tf.agents import studio as studio_lib
from tests import small

_WIDTH = small.CONFIG.environment.canvas_width


def _studio(config):
  policy = builders.make_policy(config)

  def make_player(seed, temperature):
    del temperature
    return builders.make_player(policy, seed)

  loaded = saved_model.LoadedAgent(make_player(0, 1.0), config, make_player)
  return studio_lib.Studio(loaded)


@pytest.fixture(scope='module')
def studio():
  return _studio(small.CONFIG)


def test_programs_are_those_of_the_canvases(studio):
  actions, canvases = studio.play(3, 1.0, [7])
  assert studio.canvas_shape == (_WIDTH, _WIDTH, 1)
  assert canvases.shape == (3, _WIDTH, _WIDTH, 1)
  programs = studio.programs(actions)
  assert len(programs) == 3
  for program, canvas in zip(programs, canvases):
    np.testing.assert_array_equal(program.render(), canvas)


def test_plays_as_the_seed_says_whatever_was_played_before(studio):
  def programs(number, seed):
    return studio.programs(studio.play(number, 1.0, seed).actions)

  first = programs(2, [3, 1])
  programs(5, [4, 1])
  assert programs(2, [3, 1]) == first
  assert programs(2, [3, 2]) != first
  with pytest.raises(ValueError, match='seed is -1'):
    studio.play(1, 1.0, [-1, 0])


def test_the_agent_sees_its_targets():
  config = dataclasses.replace(
    small.CONDITIONAL,
    environment=dataclasses.replace(small.CONFIG.environment, noise_dim=0),
  )
  targets = np.random.RandomState(0).randint(256, size=[8, _WIDTH, _WIDTH, 1])
  targets = targets.astype(np.uint8)
  seen = []

  def make_player(seed, temperature):
    del seed, temperature
    own = builders.make_player(builders.make_policy(config), 0)

    def step(observation, state):
      seen.append(observation['target'])
      return own.step(observation, state)

    return own._replace(step=step)

  loaded = saved_model.LoadedAgent(make_player(0, 1.0), config, make_player)
  studio_lib.Studio(loaded).play(8, 1.0, [0], targets)
  assert len(seen) == config.environment.episode_length
  for target in seen:
    np.testing.assert_array_equal(target, targets)


def test_an_agent_can_be_shown_another_canvas(studio):
  other = np.full([2, _WIDTH, _WIDTH, 1], 90, np.uint8)
  shown = studio.play(2, 0.0, [7], canvases=other)
  # What it paints is its own, on white.
  for program, canvas in zip(studio.programs(shown.actions), shown.canvases):
    np.testing.assert_array_equal(program.render(), canvas)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
