"""Tests of the policy network."""

import dataclasses
import importlib
import itertools

from dm_env import specs
import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.networks import policy as policy_lib

_TINY = sections.PolicyNetworkConfig(
  stem_kernel=4,
  stem_stride=2,
  stem_channels=8,
  channels=8,
  strided_layers=1,
  residual_blocks=1,
  lstm_size=32,
  location_channels=8,
  location_residual_blocks=0,
  state_inputs=('position', 'step_fraction'),
)


def _action_spec(grid, sizes=6, flag=True):
  spec = {'flag': specs.DiscreteArray(2)} if flag else {}
  spec.update(
    end=types.LocationArray(grid),
    control=types.LocationArray(grid),
    size=specs.DiscreteArray(sizes),
    pressure=specs.DiscreteArray(10),
  )
  return spec


def _observation_spec(action_spec, width, target=False):
  image = specs.BoundedArray((width, width, 1), np.uint8, 0, 255)
  scalar = specs.Array((), np.float32)
  spec = {
    'canvas': image,
    'action_mask': {component: scalar for component in action_spec},
    'step_fraction': scalar,
    'stroke_start': scalar,
    'position': specs.Array((2,), np.float32),
    'noise': specs.Array((10,), np.float32),
  }
  if target:
    spec['target'] = image
  return spec


def _random_observation(observation_spec, leading, seed=0):
  """Random leaves `[*leading, ...]`; masks are 0 or 1."""
  random = np.random.RandomState(seed)

  def leaf(spec):
    shape = (*leading, *spec.shape)
    if spec.dtype == np.uint8:
      return tf.constant(random.randint(256, size=shape).astype(np.uint8))
    return tf.constant(random.normal(size=shape).astype(np.float32))

  observation = tf.nest.map_structure(leaf, observation_spec)
  observation['action_mask'] = {
    component: tf.cast(mask > 0, tf.float32)
    for component, mask in observation['action_mask'].items()
  }
  return observation


def _at(tree, t):
  return tf.nest.map_structure(lambda x: x[t], tree)


def _tiny(target=False, **settings):
  """A tiny policy, with weights so large that every input matters."""
  tf.random.set_seed(1)
  action_spec = _action_spec(8, sizes=3, flag=False)
  observation_spec = _observation_spec(action_spec, 16, target)
  config = dataclasses.replace(_TINY, **settings)
  policy = policy_lib.Policy(action_spec, observation_spec, config)
  for variable in policy.trainable_variables:
    variable.assign_add(tf.random.normal(variable.shape, stddev=0.1))
  return policy, action_spec, observation_spec


def _random_actions(action_spec, leading, seed=0):
  random = np.random.RandomState(seed)
  return {
    component: tf.constant(
      random.randint(spec.num_values, size=leading).astype(np.int32)
    )
    for component, spec in action_spec.items()
  }


_SEEING = {
  'location_skips': True,
  'location_marks': True,
  'location_features': True,
  'difference_map': True,
}


@pytest.mark.parametrize('settings', [{}, _SEEING])
def test_unroll_says_what_step_said(settings):
  policy, _, observation_spec = _tiny(target=True, **settings)
  steps, batch = 4, 3
  observations = _random_observation(observation_spec, (steps, batch))
  state = policy.initial_state(batch)
  outputs = []
  for t in range(steps):
    output, state = policy.step(_at(observations, t), state)
    outputs.append(output)
  actions = tf.nest.map_structure(
    lambda *x: tf.stack(x), *[output.action for output in outputs]
  )
  unrolled = policy.unroll(observations, actions)
  assert unrolled.value.shape == [steps, batch]
  for t in range(steps):
    np.testing.assert_allclose(
      unrolled.value[t], outputs[t].value, rtol=1e-4, atol=1e-4
    )
    for component in actions:
      np.testing.assert_allclose(
        unrolled.log_prob[component][t],
        outputs[t].log_prob[component],
        rtol=1e-4,
        atol=1e-4,
        err_msg=f'step {t}, {component}',
      )
  for component in actions:
    assert unrolled.entropy[component].shape == [steps, batch]


def test_a_step_at_temperature_zero_does_not_depend_on_the_seed():
  policy, _, observation_spec = _tiny()
  observation = _random_observation(observation_spec, (50,))

  def ends(seed, temperature):
    output, state = policy.step(
      observation,
      policy.initial_state(50),
      tf.constant([seed, 0]),
      tf.constant(temperature),
    )
    np.testing.assert_array_equal(
      output.action['end'], state.prev_action['end']
    )
    return output.action['end'].numpy()

  np.testing.assert_array_equal(ends(1, 0.0), ends(2, 0.0))
  assert np.any(ends(1, 1.0) != ends(2, 1.0))


def test_unroll_goes_on_from_a_given_state():
  policy, action_spec, observation_spec = _tiny()
  observations = _random_observation(observation_spec, (4, 3))
  actions = _random_actions(action_spec, (4, 3))
  whole = policy.unroll(observations, actions)
  state = policy.initial_state(3)
  for t in range(2):
    _, state = policy.step(_at(observations, t), state)
    state = state._replace(prev_action=_at(actions, t))
  half = policy.unroll(
    _at(observations, slice(2, 4)), _at(actions, slice(2, 4)), state
  )
  np.testing.assert_allclose(half.value, whole.value[2:], rtol=1e-4, atol=1e-4)
  np.testing.assert_allclose(
    half.log_prob['end'], whole.log_prob['end'][2:], rtol=1e-4, atol=1e-4
  )


@pytest.mark.parametrize('component', ['end', 'size'])
@pytest.mark.parametrize('mask', [0.0, 1.0])
def test_an_action_is_seen_one_step_later_and_only_if_it_had_effect(
  component, mask
):
  policy, action_spec, observation_spec = _tiny()
  observations = _random_observation(observation_spec, (4, 2))
  for key in action_spec:
    observations['action_mask'][key] = tf.fill([4, 2], mask)
  actions = _random_actions(action_spec, (4, 2))
  changed = dict(actions)
  one = np.zeros([4, 2], np.int32)
  one[1, 0] = 1
  changed[component] = (actions[component] + one) % (
    action_spec[component].num_values
  )
  before = policy.unroll(observations, actions).value.numpy()
  after = policy.unroll(observations, changed).value.numpy()
  differs = np.abs(after - before) > 1e-5
  # Values come before the decoder, so step 1's does not see its own action.
  assert not differs[:, 1].any()
  np.testing.assert_array_equal(differs[:, 0], [False, False] + [mask > 0] * 2)


@pytest.mark.parametrize(
  'key', ['canvas', 'target', 'noise', 'position', 'step_fraction']
)
def test_depends_on_each_observation(key):
  policy, action_spec, observation_spec = _tiny(target=True)
  observations = _random_observation(observation_spec, (2, 3))
  actions = _random_actions(action_spec, (2, 3))
  other = dict(observations)
  other[key] = tf.reverse(observations[key], axis=[1])
  before = policy.unroll(observations, actions).value.numpy()
  after = policy.unroll(other, actions).value.numpy()
  assert np.abs(after[:, 0] - before[:, 0]).min() > 1e-5
  # The middle of three images, reversed, stays where it is.
  np.testing.assert_allclose(after[:, 1], before[:, 1], atol=1e-5)


def test_pixels_are_shares_of_white_and_know_where_they_are():
  policy, _, observation_spec = _tiny()
  torso = policy._torso
  observation = _random_observation(observation_spec, (1,))
  observation['noise'] = tf.zeros([1, 10])
  stem = next(
    v
    for v in torso.trainable_variables
    if v.shape.as_list() == [4, 4, 3, 8]  # canvas, row, column
  )
  for variable in torso.trainable_variables:
    variable.assign(tf.zeros_like(variable))
  kernel = np.zeros([4, 4, 3, 8], np.float32)
  kernel[1, 1, 0, 0] = 1  # SAME padding of 1: this tap is pixel (2i, 2j)
  kernel[1, 1, 1, 1] = kernel[1, 1, 2, 2] = 1
  stem.assign(kernel)
  maps = torso.activations(observation, policy.initial_state(1).prev_action)[0]
  pixels = observation['canvas'].numpy()[0, ::2, ::2, 0] / 255
  np.testing.assert_allclose(maps[0, :, :, 0], pixels, atol=1e-6)
  line = np.maximum(np.linspace(-1, 1, 16)[::2], 0)
  np.testing.assert_allclose(maps[0, :, 3, 1], line, atol=1e-6)
  np.testing.assert_allclose(maps[0, 3, :, 2], line, atol=1e-6)


def test_a_blind_agent_sees_its_target_but_not_its_canvas():
  policy, action_spec, observation_spec = _tiny(target=True, blind=True)
  assert 'canvas' not in policy.inputs
  observations = _random_observation(observation_spec, (2, 3))
  actions = _random_actions(action_spec, (2, 3))
  values = {}
  for key in ('canvas', 'target'):
    other = {**observations, key: 255 - observations[key]}
    values[key] = policy.unroll(other, actions).value.numpy()
    del other['canvas']  # It need not even be there.
    np.testing.assert_array_equal(
      policy.unroll(other, actions).value.numpy(), values[key]
    )
  before = policy.unroll(observations, actions).value.numpy()
  np.testing.assert_array_equal(values['canvas'], before)
  assert np.abs(values['target'] - before).min() > 1e-5


def test_a_blind_agent_without_target_can_still_act():
  policy, _, observation_spec = _tiny(blind=True)
  observation = _random_observation(observation_spec, (4,))
  del observation['canvas']
  output, _ = policy.step(observation, policy.initial_state(4))
  assert output.value.shape == [4]


def test_a_normalising_policy_scales_embedding_and_hidden_vector():
  policy, _, observation_spec = _tiny(target=True, normalize=True)
  norms = policy._torso._norm, policy._decoder._norm
  for norm in norms:
    norm.scale.assign(tf.ones_like(norm.scale))
    norm.offset.assign(tf.zeros_like(norm.offset))
  observation = _random_observation(observation_spec, (4,))
  prev_action = policy.initial_state(4).prev_action
  embedding = policy._torso(observation, prev_action)[0].numpy()
  np.testing.assert_allclose(embedding.mean(axis=1), 0, atol=1e-5)
  np.testing.assert_allclose(embedding.std(axis=1), 1, atol=1e-2)
  # So the decoder does not mind how large the hidden vector is.
  z = tf.random.normal([4, 32], seed=1)
  small, large = (policy._decoder(scale * z, seed=[0, 0]) for scale in (1, 9))
  for component, value in small.entropy.items():
    np.testing.assert_allclose(value, large.entropy[component], atol=1e-3)


def test_initial_state_is_all_zeros():
  policy, action_spec, _ = _tiny()
  state = policy.initial_state(5)
  assert state.hidden.shape == state.cell.shape == [5, 32]
  assert list(state.prev_action) == list(action_spec)
  for leaf in tf.nest.flatten(state):
    assert not leaf.numpy().any()
  for leaf in state.prev_action.values():
    assert leaf.dtype == tf.int32 and leaf.shape == [5]


@pytest.mark.parametrize('settings', [{}, _SEEING])
def test_a_gradient_reaches_every_variable(settings):
  policy, action_spec, observation_spec = _tiny(target=True, **settings)
  observations = _random_observation(observation_spec, (3, 4))
  actions = _random_actions(action_spec, (3, 4))
  with tf.GradientTape() as tape:
    output = policy.unroll(observations, actions)
    loss = tf.reduce_sum(output.value) + tf.add_n(
      [tf.reduce_sum(x) for x in output.log_prob.values()]
    )
  gradients = tape.gradient(loss, policy.trainable_variables)
  for variable, gradient in zip(policy.trainable_variables, gradients):
    assert gradient is not None, variable.name
    assert np.abs(gradient.numpy()).max() > 0, variable.name


@pytest.mark.parametrize('raw_images', [False, True])
def test_only_raw_images_tell_a_normalising_policy_how_light_a_target_is(
  raw_images,
):
  policy, action_spec, observation_spec = _tiny(
    target=True, normalize=True, raw_images=raw_images, **_SEEING
  )
  observations = _random_observation(observation_spec, (1, 1))
  actions = _random_actions(action_spec, (1, 1))
  flat = np.ones_like(observations['target'])
  observations['canvas'] = tf.constant(255 * flat)
  dark, light = (
    policy.unroll({**observations, 'target': tf.constant(x * flat)}, actions)
    for x in (50, 200)
  )
  apart = max(
    abs(dark.log_prob[name] - light.log_prob[name]).numpy().max()
    for name in action_spec
  )
  assert (apart > 1e-4) == raw_images, apart


@pytest.mark.parametrize('name', ['photos_small', 'celeba_conditional_small'])
def test_agents_that_reproduce_colours_see_how_light_they_are(name):
  config = importlib.import_module(f'configs.{name}').get_config()
  network = config.policy_network
  assert network.raw_images or not network.normalize


@pytest.mark.slow
@pytest.mark.parametrize(
  'settings',
  [{}, _SEEING, {**_SEEING, 'location_subpixels': 2, 'location_glimpse': 3}],
)
def test_works_in_a_graph_whose_batch_size_is_open(settings):
  policy, action_spec, observation_spec = _tiny(target=True, **settings)
  signature = tf.nest.map_structure(
    lambda spec: tf.TensorSpec((None, *spec.shape), spec.dtype),
    observation_spec,
  )

  @tf.function(input_signature=[signature])
  def step(observation):
    batch_size = tf.shape(observation['canvas'])[0]
    state = policy.initial_state(batch_size)
    return policy.step(observation, state, tf.constant([1, 2]))

  # Shapes are checked while it is traced, not each time that it runs.
  operations = step.get_concrete_function().graph.get_operations()
  assert not [op.name for op in operations if 'Assert' in op.type]

  for batch in (1, 3):
    observation = _random_observation(observation_spec, (batch,))
    output, state = step(observation)
    assert output.value.shape == [batch]
    # It is the same function.
    same, _ = policy.step(
      observation, policy.initial_state(batch), tf.constant([1, 2])
    )
    for component, log_prob in same.log_prob.items():
      np.testing.assert_allclose(output.log_prob[component], log_prob, 1e-4)
    for component, spec in action_spec.items():
      action = output.action[component].numpy()
      assert action.shape == (batch,) and (action < spec.num_values).all()
      np.testing.assert_array_equal(state.prev_action[component], action)


def _replaced(structure, name, value):
  """A copy of nested dictionaries with another value at `name`, 'a/b'."""
  first, _, rest = name.partition('/')
  if rest:
    value = _replaced(structure[first], rest, value)
  return {**structure, first: value}


@pytest.mark.parametrize(
  'name, shape',
  [
    ('canvas', (3, 16, 16, 2)),
    ('canvas', (3, 16, 16)),
    ('canvas', (2, 16, 16, 1)),
    ('position', (3, 1)),
    ('action_mask/end', (3, 1)),
    ('action_mask/end', (2,)),
  ],
)
def test_step_refuses_observations_of_other_shapes(name, shape):
  policy, _, observation_spec = _tiny()
  observation = _random_observation(observation_spec, (3,))
  wrong = _replaced(observation, name, tf.zeros(shape))
  with pytest.raises(ValueError, match=f"'{name}' has the shape"):
    policy.step(wrong, policy.initial_state(3))


def test_step_refuses_a_state_of_another_batch():
  policy, _, observation_spec = _tiny()
  observation = _random_observation(observation_spec, (3,))
  state = policy.initial_state(3)
  for wrong in (
    policy.initial_state(1),
    state._replace(cell=tf.zeros([3, 8])),
    state._replace(prev_action=policy.initial_state(1).prev_action),
  ):
    with pytest.raises(ValueError, match='has the shape'):
      policy.step(observation, wrong)


def test_unroll_refuses_what_is_not_time_major_and_of_one_batch():
  policy, action_spec, observation_spec = _tiny()
  observations = _random_observation(observation_spec, (4, 3))
  actions = _random_actions(action_spec, (4, 3))
  swapped = _random_actions(action_spec, (3, 4))
  with pytest.raises(ValueError, match='T is 3, B is 4'):
    policy.unroll(observations, swapped)
  with pytest.raises(ValueError, match=r"action 'size' .* T is 4, B is 3"):
    policy.unroll(observations, {**actions, 'size': swapped['size']})
  one_more = _random_observation(observation_spec, (5, 3))
  with pytest.raises(ValueError, match="observation 'action_mask/"):
    policy.unroll(one_more, actions)
  with pytest.raises(ValueError, match="state 'hidden'"):
    policy.unroll(observations, actions, policy.initial_state(4))


def test_state_inputs_must_be_observed():
  action_spec = _action_spec(8)
  observation_spec = _observation_spec(action_spec, 16)
  del observation_spec['position']
  with pytest.raises(ValueError, match=r'state_inputs.*"position"'):
    policy_lib.Policy(action_spec, observation_spec, _TINY)


def test_every_component_must_have_a_mask():
  action_spec = _action_spec(8)
  observation_spec = _observation_spec(action_spec, 16)
  del observation_spec['action_mask']['size']
  with pytest.raises(ValueError, match='action_mask'):
    policy_lib.Policy(action_spec, observation_spec, _TINY)


# Parameters of layers, by hand.
def _conv(width, inputs, outputs):
  return width * width * inputs * outputs + outputs


def _linear(inputs, outputs):
  return inputs * outputs + outputs


def _mlp(*sizes):
  return sum(_linear(*pair) for pair in itertools.pairwise(sizes))


def _lstm(inputs, hidden):
  return (inputs + hidden) * 4 * hidden + 4 * hidden


def _size(module):
  return sum(int(np.prod(v.shape)) for v in module.trainable_variables)


def test_paper_preset_is_figures_12_and_13():
  action_spec = _action_spec(32)
  observation_spec = _observation_spec(action_spec, 64)
  policy = policy_lib.Policy(
    action_spec, observation_spec, sections.PolicyNetworkConfig()
  )
  observation = _random_observation(observation_spec, (2,))
  prev_action = policy.initial_state(2).prev_action

  torso = policy._torso.activations(observation, prev_action)
  assert [layer.shape.as_list()[1:] for layer in torso] == [
    [64, 64, 32],
    [32, 32, 32],
    [16, 16, 32],
    [8, 8, 32],
    [8, 8, 32],
    [256],
  ]
  assert policy.initial_state(2).hidden.shape == [2, 256]
  location = policy._decoder._heads['control'].activations(torso[-1])
  assert [layer.shape.as_list()[1:] for layer in location] == [
    [4, 4, 16],
    [4, 4, 32],
    [8, 8, 32],
    [16, 16, 32],
    [32, 32, 32],
    [32, 32, 1],
  ]
  np.testing.assert_array_equal(  # a plain reshape of z
    location[0][1, 2, 3], torso[-1][1, (2 * 4 + 3) * 16 : (2 * 4 + 4) * 16]
  )

  # Numbers that describe flag, end, control, size and pressure.
  features = [2, 2, 2, 6, 10]
  block = _conv(3, 32, 32) + _conv(1, 32, 32)
  torso_size = (
    _conv(5, 1 + 2, 32)
    + sum(_linear(n, 16) for n in features)
    + _mlp(5 * 16, 64, 32, 32)
    + _mlp(10, 64, 32, 32)
    + 3 * _conv(4, 32, 32)
    + _conv(3, 32, 32)
    + 8 * block
    + _linear(8 * 8 * 32, 256)
  )
  location_size = (
    _conv(3, 16, 32) + 8 * block + 3 * _conv(4, 32, 32) + _conv(3, 32, 1)
  )
  decoder_size = (
    2 * location_size
    + sum(_linear(256, n) for n in (2, 6, 10))
    + sum(_linear(n, 16) + _mlp(256 + 16, 16, 32, 256) for n in features[:-1])
  )
  assert _size(policy._torso) == torso_size == 680496
  assert _size(policy._decoder) == decoder_size == 331540
  total = torso_size + _lstm(256, 256) + decoder_size + _linear(256, 1)
  assert _size(policy) == total == 1537605


def test_small_preset():
  action_spec = _action_spec(16, sizes=3, flag=False)
  observation_spec = _observation_spec(action_spec, 32)
  policy = policy_lib.Policy(
    action_spec, observation_spec, experiment.small_policy_network()
  )
  observation = _random_observation(observation_spec, (2,))
  torso = policy._torso.activations(
    observation, policy.initial_state(2).prev_action
  )
  assert [layer.shape.as_list()[1:] for layer in torso] == [
    [16, 16, 16],
    [8, 8, 32],
    [4, 4, 32],
    [4, 4, 32],
    [256],
  ]
  location = policy._decoder._heads['end'].activations(torso[-1])
  assert [layer.shape.as_list()[1:] for layer in location] == [
    [4, 4, 16],
    [8, 8, 16],
    [16, 16, 16],
    [16, 16, 1],
  ]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
