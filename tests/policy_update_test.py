"""Tests of spiral_tf.learning.policy_update."""

import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf
import tree

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf.config import sections
from spiral_tf.learning import policy_update
from tests import small

_FULL_RATE = tf.constant(1.0)


def _episodes(policy, number=8, config=small.CONFIG, targets=()):
  """Episodes by `policy`, batch-major tensors as replay delivers them."""
  environments = builders.make_environments(config, number, 0, targets)
  player = rollout.Player(policy.initial_state, policy.step)
  episodes = rollout.play(environments, player)
  return tree.map_structure(tf.constant, rollout.batch_major(episodes))


def _log_prob(policy, episodes):
  """Log-probability of each episode's effective sub-actions, `[B]`."""
  episodes = tree.map_structure(tf.constant, rollout.batch_major(episodes))
  before = tree.map_structure(lambda x: x[:-1], episodes.observation)
  output = policy.unroll(before, episodes.action)
  mask = episodes.observation['action_mask']
  return sum(
    (output.log_prob[name].numpy() * mask[name].numpy()[1:]).sum(axis=0)
    for name in output.log_prob
  )


def _update(config=small.CONFIG, discriminator=None):
  """An update of fresh networks, or one that another discriminator pays."""
  return policy_update.PolicyUpdate(
    config.policy_learner,
    config.reward,
    builders.make_policy(config),
    discriminator or builders.make_discriminator(config),
    # A cell of the grid each, and whether to paint is no choice.
    dict.fromkeys(('control', 'end'), math.log(16)),
  )


@pytest.fixture(scope='module')
def _traced():
  return _update()


@pytest.fixture
def update(_traced):
  """One update for all tests, as new for each: tracing takes seconds."""
  before = [v.numpy() for v in _traced.variables]
  yield _traced
  for variable, value in zip(_traced.variables, before, strict=True):
    variable.assign(value)


def test_behaviour_log_prob_is_that_of_the_unrolled_policy(update):
  episodes = _episodes(update.policy)
  np.testing.assert_allclose(
    episodes.log_prob.numpy().sum(axis=1),
    _log_prob(update.policy, episodes),
    rtol=1e-4,
  )


def test_good_episodes_become_likelier_and_bad_ones_less_likely():
  # The discriminator likes the lighter half of the drawings.
  middle = tf.Variable(0.5)
  config = dataclasses.replace(small.CONFIG, reward=sections.RewardConfig())
  update = _update(config, lambda x, target: tf.sign(_lightness(x) - middle))
  update.hyperparameters['entropy_cost'].assign(0.0)
  episodes = _episodes(update.policy, 32)
  lightness = _lightness(episodes.observation['canvas'][:, -1]).numpy()
  middle.assign(np.median(lightness))
  before = _log_prob(update.policy, episodes)
  for _ in range(5):
    update.step(episodes, _FULL_RATE)
  gain = _log_prob(update.policy, episodes) - before
  good = lightness > np.median(lightness)
  assert gain[good].mean() > 0 > gain[~good].mean()


def test_what_is_demonstrated_becomes_likelier():
  config = dataclasses.replace(
    small.SCENES, reward=sections.RewardConfig(discriminator=0.0, l2=1.0)
  )
  update = builders.make_policy_update(config)
  shown = next(builders.make_demonstrations(config, 0))
  shown = tree.map_structure(tf.constant, shown)
  target = shown.context['target'].numpy()
  episodes = _episodes(update.policy, config=config, targets=[*target] * 2)
  update.hyperparameters['learning_rate'].assign(1e-2)
  first, *_, last = (
    float(update.step(episodes, _FULL_RATE, demonstrations=shown)['imitation'])
    for _ in range(30)
  )
  # Chosen uniformly, an action has 9.6 nats if nothing of it is left out.
  assert 5 < first < 12
  assert last < first - 2
  assert 'imitation' not in update.step(episodes, _FULL_RATE)


def _lightness(images):
  return tf.reduce_mean(tf.cast(images, tf.float32) / 255, axis=[1, 2, 3])


def test_hyperparameters_are_not_frozen_into_the_trace(update):
  episodes = _episodes(update.policy)
  update.step(episodes, _FULL_RATE)
  update.hyperparameters['learning_rate'].assign(0.0)
  before = [v.numpy() for v in update.policy.trainable_variables]
  update.step(episodes, _FULL_RATE)
  for old, variable in zip(before, update.policy.trainable_variables):
    np.testing.assert_array_equal(old, variable.numpy())


def test_entropy_cost_raises_entropy(update):
  episodes = _episodes(update.policy)
  update.hyperparameters['entropy_cost'].assign(-1.0)
  for _ in range(30):
    low = update.step(episodes, _FULL_RATE)['entropy'].numpy()
  update.hyperparameters['entropy_cost'].assign(100.0)
  for _ in range(60):
    high = update.step(episodes, _FULL_RATE)['entropy'].numpy()
  assert high > low + 0.5


def test_annealing_ends_learning_and_the_entropy_bonus(update):
  update.hyperparameters['entropy_cost'].assign(100.0)
  episodes = _episodes(update.policy)
  update.step(episodes, tf.constant(1.0))
  full = update.step(episodes, tf.constant(1.0))['gradient_norm'].numpy()
  before = [v.numpy() for v in update.policy.trainable_variables]
  none = update.step(episodes, tf.constant(0.0))['gradient_norm'].numpy()
  assert none < full / 5
  for old, variable in zip(before, update.policy.trainable_variables):
    np.testing.assert_array_equal(old, variable.numpy())


def test_metrics_say_what_was_paid(update):
  episodes = _episodes(update.policy)
  values = update.step(episodes, _FULL_RATE)
  canvas = episodes.observation['canvas']
  final = update.discriminator(canvas[:, -1]).numpy()
  blank = update.discriminator(canvas[:, 0]).numpy()
  assert values['score'].numpy() == pytest.approx(final.mean(), rel=1e-4)
  assert values['return'].numpy() == pytest.approx(
    (final - blank).mean(), rel=1e-3, abs=1e-5
  )
  # At first almost uniform: 16 cells to move to, then 16 * 16 curves, twice.
  each = [np.log(16), 2 * np.log(16), 2 * np.log(16)]
  assert values['entropy_max'].numpy() == pytest.approx(np.mean(each), rel=1e-5)
  assert values['entropy'].numpy() == pytest.approx(np.mean(each), rel=0.02)
  assert values['entropy_end'].numpy() == pytest.approx(np.log(16), rel=0.02)


@pytest.mark.slow
def test_off_policy_correction_can_be_left_out(update):
  learner = dataclasses.replace(
    small.CONFIG.policy_learner, off_policy_correction=False
  )
  plain = _update(dataclasses.replace(small.CONFIG, policy_learner=learner))
  episodes = _episodes(update.policy)
  # As if it had been twice as sure of each action when it took them.
  stale = episodes._replace(log_prob=episodes.log_prob + np.log(2))
  # Both have the same weights, those of the same seed.
  losses = {
    corrected: [
      which.step(x, _FULL_RATE, apply=False)['loss_value'].numpy()
      for x in (episodes, stale)
    ]
    for corrected, which in ((True, update), (False, plain))
  }
  assert losses[False][0] == losses[False][1]
  assert losses[True][0] == pytest.approx(losses[False][0], rel=1e-3)
  assert losses[True][1] < 0.9 * losses[True][0]


def _blank(episodes, number):
  """The same with the first canvases of `number` episodes all through them."""
  canvas = episodes.observation['canvas'].numpy()
  canvas[:number] = canvas[:number, :1]
  observation = {**episodes.observation, 'canvas': tf.constant(canvas)}
  return episodes._replace(observation=observation)


def test_counts_blank_canvases(update):
  episodes = _episodes(update.policy)
  canvas = episodes.observation['canvas'].numpy()
  assert (canvas[:, 0] != canvas[:, -1]).any(axis=(1, 2, 3)).all()
  for blank in (0, 2, 8):
    values = update.step(_blank(episodes, blank), _FULL_RATE)
    assert values['blank'].numpy() == blank / 8


def test_a_reward_that_is_not_finite_changes_nothing():
  update = _update(
    discriminator=lambda x, target: tf.fill([tf.shape(x)[0]], np.nan)
  )
  episodes = _episodes(update.policy)
  before = [v.numpy() for v in update.policy.trainable_variables]
  values = update.step(episodes, _FULL_RATE)
  assert not values['finite'].numpy()
  assert update.optimizer.step.numpy() == 0
  for old, variable in zip(before, update.policy.trainable_variables):
    np.testing.assert_array_equal(old, variable.numpy())


@pytest.mark.parametrize('what', ['advantages', 'rewards'])
def test_rewards_or_advantages_are_scaled_when_asked_to(what):
  """Losses are then the same in whatever unit the discriminator pays."""
  config = dataclasses.replace(
    small.CONFIG,
    policy_learner=dataclasses.replace(
      small.CONFIG.policy_learner, **{f'normalize_{what}': True}
    ),
  )
  scale = tf.Variable(1.0)
  update = _update(
    config,
    lambda x, target: (
      scale * tf.reduce_mean(tf.cast(x, tf.float32), axis=[1, 2, 3])
    ),
  )
  update.policy._value.w.assign(tf.zeros_like(update.policy._value.w))
  episodes = _episodes(update.policy)
  metrics_ = []
  for value in (1.0, 1000.0):
    scale.assign(value)
    metrics_.append(update.step(episodes, _FULL_RATE, apply=False))
  one, thousand = metrics_
  same = {'advantages': ['policy'], 'rewards': ['policy', 'value']}[what]
  for name in ('policy', 'value'):
    ratio = float(thousand[f'loss_{name}'] / one[f'loss_{name}'])
    assert (ratio == pytest.approx(1, rel=0.02)) == (name in same), name
  # What is logged stays in the discriminator's own unit.
  assert float(thousand['return'] / one['return']) > 500


def _targets(number=8):
  """A black spot somewhere on each."""
  targets = np.full([number, 16, 16, 1], 255, np.uint8)
  for i, target in enumerate(targets):
    target[i : i + 4, 8 - i : 12 - i] = 0
  return targets


def test_a_conditional_agent_is_paid_for_being_near_its_own_target():
  reward = sections.RewardConfig(
    temporal_credit=True, discriminator=0.0, l2=1.0
  )
  update = _update(dataclasses.replace(small.CONDITIONAL, reward=reward))
  targets = _targets()
  episodes = _episodes(update.policy, 8, small.CONDITIONAL, targets)
  np.testing.assert_array_equal(episodes.context['target'].numpy(), targets)
  values = update.step(episodes, _FULL_RATE)
  canvas = episodes.observation['canvas'].numpy() / 255
  before, after = (
    np.sqrt(np.sum((canvas[:, t] - targets / 255) ** 2, axis=(1, 2, 3)))
    for t in (0, -1)
  )
  assert values['return'].numpy() == pytest.approx(
    np.mean(before - after), rel=1e-4
  )


def test_a_conditional_agent_is_scored_with_its_own_target():
  update = _update(
    small.CONDITIONAL,
    lambda x, target: (
      tf.reduce_mean(tf.cast(x, tf.float32), axis=[1, 2, 3])
      * tf.reduce_max(255 - tf.cast(target, tf.float32), axis=[1, 2, 3])
    ),
  )
  targets = np.full([8, 16, 16, 1], 255, np.uint8)
  targets[:4, 0, 0] = 254  # The other targets make all scores 0.
  episodes = _episodes(update.policy, 8, small.CONDITIONAL, targets)
  values = update.step(episodes, _FULL_RATE)
  final = episodes.observation['canvas'].numpy()[:, -1].mean(axis=(1, 2, 3))
  assert values['score'].numpy() == pytest.approx(final[:4].sum() / 8, rel=1e-4)


def test_the_target_shows_in_what_the_unrolled_policy_says():
  update = _update(small.CONDITIONAL)
  targets = _targets()
  episodes = _episodes(update.policy, 8, small.CONDITIONAL, targets)
  moved = []
  for target in (targets, 255 - targets):
    context = {'target': tf.constant(target)}
    values = update.step(episodes._replace(context=context), tf.constant(0.0))
    moved.append(values['rho'].numpy())
  # On policy with the targets it had, off policy with others.
  assert moved[0] == pytest.approx(1, abs=1e-4)
  assert moved[1] < 1 - 1e-4


def test_episodes_of_other_shapes_are_refused_when_it_is_traced(update):
  episodes = _episodes(update.policy)
  canvas = episodes.observation['canvas']
  for wrong in (
    episodes._replace(log_prob=episodes.log_prob[:, :-1]),
    episodes._replace(log_prob=episodes.log_prob[:-1]),
    episodes._replace(action={**episodes.action, 'end': canvas[:, 0, 0, 0, 0]}),
    episodes._replace(
      observation={**episodes.observation, 'canvas': canvas[..., 0]}
    ),
    episodes._replace(
      observation={**episodes.observation, 'canvas': canvas[:, 1:]}
    ),
    episodes._replace(context={'target': canvas[:4, 0]}),
  ):
    with pytest.raises(ValueError, match=r'must be \[B, '):
      update.step(wrong, _FULL_RATE)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
