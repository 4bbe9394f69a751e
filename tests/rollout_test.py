"""Tests of spiral_tf.rollout, with an environment that keeps a diary."""

import dm_env
import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import rollout
from spiral_tf import types


class _Diary(dm_env.Environment):
  """Shows on its canvas who it is and how many actions it has had.

  Component `b` has no effect at odd steps of environments with an odd name.
  """

  def __init__(self, name, length):
    self.actions = []
    self.resets = 0
    self._name = name
    self._length = length

  def reset(self):
    self.resets += 1
    self.actions = []
    return dm_env.restart(self._observation(0, 0))

  def step(self, action):
    assert set(action) == {'a', 'b'}
    odd = self._name % 2 and len(self.actions) % 2
    self.actions.append({k: int(v) for k, v in action.items()})
    observation = self._observation(1, 0 if odd else 1)
    if len(self.actions) == self._length:
      return dm_env.termination(0.0, observation)
    return dm_env.transition(0.0, observation)

  def _observation(self, mask_a, mask_b):
    canvas = np.zeros([2, 2, 1], np.uint8)
    canvas[0] = self._name
    canvas[1] = 200 + len(self.actions)
    mask = {'a': np.float32(mask_a), 'b': np.float32(mask_b)}
    return {'canvas': canvas, 'action_mask': mask}

  def observation_spec(self):
    raise NotImplementedError

  action_spec = observation_spec


class _Counter:
  """A player that acts on what it sees and on its state, a count."""

  def __init__(self, log_prob=True):
    self.seen = []
    self._log_prob = log_prob

  def initial_state(self, batch_size):
    return tf.zeros([batch_size], tf.int32)

  def step(self, observation, state):
    self.seen.append(observation)
    name = observation['canvas'][:, 0, 0, 0].astype(np.int32)
    action = {'a': name * 10 + state, 'b': state}
    log_prob = None
    if self._log_prob:
      log_prob = {
        'a': -tf.cast(name, tf.float32),
        'b': tf.fill(tf.shape(state), -100.0),
      }
    return types.AgentOutput(action, log_prob, None), state + 1

  @property
  def player(self):
    return rollout.Player(self.initial_state, self.step)


def test_each_environment_gets_its_own_actions():
  environments = [_Diary(name, 3) for name in (4, 7, 9)]
  episode = rollout.play(environments, _Counter().player)
  for i, (name, environment) in enumerate(zip((4, 7, 9), environments)):
    truth = [{'a': name * 10 + t, 'b': t} for t in range(3)]
    assert environment.actions == truth
    assert environment.resets == 1
    assert episode.action['a'][:, i].tolist() == [x['a'] for x in truth]
  assert episode.action['a'].dtype == np.int32
  assert episode.action['b'].shape == (3, 3)
  assert episode.context == {}


def test_observations_are_those_before_each_action_and_the_last():
  counter = _Counter()
  episode = rollout.play([_Diary(n, 4) for n in (1, 2)], counter.player)
  canvas = episode.observation['canvas']
  assert canvas.shape == (5, 2, 2, 2, 1)
  assert canvas.dtype == np.uint8
  for t in range(5):  # After t actions.
    assert np.all(canvas[t, :, 1] == 200 + t)
    assert canvas[t, :, 0, 0, 0].tolist() == [1, 2]
  assert len(counter.seen) == 4  # The last one needs no action.
  for t, seen in enumerate(counter.seen):
    assert np.all(seen['canvas'] == canvas[t])
    assert seen['canvas'].dtype == np.uint8


class _Target(_Diary):
  """Also shows a target, of one shade through an episode."""

  def _observation(self, mask_a, mask_b):
    observation = super()._observation(mask_a, mask_b)
    target = np.full([2, 2, 1], 50 + self._name, np.uint8)
    return {**observation, 'target': target}


def test_what_stays_the_same_is_kept_once():
  counter = _Counter()
  episode = rollout.play([_Target(n, 3) for n in (1, 2)], counter.player)
  assert set(episode.observation) == {'canvas', 'action_mask'}
  assert set(episode.context) == {'target'}
  target = episode.context['target']
  assert target.shape == (2, 2, 2, 1)
  assert target[:, 0, 0, 0].tolist() == [51, 52]
  for seen in counter.seen:  # But the player sees it at every step.
    np.testing.assert_array_equal(seen['target'], target)


def test_batch_major_swaps_all_but_the_context():
  episode = rollout.play([_Target(n, 3) for n in (1, 2)], _Counter().player)
  swapped = rollout.batch_major(episode)
  assert swapped.observation['canvas'].shape == (2, 4, 2, 2, 1)
  assert swapped.log_prob.shape == (2, 3)
  for i in range(2):
    np.testing.assert_array_equal(
      swapped.observation['canvas'][i], episode.observation['canvas'][:, i]
    )
    np.testing.assert_array_equal(
      swapped.action['a'][i], episode.action['a'][:, i]
    )
  np.testing.assert_array_equal(
    swapped.context['target'], episode.context['target']
  )


def test_log_prob_counts_the_components_that_had_an_effect():
  names, steps = (4, 7), 3
  episode = rollout.play([_Diary(n, steps) for n in names], _Counter().player)
  truth = np.zeros([steps, len(names)], np.float32)
  for t in range(steps):
    for i, name in enumerate(names):
      truth[t, i] = -name
      if not (name % 2 and t % 2):
        truth[t, i] -= 100
  np.testing.assert_array_equal(episode.log_prob, truth)
  assert episode.log_prob.dtype == np.float32


def test_a_player_need_not_tell_log_probabilities():
  episode = rollout.play([_Diary(1, 2)], _Counter(log_prob=False).player)
  assert episode.log_prob is None
  assert episode.action['a'].shape == (2, 1)


def test_state_starts_afresh_with_each_episode():
  environments, player = [_Diary(1, 2)], _Counter().player
  first, second = (rollout.play(environments, player) for _ in range(2))
  assert first.action['b'].tolist() == second.action['b'].tolist() == [[0], [1]]
  assert environments[0].resets == 2


@pytest.mark.parametrize('lengths', [(2, 3), (3, 2), (5, 2)])
def test_episodes_of_unequal_lengths_are_refused(lengths):
  environments = [_Diary(i, length) for i, length in enumerate(lengths)]
  with pytest.raises(ValueError, match='one length') as error:
    rollout.play(environments, _Counter().player)
  assert 'after 2 steps' in str(error.value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
