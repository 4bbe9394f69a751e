"""Tests of spiral_tf.nodes.discriminator_learner."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import node_kinds
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import guard
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import claims
from tests import nowhere
from tests import small


def _images(number=8):
  rng = np.random.default_rng(0)
  return tf.constant(rng.integers(0, 256, (number, 16, 16, 1), np.uint8))


def test_a_loss_that_is_not_finite_stops_the_learner_unspoilt(tmp_path):
  node = node_kinds.DISCRIMINATOR_LEARNER
  learner = discriminator_learner.DiscriminatorLearner(
    small.CONFIG,
    str(tmp_path),
    replay=nowhere.Replay(),
  )
  data = {'real': _images(), 'fake': 255 - _images(), 'target': None}
  learner._locked_update(data)
  kept = learner._guard.save()
  first, *others = learner._module.discriminator.trainable_variables
  first.assign(tf.fill(first.shape, np.nan))
  before = [v.numpy() for v in others]
  with pytest.raises(guard.NonFiniteError, match=r'update 2\b.* loss=nan'):
    learner._locked_update(data)
  assert learner._module.optimizer.step.numpy() == 1
  for old, variable in zip(before, others):
    np.testing.assert_array_equal(old, variable.numpy())
  with pytest.raises(RuntimeError, match='failed'):
    learner.get_weights(-1)
  assert checkpoints.restore(str(tmp_path), node, {}) == kept


def test_a_learner_whose_place_was_taken_saves_no_renders(tmp_path, capsys):
  def checkpoint():
    path = tmp_path / 'written'
    path.mkdir()
    return str(path)

  def make():
    return discriminator_learner.DiscriminatorLearner(
      small.CONFIG,
      str(tmp_path),
      replay=nowhere.Replay(checkpoint),
    )

  old, new = make(), make()
  old._save_replay()
  assert 'started later' in capsys.readouterr().out
  folder = tmp_path / 'checkpoints' / 'replay' / '8-8-4-2.0-4'
  assert not list(folder.iterdir())
  with pytest.raises(claims.SupersededError):
    old._finish()
  new._finish()
  assert [path.name for path in folder.iterdir()] == ['00000001']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
