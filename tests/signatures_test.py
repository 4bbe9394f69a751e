"""Tests of spiral_tf.agents.signatures."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf.agents import signatures
from tests import small


@pytest.fixture(scope='module')
def policy():
  policy = builders.make_policy(small.CONDITIONAL)
  # As it comes, its actions would be almost uniform.
  for variable in policy.trainable_variables:
    variable.assign(2 * variable)
  return policy


@pytest.fixture(scope='module')
def model(policy, tmp_path_factory):
  """The policy's signatures, loaded."""
  path = str(tmp_path_factory.mktemp('model'))
  spec = builders.environment_spec(small.CONDITIONAL)
  module = signatures.module(policy, spec.observation, 'so and so')
  names = ('initial_state', 'step', 'settings')
  functions = {name: getattr(module, name) for name in names}
  tf.saved_model.save(module, path, signatures=functions)
  return tf.saved_model.load(path)


def _play(player):
  """Actions, int32 `[T, 20, components]`, in environments always the same."""
  targets = iter(np.full([20, 16, 16, 1], 100, np.uint8))
  environments = builders.make_environments(
    small.CONDITIONAL, 20, seed=1, targets=targets
  )
  actions = rollout.play(environments, player).action
  return np.stack([actions[name] for name in sorted(actions)], axis=-1)


def test_there_is_an_input_for_all_that_the_policy_sees(model, policy):
  spec = builders.environment_spec(small.CONDITIONAL)
  inputs = signatures.input_specs(model.signatures['step'])
  observed = {n.split('/')[1] for n in inputs if n.startswith('observation/')}
  assert observed == set(policy.inputs) >= {'target', 'canvas', 'action_mask'}
  masks = {n.split('/')[2] for n in inputs if '/action_mask/' in n}
  assert masks == set(spec.action)
  settings = model.signatures['settings'](unused=tf.constant(3))
  assert settings['json'].numpy() == b'so and so'


def test_a_seed_and_a_temperature_decide_what_a_player_does(model):
  def play(seed, temperature):
    return _play(signatures.make_player(model, seed, temperature))

  np.testing.assert_array_equal(play(1, 1.0), play(1, 1.0))
  assert np.any(play(1, 1.0) != play(2, 1.0))
  np.testing.assert_array_equal(play(1, 0), play(2, 0.0))
  assert np.any(play(1, 1.0) != play(1, 0))


def test_a_player_at_temperature_zero_does_what_the_policy_would(model, policy):
  zero = tf.constant(0.0)
  player = rollout.Player(
    policy.initial_state,
    lambda observation, state: policy.step(
      tf.nest.map_structure(tf.constant, observation), state, None, zero
    ),
  )
  actions = _play(signatures.make_player(model, 0, 0.0))
  np.testing.assert_array_equal(actions, _play(player))
  assert np.any(actions > 0)


def test_players_do_not_disturb_each_other(model):
  alone = [_play(signatures.make_player(model, seed, 1.0)) for seed in (1, 2)]
  players = [signatures.make_player(model, seed, 1.0) for seed in (1, 2)]
  together = [_play(player) for player in players]
  np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize('temperature', [-0.1, float('nan'), float('inf')])
def test_refuses_what_is_no_temperature(model, temperature):
  with pytest.raises(ValueError, match=f'temperature is {temperature},'):
    signatures.make_player(model, 0, temperature)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
