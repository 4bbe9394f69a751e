"""Tests of spiral_tf.watchdog."""

import math

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf

from spiral_tf import checkpoint
from spiral_tf import watchdog


def _metrics(updates=5000, entropy=6.0, anneal=1.0, blank=0.0):
  return {
    'updates': updates,
    'entropy': entropy,
    'entropy_max': 12.7,
    'anneal': anneal,
    'blank': blank,
  }


@pytest.mark.parametrize(
  'policy',
  [
    _metrics(updates=1, entropy=12.69, blank=0.1),
    _metrics(updates=300, entropy=9.4),
    _metrics(updates=900, entropy=5.4),
    _metrics(updates=8000, entropy=3.6),
    # Scenes, annealed: 0.74 nats of about 6.5 with 4 s of 600 to go.
    _metrics(updates=10239, entropy=1.44, anneal=0.007),
    _metrics(updates=10258, entropy=0.0, anneal=0.0),
    _metrics(blank=0.5),
    # Of a run that ended before its first update.
    {'updates': 0, 'anneal': 1.0},
  ],
)
def test_healthy_runs_raise_no_warning(policy):
  assert watchdog.warnings(policy) == []


@pytest.mark.parametrize(
  'policy,text',
  [
    # The prototype's, with too small an entropy cost, after two minutes.
    (_metrics(updates=500, entropy=4.0), '4.0 of 12.7 nats'),
    (_metrics(entropy=0.8), '0.8 of 12.7 nats'),
    (_metrics(entropy=0.1, anneal=0.5), '0.1 of 12.7 nats'),
    (_metrics(blank=0.97), '97% of the canvases are blank'),
  ],
)
def test_sick_runs_raise_one(policy, text):
  (warning,) = watchdog.warnings(policy)
  assert warning.startswith('WARNING: ')
  assert text in warning
  assert 'entropy_cost' in warning
  assert '\n' not in warning


def test_two_things_may_be_wrong():
  assert len(watchdog.warnings(_metrics(entropy=0.1, blank=1.0))) == 2


class _Learner(tf.Module):
  """Two weights, of which the loss is a weighted sum of squares."""

  def __init__(self, guarded, learning_rate=0.1):
    super().__init__()
    self.weights = [tf.Variable([1.0, 2.0]), tf.Variable(3.0)]
    self.optimizer = snt.optimizers.Adam(learning_rate)
    self._guarded = guarded

  @tf.function
  def step(self, scale, gradient_scale=1.0, apply=True):
    with tf.GradientTape() as tape:
      loss = scale * tf.add_n([tf.reduce_sum(w**2) for w in self.weights])
    gradients = [
      gradient_scale * gradient
      for gradient in tape.gradient(loss, self.weights)
    ]
    if not self._guarded:
      self.optimizer.apply(gradients, self.weights)
      return {}
    norm = tf.linalg.global_norm(gradients)
    return watchdog.apply_if_finite(
      self.optimizer, gradients, self.weights, loss, norm, apply
    )

  def state(self):
    variables = [*self.weights, *self.optimizer.m, *self.optimizer.v]
    return [v.numpy() for v in (*variables, self.optimizer.step)]


def _assert_same(actual, expected):
  for one, other in zip(actual, expected, strict=True):
    np.testing.assert_array_equal(one, other)


def test_finite_updates_are_those_of_the_optimizer():
  plain, guarded = _Learner(guarded=False), _Learner(guarded=True)
  for scale in (1.0, 0.5, 2.0):
    plain.step(tf.constant(scale))
    values = guarded.step(tf.constant(scale))
    assert values['finite'].numpy()
    _assert_same(guarded.state(), plain.state())
  norm = math.sqrt(sum(np.sum(v.numpy() ** 2) for v in plain.weights))
  assert values['weight_norm'].numpy() == pytest.approx(norm)


@pytest.mark.parametrize(
  'scale,gradient_scale,bad',
  [
    (math.nan, 1.0, 'loss'),
    (math.inf, 0.0, 'loss'),
    (1.0, math.nan, 'gradient_norm'),
    # Finite, but not its square, which the optimizer keeps.
    (1.0, 1e30, 'gradient_norm'),
  ],
)
def test_others_change_nothing(scale, gradient_scale, bad):
  plain, guarded = _Learner(guarded=False), _Learner(guarded=True)
  scale, gradient_scale = tf.constant(scale), tf.constant(gradient_scale)
  # Before there are any slots, and after.
  for _ in range(2):
    before = guarded.weights[0].numpy(), guarded.weights[1].numpy()
    values = guarded.step(scale, gradient_scale)
    assert not values['finite'].numpy()
    assert not np.isfinite(values[bad].numpy())
    _assert_same([w.numpy() for w in guarded.weights], before)
    plain.step(tf.constant(1.0), tf.constant(1.0))
    guarded.step(tf.constant(1.0), tf.constant(1.0))
    _assert_same(guarded.state(), plain.state())


def test_an_update_that_spoils_the_weights_is_not_finite():
  learner = _Learner(guarded=True, learning_rate=1e30)
  values = learner.step(tf.constant(1.0))
  assert np.isfinite(values['loss'].numpy())
  assert not values['finite'].numpy()


def test_nothing_is_updated_when_numbers_are_only_looked_at():
  learner = _Learner(guarded=True)
  before = learner.state()
  values = learner.step(tf.constant(1.0), apply=False)
  assert values['finite'].numpy()
  assert values['loss'].numpy() == 1 + 4 + 9
  learner.step(tf.constant(0.0), apply=False)
  _assert_same([w.numpy() for w in learner.weights], before[:2])
  assert learner.optimizer.step.numpy() == 0


def _guard(workdir, learning_rate=0.1):
  learner = _Learner(guarded=True, learning_rate=learning_rate)
  guard = watchdog.Guard(
    workdir,
    checkpoint.DISCRIMINATOR_LEARNER,
    1e6,
    {'weights': learner.weights, 'updates': tf.Variable(1234)},
    learner.step,
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
  _assert_same(restored.weights, learner.weights)
  assert path.startswith(str(tmp_path))


def test_what_was_not_finite_is_explained(tmp_path):
  _, guard = _guard(str(tmp_path))
  with pytest.raises(watchdog.NonFiniteError) as error:
    guard.update(scale=tf.constant(math.nan))
  text = str(error.value)
  node = checkpoint.DISCRIMINATOR_LEARNER
  assert f'The {node} stopped, without saving, at update 1,235' in text
  assert 'not finite: loss=nan, gradient_norm=nan. There is no check' in text
  assert 'lower --config.discriminator_learner.learning_rate' in text
  assert '\n' not in text  # The launcher looks for one line.


def test_weights_that_were_thrown_too_far_are_not_saved(tmp_path):
  workdir, node = str(tmp_path), checkpoint.DISCRIMINATOR_LEARNER
  _, guard = _guard(workdir)
  kept = guard.save()
  # To 1e14, where the loss is 1e12 times 1e28.
  learner, guard = _guard(workdir, learning_rate=1e14)
  values = guard.update(scale=tf.constant(1e12))
  for number in (*values.values(), *learner.weights):
    assert np.isfinite(number.numpy()).all()
  with pytest.raises(watchdog.NonFiniteError, match=f'last checkpoint, {kept}'):
    guard.save()
  assert checkpoint.restore(workdir, node, {}) == kept


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
