"""Tests of V-trace against the paper's sums."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.learning import vtrace

_STEPS, _BATCH = 6, 4


def _inputs(seed=0):
  random = np.random.RandomState(seed)
  shape = (_STEPS, _BATCH)
  return dict(
    log_rhos=random.normal(size=shape).astype(np.float32),
    discounts=random.uniform(0.5, 1, size=shape).astype(np.float32),
    rewards=random.normal(size=shape).astype(np.float32),
    values=random.normal(size=shape).astype(np.float32),
    bootstrap_value=random.normal(size=_BATCH).astype(np.float32),
  )


def _truth(
  log_rhos,
  discounts,
  rewards,
  values,
  bootstrap_value,
  clip_rho=1.0,
  clip_pg_rho=1.0,
  lambda_=1.0,
):
  """Espeholt et al. (2018), equation 1 and section 4.2, sum by sum."""
  steps = len(rewards)
  v = np.concatenate([values, bootstrap_value[None]])
  ratio = np.exp(log_rhos)
  rho = np.minimum(clip_rho, ratio)
  c = lambda_ * np.minimum(1.0, ratio)
  delta = rho * (rewards + discounts * v[1:] - v[:-1])
  vs = np.concatenate([np.zeros_like(values), bootstrap_value[None]])
  for s in range(steps):
    vs[s] = v[s]
    for t in range(s, steps):
      vs[s] += (
        np.prod(discounts[s:t], axis=0) * np.prod(c[s:t], axis=0) * delta[t]
      )
  pg_rho = np.minimum(clip_pg_rho, ratio)
  return vs[:-1], pg_rho * (rewards + discounts * vs[1:] - v[:-1])


@pytest.mark.parametrize(
  'options',
  [
    {},
    dict(clip_rho=2.0),
    dict(clip_pg_rho=3.0),
    dict(lambda_=0.7),
    dict(clip_rho=0.5, clip_pg_rho=0.8, lambda_=0.9),
  ],
)
def test_equals_the_papers_sums(options):
  inputs = _inputs()
  vs, advantages = _truth(**inputs, **options)
  output = tf.function(vtrace.vtrace)(
    **tf.nest.map_structure(tf.constant, inputs), **options
  )
  np.testing.assert_allclose(output.vs, vs, rtol=1e-4, atol=1e-5)
  np.testing.assert_allclose(
    output.pg_advantages, advantages, rtol=1e-4, atol=1e-5
  )


def test_is_a2c_when_the_behaviour_is_the_target():
  inputs = _inputs()
  inputs['log_rhos'] = np.zeros_like(inputs['log_rhos'])
  inputs['discounts'] = np.ones_like(inputs['discounts'])
  inputs['bootstrap_value'] = np.zeros_like(inputs['bootstrap_value'])
  output = vtrace.vtrace(**inputs)
  for t in range(_STEPS):
    returns = inputs['rewards'][t:].sum(axis=0)
    np.testing.assert_allclose(output.vs[t], returns, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
      output.pg_advantages[t],
      returns - inputs['values'][t],
      rtol=1e-4,
      atol=1e-5,
    )


def test_huge_ratios_stay_finite():
  inputs = _inputs()
  inputs['log_rhos'] = np.where(inputs['log_rhos'] > 0, 1e3, -1e3).astype('f')
  output = vtrace.vtrace(**inputs)
  assert np.isfinite(output.vs).all()
  assert np.isfinite(output.pg_advantages).all()


def test_no_gradient_flows_through_the_targets():
  inputs = tf.nest.map_structure(tf.constant, _inputs())
  with tf.GradientTape() as tape:
    tape.watch(inputs)
    output = vtrace.vtrace(**inputs)
    total = tf.reduce_sum(output.vs) + tf.reduce_sum(output.pg_advantages)
  assert all(g is None for g in tape.gradient(total, inputs).values())


@pytest.mark.parametrize(
  'name', ['log_rhos', 'discounts', 'rewards', 'values', 'bootstrap_value']
)
def test_other_shapes_are_refused(name):
  arguments = {
    'log_rhos': tf.zeros([4, 2]),
    'discounts': tf.ones([4, 2]),
    'rewards': tf.zeros([4, 2]),
    'values': tf.zeros([4, 2]),
    'bootstrap_value': tf.zeros([2]),
  }
  vtrace.vtrace(**arguments)
  # A batch of one, which would be broadcast without a word.
  for wrong in (arguments[name][..., :1], arguments[name][..., tf.newaxis]):
    with pytest.raises(ValueError, match='has the shape'):
      vtrace.vtrace(**{**arguments, name: wrong})


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
