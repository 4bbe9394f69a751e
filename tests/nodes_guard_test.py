"""Tests of spiral_tf.nodes.guard."""

import math

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import node_kinds
from spiral_tf.nodes import guard as guard_lib
from spiral_tf.workdir import checkpoints
from tests import squares


def _guard(workdir, learning_rate=0.1):
  learner = squares.Learner(guarded=True, learning_rate=learning_rate)
  updates = tf.Variable(1234)
  guard = guard_lib.Guard(
    learner.step,
    checkpoints.Checkpointer(
      workdir,
      node_kinds.DISCRIMINATOR_LEARNER,
      1e6,
      {'weights': learner.weights, 'updates': updates},
    ),
    updates,
  )
  return learner, guard


def test_a_guard_makes_updates(tmp_path):
  learner, guard = _guard(str(tmp_path))
  values = guard.update(scale=tf.constant(1.0))
  assert learner.optimizer.step.numpy() == 1
  assert sorted(values) == ['gradient_norm', 'loss', 'weight_norm']
  path = guard.save()
  assert learner.optimizer.step.numpy() == 1
  restored, _ = _guard(str(tmp_path))
  squares.assert_same(restored.weights, learner.weights)
  assert path.startswith(str(tmp_path))


def test_what_was_not_finite_is_explained(tmp_path):
  _, guard = _guard(str(tmp_path))
  with pytest.raises(guard_lib.NonFiniteError) as error:
    guard.update(scale=tf.constant(math.nan))
  text = str(error.value)
  node = node_kinds.DISCRIMINATOR_LEARNER
  assert f'The {node} stopped, without saving, at update 1,235' in text
  assert 'not finite: loss=nan, gradient_norm=nan. There is no check' in text
  assert 'lower --config.discriminator_learner.learning_rate' in text
  assert '\n' not in text  # The launcher looks for one line.


def test_weights_that_were_thrown_too_far_are_not_saved(tmp_path):
  workdir, node = str(tmp_path), node_kinds.DISCRIMINATOR_LEARNER
  _, guard = _guard(workdir)
  kept = guard.save()
  # To 1e14, where the loss is 1e12 times 1e28.
  learner, guard = _guard(workdir, learning_rate=1e14)
  values = guard.update(scale=tf.constant(1e12))
  for number in (*values.values(), *learner.weights):
    assert np.isfinite(number.numpy()).all()
  with pytest.raises(
    guard_lib.NonFiniteError, match=f'last checkpoint, {kept}'
  ):
    guard.save()
  assert checkpoints.restore(workdir, node, {}) == kept


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
