"""Tests of the autoregressive decoder."""

import itertools

from dm_env import specs
import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.networks import heads
from spiral_tf.networks import sight as sight_lib

_CONFIG = sections.PolicyNetworkConfig(
  lstm_size=32, location_channels=4, location_residual_blocks=0
)
_SPEC = {
  'size': specs.DiscreteArray(3),
  'end': types.LocationArray(4),
  'pressure': specs.DiscreteArray(2),
}


def _decoder(spec=None):
  """A decoder with larger weights than at the start, so that all matters."""
  tf.random.set_seed(0)
  decoder = heads.Decoder(spec or _SPEC, _CONFIG)
  decoder(tf.zeros([1, 32]))
  for variable in decoder.trainable_variables:
    variable.assign(tf.random.normal(variable.shape, stddev=0.25))
  return decoder


def _all_actions():
  """Every action of `_SPEC`, int32 `[96]` for each component."""
  product = list(itertools.product(range(3), range(16), range(2)))
  columns = np.array(product, np.int32).T
  return dict(zip(_SPEC, columns))


def test_locations_are_encoded_as_row_and_column():
  spec = types.LocationArray(8)
  # Corners: top left, top right, bottom left, bottom right; then row 2, col 3.
  cells = tf.constant([0, 7, 56, 63, 2 * 8 + 3])
  np.testing.assert_allclose(
    heads.encode(spec, cells),
    [[-1, -1], [-1, 1], [1, -1], [1, 1], [2 * 2 / 7 - 1, 2 * 3 / 7 - 1]],
    rtol=1e-6,
  )


def test_scalars_are_encoded_one_hot():
  np.testing.assert_array_equal(
    heads.encode(specs.DiscreteArray(3), tf.constant([2, 0])),
    [[0, 0, 1], [1, 0, 0]],
  )


def _sampled_shares(log_p, **arguments):
  """Shares of the values among many samples."""
  rows = tf.tile(log_p[tf.newaxis], [20000, 1])
  values = heads.sample(rows, tf.constant([3, 4]), **arguments)
  assert values.dtype == tf.int32 and values.shape == [20000]
  return np.bincount(values, minlength=len(log_p)) / 20000


@pytest.mark.parametrize('temperature', [0.5, 1.0, 3.0, 1e9])
def test_a_temperature_divides_the_logits(temperature):
  p = np.array([0.5, 0.05, 0.15, 0.3])
  log_p = tf.constant(np.log(p), tf.float32)
  expected = p ** (1 / temperature)
  shares = _sampled_shares(log_p, temperature=tf.constant(temperature))
  np.testing.assert_allclose(shares, expected / expected.sum(), atol=0.015)


@pytest.mark.parametrize('temperature', [0.0, 2e-38, 1e-20, -1.0, float('nan')])
def test_a_temperature_of_nothing_takes_the_likeliest(temperature):
  # Only a little likelier; and divided by the smallest number, too large.
  for log_p in ([-1.0, -1.001, -0.999], [-90.0, 0.0, -1e6], [-7.1, -7.0, -7.1]):
    shares = _sampled_shares(
      tf.constant(log_p), temperature=tf.constant(temperature)
    )
    assert shares[np.argmax(log_p)] == 1


def test_a_temperature_of_one_changes_no_sample():
  z = tf.random.stateless_normal([200, 32], [1, 2])
  decoder, seed = _decoder(), tf.constant([5, 6])
  plain, warm, hot = (
    decoder(z, seed=seed, temperature=temperature)
    for temperature in (None, tf.constant(1.0), tf.constant(5.0))
  )
  for component in _SPEC:
    np.testing.assert_array_equal(
      plain.action[component], warm.action[component]
    )
    assert np.any(plain.action[component] != hot.action[component])
  # What is said of an action is the policy's opinion, not the temperature's.
  for output in (warm, hot):
    told = decoder(z, output.action)
    for component in _SPEC:
      for name in ('log_prob', 'entropy'):
        np.testing.assert_allclose(
          getattr(output, name)[component],
          getattr(told, name)[component],
          rtol=1e-5,
        )


def test_probabilities_of_all_actions_sum_to_one():
  actions = _all_actions()
  z = tf.tile(tf.random.stateless_normal([1, 32], [1, 2]), [96, 1])
  log_prob = _decoder()(z, actions).log_prob
  joint = np.sum([log_prob[k].numpy() for k in _SPEC], axis=0)
  np.testing.assert_allclose(np.exp(joint).sum(), 1.0, rtol=1e-5)
  assert np.exp(joint).max() > 3 / 96  # not simply uniform


def test_entropy_is_that_of_the_conditional_distributions():
  actions = _all_actions()
  z = tf.tile(tf.random.stateless_normal([1, 32], [1, 2]), [96, 1])
  output = _decoder()(z, actions)
  # Of `end`, given size = 1: the 16 cells, each with pressure 0.
  chosen = (actions['size'] == 1) & (actions['pressure'] == 0)
  log_p = output.log_prob['end'].numpy()[chosen]
  expected = -np.sum(np.exp(log_p) * log_p)
  np.testing.assert_allclose(
    output.entropy['end'].numpy()[chosen], [expected] * 16, rtol=1e-5
  )
  assert all((output.entropy[k].numpy() >= 0).all() for k in _SPEC)


def test_entropy_of_a_certain_choice_is_zero_and_finite():
  decoder = _decoder()
  for variable in decoder.trainable_variables:
    variable.assign(variable * 1e4)
  output = decoder(tf.random.stateless_normal([8, 32], [1, 2]))
  for component in _SPEC:
    entropy = output.entropy[component].numpy()
    assert (entropy >= 0).all() and (entropy < 1e-3).all()
    assert np.isfinite(output.log_prob[component]).all()


def test_a_component_depends_on_those_before_it_only():
  decoder = _decoder()
  z = tf.random.stateless_normal([1, 32], [1, 2])

  def log_prob(size, end, pressure):
    action = {'size': [size], 'end': [end], 'pressure': [pressure]}
    output = decoder(z, {k: tf.constant(v) for k, v in action.items()})
    return {k: v.numpy()[0] for k, v in output.log_prob.items()}

  base = log_prob(0, 5, 1)
  other_size = log_prob(1, 5, 1)
  other_end = log_prob(0, 9, 1)
  other_pressure = log_prob(0, 5, 0)
  assert abs(base['end'] - other_size['end']) > 1e-3
  assert abs(base['pressure'] - other_size['pressure']) > 1e-3
  assert abs(base['pressure'] - other_end['pressure']) > 1e-3
  for other in (other_end, other_pressure):
    assert base['size'] == pytest.approx(other['size'], abs=1e-5)
  # Scored for another cell, but by the same distribution.
  assert base['end'] == pytest.approx(other_pressure['end'], abs=1e-5)


def test_samples_follow_the_probabilities_it_states():
  decoder = _decoder()
  actions = _all_actions()
  z = tf.random.stateless_normal([1, 32], [1, 2])
  log_prob = decoder(tf.tile(z, [96, 1]), actions).log_prob
  truth = np.exp(np.sum([log_prob[k].numpy() for k in _SPEC], axis=0))
  sampled = decoder(tf.tile(z, [20000, 1])).action
  index = sampled['size'] * 32 + sampled['end'] * 2 + sampled['pressure']
  counts = np.bincount(index.numpy(), minlength=96)
  # Total variation; samples of the truth itself give about .02.
  assert 0.5 * np.abs(counts / 20000 - truth).sum() < 0.04


def test_samples_are_scored_as_when_teacher_forced():
  decoder = _decoder()
  z = tf.random.stateless_normal([16, 32], [1, 2])
  sampled = decoder(z)
  forced = decoder(z, sampled.action)
  assert list(sampled.action) == list(_SPEC)
  for component in _SPEC:
    assert sampled.action[component].dtype == tf.int32
    np.testing.assert_array_equal(
      forced.action[component], sampled.action[component]
    )
    np.testing.assert_allclose(
      forced.log_prob[component], sampled.log_prob[component], rtol=1e-5
    )


def test_logits_of_a_location_are_in_rows():
  spec = {'end': types.LocationArray(4)}
  decoder = _decoder(spec)
  z = tf.random.stateless_normal([1, 32], [1, 2])
  cells = tf.range(16)
  log_prob = decoder(tf.repeat(z, 16, 0), {'end': cells}).log_prob['end']
  (head,) = decoder._heads.values()
  logits = head.activations(z)[-1]
  np.testing.assert_allclose(
    tf.reshape(log_prob, [4, 4]),
    tf.nn.log_softmax(tf.reshape(logits, [-1])).numpy().reshape(4, 4),
    rtol=1e-4,
  )


def test_components_after_a_location_are_shown_what_is_there():
  config = sections.PolicyNetworkConfig(
    lstm_size=32,
    location_channels=4,
    location_residual_blocks=0,
    location_glimpse=3,
  )
  tf.random.set_seed(0)
  decoder = heads.Decoder(_SPEC, config)
  action = {name: tf.constant([1, 1]) for name in _SPEC}
  plain = tf.zeros([2, 8, 8, 3])
  # Cell 1 of 4x4 is rows 0 and 1, columns 2 and 3; the other is far from it.
  spots = tf.tensor_scatter_nd_update(
    plain, [[0, 1, 3, 0], [1, 6, 6, 0]], [9.0, 9.0]
  )
  before, after = (
    decoder(tf.ones([2, 32]), action, sight=sight_lib.Sight(images=images))
    for images in (plain, spots)
  )
  for name, changes in (('size', 0), ('end', 0), ('pressure', 1)):
    differs = before.log_prob[name].numpy() != after.log_prob[name].numpy()
    assert differs.tolist() == [bool(changes), False]


def test_refuses_actions_that_are_not_discrete():
  spec = {'angle': specs.BoundedArray((), np.float32, 0, 1)}
  with pytest.raises(ValueError, match=r'"angle".*DiscreteArray'):
    heads.Decoder(spec, _CONFIG)


def test_an_action_may_have_one_component():
  output = _decoder({'end': types.LocationArray(4)})(tf.zeros([3, 32]))
  assert output.action['end'].shape == [3]


def test_the_last_component_needs_no_embedding():
  names = [v.name for v in _decoder().trainable_variables]
  assert any('end_residual' in name for name in names)
  assert not any('pressure_residual' in name for name in names)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
