"""Tests of spiral_tf.nodes.learner: what a population asks of both learners."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import node_kinds
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import policy_learner
from spiral_tf.nodes import weights
from spiral_tf.workdir import checkpoints
from tests import nowhere
from tests import small

_NOWHERE = nowhere.Replay()


def _images(seed):
  rng = np.random.default_rng(seed)
  return tf.constant(rng.integers(0, 256, (8, 16, 16, 1), np.uint8))


def _discriminator(folder, member=True):
  return discriminator_learner.DiscriminatorLearner(
    small.CONFIG, str(folder), _NOWHERE, member
  )


def _policy(folder, member=True):
  return policy_learner.PolicyLearner(
    small.CONFIG, str(folder), None, _NOWHERE, member
  )


def _train(learner, number=3):
  for seed in range(number):
    data = {'real': _images(seed), 'fake': _images(9 + seed), 'target': None}
    learner._locked_update(data)


def _values(learner):
  return [variable.numpy() for variable in learner._state]


def test_a_copy_takes_network_and_optimizer_and_keeps_the_counter(tmp_path):
  donor, recipient = (_discriminator(tmp_path / name) for name in 'ab')
  _train(donor, 3)
  _train(recipient, 2)
  version = recipient.get_weights(-1)[0]
  assert recipient.adopt(donor.get_state(), 1, {}) == 1
  for a, b in zip(_values(donor), _values(recipient), strict=True):
    np.testing.assert_array_equal(a, b)
  # Moments and step are among them.
  assert int(recipient._module.optimizer.step) == 3
  assert any(np.any(m.numpy()) for m in recipient._module.optimizer.m)
  assert recipient.status() == {
    'updates': 2,
    'generation': 1,
    'diverged': '',
  }
  # Users of its weights notice, though it made no update.
  new, packed = recipient.get_weights(version)
  assert new == weights.version(1, 2)
  assert packed is not None


def test_a_copy_is_made_once_however_often_it_is_told(tmp_path):
  donor, recipient = (_discriminator(tmp_path / name) for name in 'ab')
  _train(donor)
  state = donor.get_state()
  assert recipient.adopt(state, 2, {}) == 2
  _train(recipient, 1)
  trained = _values(recipient)
  for late in (1, 2):
    assert recipient.adopt(state, late, {}) == 2
  for a, b in zip(trained, _values(recipient), strict=True):
    np.testing.assert_array_equal(a, b)


def test_a_copy_survives_the_learner(tmp_path):
  donor, recipient = (_policy(tmp_path / name) for name in 'ab')
  for variable in donor._module.policy.trainable_variables:
    variable.assign(variable + 1.0)
  explored = {'learning_rate': 0.25, 'entropy_cost': 0.5}
  recipient.adopt(donor.get_state(), 1, explored)
  again = _policy(tmp_path / 'b')
  for a, b in zip(_values(donor), _values(again), strict=True):
    np.testing.assert_array_equal(a, b)
  status = again.status()
  assert status['generation'] == 1
  assert status['learning_rate'] == 0.25
  assert status['entropy_cost'] == 0.5
  assert (status['updates'], status['seconds']) == (0, 0.0)
  assert status['done'] is False


def test_a_run_alone_has_the_hyperparameters_of_its_config(tmp_path):
  learner = _policy(tmp_path, member=False)
  learner._module.hyperparameters['learning_rate'].assign(0.25)
  learner._guard.save()
  again = _policy(tmp_path, member=False)
  rate = small.CONFIG.policy_learner.learning_rate
  assert again.status()['learning_rate'] == pytest.approx(rate)


def test_moments_are_saved_before_the_first_update_too(tmp_path):
  learner = _discriminator(tmp_path)
  _train(learner)
  learner._guard.save()
  # One that is stopped right after its start saves again.
  _discriminator(tmp_path)._guard.save()
  again = _discriminator(tmp_path)
  for a, b in zip(_values(learner), _values(again), strict=True):
    np.testing.assert_array_equal(a, b)


def _spoil(learner):
  first = learner._module.discriminator.trainable_variables[0]
  first.assign(tf.fill(first.shape, np.nan))


def test_a_member_that_diverges_waits_for_a_copy(tmp_path, capsys):
  donor, recipient = (_discriminator(tmp_path / name) for name in 'ab')
  _train(donor)
  _train(recipient)
  kept = recipient._guard.save()
  _spoil(recipient)
  _train(recipient, 1)
  assert 'waits to copy' in capsys.readouterr().out
  status = recipient.status()
  assert 'not finite' in status['diverged']
  assert status['updates'] == 3
  # Nobody gets its weights, and they are not saved.
  assert recipient.get_weights(17) == (17, None)
  with pytest.raises(RuntimeError, match='failed'):
    recipient.get_state()
  assert recipient._gather() is None
  recipient._save()
  node = node_kinds.DISCRIMINATOR_LEARNER
  assert checkpoints.restore(str(tmp_path / 'b'), node, {}) == kept

  recipient.adopt(donor.get_state(), 1, {})
  assert recipient.status()['diverged'] == ''
  assert recipient.get_weights(17)[1] is not None
  _train(recipient, 1)
  assert recipient.status()['updates'] == 4


def test_a_state_of_other_networks_is_refused(tmp_path):
  recipient = _discriminator(tmp_path / 'a')
  with pytest.raises(ValueError, match='same networks'):
    recipient.adopt(_policy(tmp_path / 'b').get_state(), 1, {})
  assert recipient.status()['generation'] == 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
