"""Tests of spiral_tf.saved_model."""

import dataclasses
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import rollout
from spiral_tf import saved_model
from spiral_tf import types
from tests import small

_CONFIG = dataclasses.replace(
  small.CONFIG,
  environment=dataclasses.replace(
    small.CONFIG.environment,
    episode_length=4,
    canvas_width=16,
    grid_width=4,
    brush_sizes=(1.0, 2.0, 3.0),
    pen_down=False,
  ),
  policy_network=dataclasses.replace(
    small.CONFIG.policy_network, state_inputs=('position', 'step_fraction')
  ),
)


class _Saved:
  """A policy, and the folder it was saved to."""

  def __init__(self, path):
    self.path = path
    self.policy = builders.make_policy(_CONFIG)
    # As it comes, its actions would be almost uniform.
    for variable in self.policy.trainable_variables:
      variable.assign(2 * variable)
    saved_model.save(_CONFIG, self.policy, path)
    self.loaded = saved_model.load(path)


@pytest.fixture(scope='module')
def saved(tmp_path_factory):
  return _Saved(str(tmp_path_factory.mktemp('saved') / 'model'))


def _play(agent, number=3):
  environments = builders.make_environments(_CONFIG, number, seed=1)
  return rollout.play(environments, agent)


_TENSORFLOW_ALONE = """
  import json, sys
  import numpy as np
  import tensorflow as tf

  FIRST, MID = 0, 1
  model = tf.saved_model.load(sys.argv[1])
  initial_state = model.signatures['initial_state']
  step = model.signatures['step']
  inputs = step.structured_input_signature[1]
  rng = np.random.default_rng(0)

  def random_inputs(batch):
    '''Observations and a state in the middle of an episode.'''
    values = {}
    for name, spec in inputs.items():
      shape = [batch, *spec.shape[1:]]
      if name == 'seed':
        values[name] = rng.integers(0, 1000, [2]).astype(np.int32)
      elif name.startswith('observation/action_mask'):
        values[name] = np.ones(shape, np.float32)
      elif spec.dtype == tf.float32:
        values[name] = rng.uniform(-1, 1, shape).astype(np.float32)
      else:
        high = 256 if spec.dtype == tf.uint8 else 2
        values[name] = rng.integers(0, high, shape).astype(
            spec.dtype.as_numpy_dtype)
    return values

  def call(values):
    outputs = step(**{k: tf.constant(v) for k, v in values.items()})
    return {k: v.numpy() for k, v in outputs.items()}

  high = {'flag': 2, 'end': 16, 'control': 16, 'size': 3}
  for batch in (1, 3):
    state = initial_state(batch_size=tf.constant(batch))
    for name, value in state.items():
      assert value.shape[0] == batch and not np.any(value), name
      assert value.dtype == inputs[name].dtype
    for _ in range(5):
      values = {**random_inputs(batch), **state}
      values['step_type'] = np.full([batch], MID, np.int32)
      outputs = call(values)
      actions = {k: v for k, v in outputs.items() if k.startswith('action/')}
      assert set(actions) == {'action/' + name for name in high}
      for name, value in actions.items():
        component = name.split('/')[1]
        assert value.shape == (batch,) and value.dtype == np.int32
        assert np.all((0 <= value) & (value < high[component]))
        np.testing.assert_array_equal(
            value, outputs['state/prev_action/' + component])
      state = {k: v for k, v in outputs.items() if k.startswith('state/')}

  # A first step forgets the state, row by row.
  values = random_inputs(3)
  values['state/prev_action/end'] = np.array([3, 3, 3], np.int32)
  fresh = dict(values)
  for name in values:
    if name.startswith('state/'):
      fresh[name] = np.zeros_like(values[name])
  outputs = {}
  for name, inputs, kinds in (
      ('middle', values, [MID, MID, MID]),
      ('fresh', fresh, [MID, MID, MID]),
      ('mixed', values, [FIRST, MID, FIRST])):
    inputs['step_type'] = np.array(kinds, np.int32)
    outputs[name] = call(inputs)
  for name in ('state/hidden', 'state/cell'):
    middle, fresh, mixed = (
        outputs[k][name] for k in ('middle', 'fresh', 'mixed'))
    assert np.all(np.any(middle != fresh, axis=1))
    np.testing.assert_allclose(mixed[[0, 2]], fresh[[0, 2]], atol=1e-6)
    np.testing.assert_allclose(mixed[1], middle[1], atol=1e-6)

  settings = json.loads(model.signatures['settings']()['json'].numpy())
  assert settings['config']['environment']['canvas_width'] == 16

  for package in ('sonnet', 'spiral_tf', 'dm_env', 'reverb', 'launchpad'):
    assert package not in sys.modules, package
"""


def test_tensorflow_alone_can_play_it(saved, tmp_path):
  done = subprocess.run(
    [sys.executable, '-c', textwrap.dedent(_TENSORFLOW_ALONE), saved.path],
    cwd=tmp_path,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    capture_output=True,
    text=True,
  )
  assert done.returncode == 0, done.stderr


def test_a_loaded_agent_plays_in_environments(saved):
  episode = _play(saved.loaded.agent)
  spec = builders.environment_spec(_CONFIG)
  assert set(episode.action) == set(spec.action)
  for name, values in episode.action.items():
    assert values.shape == (4, 3)
    assert values.min() >= 0
    assert values.max() < spec.action[name].num_values
  assert episode.observation['canvas'].shape == (5, 3, 16, 16, 1)
  assert np.any(episode.observation['canvas'][-1] != 255)


def test_a_loaded_agent_thinks_like_the_policy(saved):
  episode = _play(saved.loaded.agent)
  loaded_state = saved.loaded.agent.initial_state(3)
  state = saved.policy.initial_state(3)
  for t in range(4):
    observation = tf.nest.map_structure(
      lambda x, t=t: x[t], episode.observation
    )
    output, loaded_state = saved.loaded.agent.step(observation, loaded_state)
    _, state = saved.policy.step(
      tf.nest.map_structure(tf.constant, observation), state
    )
    hidden, cell = (loaded_state[0][name] for name in ('hidden', 'cell'))
    np.testing.assert_allclose(hidden, state.hidden, atol=1e-6)
    np.testing.assert_allclose(cell, state.cell, atol=1e-6)
    # The next step is told the same action.
    state = types.AgentState(state.hidden, state.cell, output.action)


def test_a_loaded_agent_acts_with_the_policy_s_probabilities(saved):
  number, cells = 20000, 16
  environment = builders.make_environment(_CONFIG, seed=0)
  first = environment.reset().observation

  def repeat(batch):
    return tf.nest.map_structure(
      lambda x: np.repeat(x[None], batch, axis=0), first
    )

  agent = saved.loaded.agent
  output, _ = agent.step(repeat(number), agent.initial_state(number))
  ends, flags = (np.asarray(output.action[k]) for k in ('end', 'flag'))
  assert min(np.mean(flags == 0), np.mean(flags == 1)) > 0.01

  # The truth: the policy's opinion of every cell, after each value of `flag`.
  for flag in (0, 1):
    observation = tf.nest.map_structure(
      lambda x: tf.constant(x[None]), repeat(cells)
    )
    zeros = tf.zeros([1, cells], tf.int32)
    actions = {name: zeros for name in output.action}
    actions['end'] = tf.range(cells)[None]
    actions['flag'] = zeros + flag
    log_prob = saved.policy.unroll(observation, actions).log_prob
    flag_probability = np.exp(log_prob['flag'][0, 0])
    np.testing.assert_allclose(
      np.mean(flags == flag), flag_probability, atol=0.02
    )
    probabilities = np.exp(log_prob['end'][0])
    assert probabilities.max() > 1.2 / cells  # Not uniform.
    shares = np.bincount(ends[flags == flag], minlength=cells)
    shares = shares / shares.sum()
    np.testing.assert_allclose(shares, probabilities, atol=0.02)


def test_the_seed_decides_the_actions(saved):
  # The environments, and the noise they show, are the same every time.
  actions = []
  for seed in (3, 3, 4):
    agent = saved_model.load(saved.path, seed).agent
    for _ in range(2):
      actions.append(_play(agent, number=20).action['end'])
  np.testing.assert_array_equal(actions[:2], actions[2:4])
  assert np.any(actions[0] != actions[1])
  assert np.any(actions[0] != actions[4])


def test_settings_survive(saved):
  config = saved.loaded.config
  assert config == _CONFIG
  assert config != config_lib.Config()


def test_exports_the_last_checkpoint_of_a_run(saved, tmp_path):
  workdir, path = str(tmp_path / 'run'), str(tmp_path / 'deep' / 'model')
  checkpoint.save_config(workdir, _CONFIG)
  policy = builders.make_policy(_CONFIG)
  checkpointer = checkpoint.Checkpointer(
    workdir, checkpoint.POLICY_LEARNER, 1e6, {'policy': policy}
  )
  for factor in (1.0, 2.0):
    for variable in policy.trainable_variables:
      variable.assign(factor * variable)
    checkpointer.save()
  saved_model.export(workdir, path)
  loaded = saved_model.load(path)
  observation = tf.nest.map_structure(
    lambda x: x[0], _play(saved.loaded.agent).observation
  )
  hidden = []
  # Those of `saved` are the same weights, doubled once, too.
  for agent in (loaded.agent, saved.loaded.agent):
    _, (state, _) = agent.step(observation, agent.initial_state(3))
    hidden.append(state['hidden'].numpy())
  np.testing.assert_allclose(*hidden, atol=1e-6)


def test_export_needs_a_run_with_a_checkpoint(tmp_path):
  with pytest.raises(FileNotFoundError, match='not the folder of a run'):
    saved_model.export(str(tmp_path / 'run'), str(tmp_path / 'model'))
  checkpoint.save_config(str(tmp_path / 'run'), _CONFIG)
  with pytest.raises(FileNotFoundError, match='no checkpoint'):
    saved_model.export(str(tmp_path / 'run'), str(tmp_path / 'model'))
  assert not (tmp_path / 'model').exists()


def test_load_refuses_a_folder_without_a_model(tmp_path):
  for path in (tmp_path, tmp_path / 'missing'):
    with pytest.raises(ValueError, match=r'launch\.export') as error:
      saved_model.load(str(path))
    assert repr(str(path)) in str(error.value)


class _Foreign(tf.Module):
  @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
  def step(self, x):
    return {'y': x + 1}


def test_load_refuses_a_foreign_model(tmp_path):
  module, path = _Foreign(), str(tmp_path / 'foreign')
  tf.saved_model.save(module, path, signatures={'step': module.step})
  with pytest.raises(ValueError, match='no agent of spiral_tf') as error:
    saved_model.load(path)
  assert "['initial_state', 'settings']" in str(error.value)


def test_load_refuses_another_format(saved, monkeypatch):
  monkeypatch.setattr(saved_model, '_FORMAT_VERSION', 2)
  with pytest.raises(ValueError, match='has format 1') as error:
    saved_model.load(saved.path)
  assert 'reads format 2' in str(error.value)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
