"""Tests of spiral_tf.builders."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from tests import small


def _environment(**changes):
  return dataclasses.replace(
    small.CONFIG,
    environment=dataclasses.replace(small.CONFIG.environment, **changes),
  )


def _noise(environment):
  return tuple(environment.reset().observation['noise'])


def _first_steps(environment, action):
  observations = []
  environment.reset()
  for _ in range(2):
    observations.append(environment.step(action).observation['canvas'])
  return np.stack(observations)


# From the upper left corner to the lower right one, by the upper right one.
_ACTION = {'end': np.int32(15), 'control': np.int32(3)}


@pytest.mark.parametrize(
  'changes',
  [
    {'brush': 'classic/charcoal'},
    {'brush_sizes': (2.5,)},
    {'grid_width': 5},
    {'substrokes': 50},
    {'background': 'transparent'},
  ],
)
def test_settings_of_the_environment_show_on_the_canvas(changes):
  pictures = [
    _first_steps(builders.make_environment(config, seed=0), _ACTION)
    for config in (small.CONFIG, _environment(**changes))
  ]
  assert np.any(pictures[0] != pictures[1])


def test_settings_of_the_environment_show_in_its_specs():
  config = _environment(
    canvas_width=20,
    grid_width=8,
    brush_sizes=(1.0, 2.0),
    num_pressures=3,
    color=True,
    pen_down=False,
    noise_dim=5,
    episode_length=3,
  )
  spec = builders.environment_spec(config)
  assert spec.observation['canvas'].shape == (20, 20, 3)
  assert spec.observation['noise'].shape == (5,)
  assert {k: s.num_values for k, s in spec.action.items()} == {
    'flag': 2,
    'end': 64,
    'control': 64,
    'size': 2,
    'pressure': 3,
    'red': 20,
    'green': 20,
    'blue': 20,
  }
  environment = builders.make_environment(config, seed=0)
  environment.reset()
  action = {name: np.int32(0) for name in spec.action}
  lasts = [environment.step(action).last() for _ in range(3)]
  assert lasts == [False, False, True]


def test_environments_all_differ_and_can_be_made_again():
  other = dataclasses.replace(small.CONFIG, seed=1)
  noises = []
  for config in (small.CONFIG, other):
    for seed in (0, 1):
      environments = builders.make_environments(config, 3, seed)
      noises += [_noise(environment) for environment in environments]
  assert len(set(noises)) == 2 * 2 * 3
  again = builders.make_environments(small.CONFIG, 3, 0)
  assert [_noise(environment) for environment in again] == noises[:3]


@pytest.mark.parametrize(
  'make', [builders.make_policy, builders.make_discriminator]
)
def test_networks_come_with_weights_that_the_seed_decides(make):
  def weights(config):
    return [v.numpy() for v in make(config).trainable_variables]

  one, two = weights(small.CONFIG), weights(small.CONFIG)
  other = weights(dataclasses.replace(small.CONFIG, seed=1))
  assert one
  for a, b in zip(one, two, strict=True):
    np.testing.assert_array_equal(a, b)
  assert any(np.any(a != b) for a, b in zip(one, other, strict=True))


def test_networks_have_all_their_variables_before_their_first_use():
  policy = builders.make_policy(small.CONFIG)
  discriminator = builders.make_discriminator(small.CONFIG)
  before = [len(m.variables) for m in (policy, discriminator)]
  environments = builders.make_environments(small.CONFIG, 2, 0)
  observation = tf.nest.map_structure(
    lambda *x: np.stack(x), *[e.reset().observation for e in environments]
  )
  player = builders.make_player(policy, seed=0)
  output, _ = player.step(observation, player.initial_state(2))
  assert output.action['end'].shape == (2,)
  assert discriminator(tf.constant(observation['canvas'])).shape == (2,)
  assert before == [len(m.variables) for m in (policy, discriminator)]


def test_an_agent_follows_its_policy():
  policy = builders.make_policy(small.CONFIG)
  player = builders.make_player(policy, seed=0)
  observation = tf.nest.map_structure(
    lambda x: x[None],
    builders.make_environment(small.CONFIG, seed=0).reset().observation,
  )

  def value():
    return float(player.step(observation, player.initial_state(1))[0].value[0])

  before = value()
  for variable in policy.trainable_variables:
    variable.assign(variable + 1)
  assert value() != before


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
