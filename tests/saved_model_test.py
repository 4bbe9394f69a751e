"""Tests of spiral_tf.agents.saved_model."""

import dataclasses
import errno
import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.agents import saved_model
from spiral_tf.config import experiment
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent

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


def _play(player, number=3):
  environments = builders.make_environments(_CONFIG, number, seed=1)
  return rollout.play(environments, player)


_TENSORFLOW_ALONE = """
  import json, re, sys
  import numpy as np
  import tensorflow as tf

  FIRST, MID = 0, 1
  rng = np.random.default_rng(0)

  def table(tensors):
    return {k: [v.dtype.name, v.shape.as_list()] for k, v in tensors.items()}

  def sized(expected, batch):
    '''The expected table, with a number in the place of None.'''
    return {
        name: [dtype, [batch if n is None else n for n in shape]]
        for name, (dtype, shape) in expected.items()}

  def random_inputs(expected, batch):
    '''Observations and a state in the middle of an episode.'''
    values = {}
    for name, (dtype, shape) in sized(expected, batch).items():
      if name == 'seed':
        values[name] = rng.integers(0, 1000, shape).astype(np.int32)
      elif name == 'temperature':
        values[name] = np.float32(1)
      elif name.startswith('observation/action_mask'):
        values[name] = np.ones(shape, np.float32)
      elif dtype == 'float32':
        values[name] = rng.uniform(-1, 1, shape).astype(np.float32)
      else:
        high = 256 if dtype == 'uint8' else 2
        values[name] = rng.integers(0, high, shape).astype(dtype)
    return values

  def check(path, expected, high, config):
    model = tf.saved_model.load(path)
    assert set(model.signatures) == {'initial_state', 'step', 'settings'}
    initial_state = model.signatures['initial_state']
    step = model.signatures['step']
    specs = step.structured_input_signature[1].values()
    assert table({spec.name: spec for spec in specs}) == expected

    def call(values):
      outputs = step(**{k: tf.constant(v) for k, v in values.items()})
      return {k: v.numpy() for k, v in outputs.items()}

    states = {k: v for k, v in expected.items() if k.startswith('state/')}
    for batch in (1, 5):
      state = initial_state(batch_size=tf.constant(batch))
      assert table(state) == sized(states, batch)
      for value in state.values():
        assert not np.any(value)
      for t in range(4):
        values = {**random_inputs(expected, batch), **state}
        values['step_type'] = np.full([batch], MID if t else FIRST, np.int32)
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
        assert set(outputs) == set(actions) | set(state)
        assert set(state) == set(states)

    # A first step forgets the state, row by row.
    values = random_inputs(expected, 3)
    place = max(high, key=high.get)  # A location; agents differ in its name.
    values['state/prev_action/' + place] = np.array([3, 3, 3], np.int32)
    fresh = dict(values)
    for name in states:
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
      np.testing.assert_allclose(mixed[[0, 2]], fresh[[0, 2]], atol=1e-5)
      np.testing.assert_allclose(mixed[1], middle[1], atol=1e-5)

    # At temperature 0 the seed does not matter; when it is high, it does.
    values = random_inputs(expected, 50)
    places = {}
    for temperature in (0, 1000):
      values['temperature'] = np.float32(temperature)
      for seed in (1, 2):
        values['seed'] = np.array([seed, 0], np.int32)
        places[temperature, seed] = call(values)['action/' + place]
    np.testing.assert_array_equal(places[0, 1], places[0, 2])
    assert np.any(places[1000, 1] != places[1000, 2])

    outputs = model.signatures['settings'](unused=tf.constant(0))
    assert table(outputs) == {'json': ['string', []]}
    settings = json.loads(outputs['json'].numpy())
    assert settings['format'] == 2
    # What the experiment has settings for by now may be more.
    for section in ('environment', 'policy_network'):
      for name, value in settings['config'][section].items():
        assert config[section][name] == value, name

  for arguments in json.loads(sys.argv[1]):
    check(*arguments)
  (example,) = re.findall(
      '^```python$(.*?)^```$', open(sys.argv[2]).read(), re.M | re.S)
  exec(example)

  for package in ('sonnet', 'spiral_tf', 'dm_env', 'reverb', 'launchpad'):
    assert package not in sys.modules, package
"""


def _expected(config):
  """Inputs of `step` as documented, values of actions, and the settings."""
  spec = builders.environment_spec(config)
  hidden = [None, config.policy_network.lstm_size]
  inputs = {
    'step_type': ['int32', [None]],
    'seed': ['int32', [2]],
    'temperature': ['float32', []],
    'state/hidden': ['float32', hidden],
    'state/cell': ['float32', hidden],
  }
  for component in spec.action:
    inputs[f'state/prev_action/{component}'] = ['int32', [None]]
    inputs[f'observation/action_mask/{component}'] = ['float32', [None]]
  canvas = [None, *spec.observation['canvas'].shape]
  inputs['observation/canvas'] = ['uint8', canvas]
  if config.conditional:
    inputs['observation/target'] = ['uint8', canvas]
  if config.environment.noise_dim and not config.conditional:
    inputs['observation/noise'] = [
      'float32',
      [None, config.environment.noise_dim],
    ]
  for name in config.policy_network.state_inputs:
    shape = [None, 2] if name == 'position' else [None]
    inputs[f'observation/{name}'] = ['float32', shape]
  high = {name: values.num_values for name, values in spec.action.items()}
  return inputs, high, experiment.to_dict(config)


@pytest.mark.slow
def test_tensorflow_alone_can_play_it_and_all_of_models(saved):
  versions = [os.path.join(saved.path, '1')]
  versions += sorted(str(path) for path in _ROOT.glob('models/*/1'))
  assert len(versions) > 1
  arguments = [
    [path, *_expected(saved_model.load(path).config)] for path in versions
  ]
  example = str(_ROOT / 'docs' / 'saved_model.md')
  done = subprocess.run(
    [
      sys.executable,
      '-c',
      textwrap.dedent(_TENSORFLOW_ALONE),
      json.dumps(arguments),
      example,
    ],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    capture_output=True,
    text=True,
  )
  assert done.returncode == 0, done.stderr
  # What the example prints.
  brush, *actions = done.stdout.splitlines()
  assert brush == 'classic/pen' and len(actions) == 2
  assert all("'action/end': array([" in line for line in actions)


def test_a_loaded_agent_plays_in_environments(saved):
  episode = _play(saved.loaded.player)
  spec = builders.environment_spec(_CONFIG)
  assert set(episode.action) == set(spec.action)
  for name, values in episode.action.items():
    assert values.shape == (4, 3)
    assert values.min() >= 0
    assert values.max() < spec.action[name].num_values
  assert episode.observation['canvas'].shape == (5, 3, 16, 16, 1)
  assert np.any(episode.observation['canvas'][-1] != 255)


def test_a_loaded_agent_thinks_like_the_policy(saved):
  episode = _play(saved.loaded.player)
  loaded_state = saved.loaded.player.initial_state(3)
  state = saved.policy.initial_state(3)
  for t in range(4):
    observation = tf.nest.map_structure(
      lambda x, t=t: x[t], episode.observation
    )
    output, loaded_state = saved.loaded.player.step(observation, loaded_state)
    _, state = saved.policy.step(
      tf.nest.map_structure(tf.constant, observation), state
    )
    hidden, cell = (
      loaded_state[f'state/{name}'] for name in ('hidden', 'cell')
    )
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

  player = saved.loaded.player
  output, _ = player.step(repeat(number), player.initial_state(number))
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
    # Five standard errors of the likeliest cell's share.
    likeliest = probabilities.max()
    error = np.sqrt(likeliest * (1 - likeliest) / shares.sum())
    shares = shares / shares.sum()
    np.testing.assert_allclose(shares, probabilities, atol=5 * error)


def test_the_seed_decides_the_actions(saved):
  # The environments, and the noise they show, are the same every time.
  actions = []
  for seed in (3, 3, 4):
    loaded = saved_model.load(saved.path, seed)
    for player in (loaded.player, loaded.player, loaded.make_player(seed, 1.0)):
      actions.append(_play(player, number=20).action['end'])
  np.testing.assert_array_equal(actions[:3], actions[3:6])
  np.testing.assert_array_equal(actions[0], actions[2])
  assert np.any(actions[0] != actions[1])
  assert np.any(actions[0] != actions[6])


def test_at_temperature_zero_the_seed_decides_nothing(saved):
  actions = [
    _play(saved_model.load(saved.path, seed, 0.0).player, number=20).action
    for seed in (3, 4)
  ]
  np.testing.assert_array_equal(*(action['end'] for action in actions))
  with pytest.raises(ValueError, match='temperature is -1'):
    saved_model.load(saved.path, 3, -1)


def test_settings_survive(saved):
  config = saved.loaded.config
  assert config == _CONFIG
  assert config != experiment.Config()


def test_exports_the_last_checkpoint_of_a_run(saved, tmp_path):
  workdir, path = str(tmp_path / 'run'), str(tmp_path / 'deep' / 'model')
  config_file.save(workdir, _CONFIG)
  policy = builders.make_policy(_CONFIG)
  checkpointer = checkpoints.Checkpointer(
    workdir, node_kinds.POLICY_LEARNER, 1e6, {'policy': policy}
  )
  for factor in (1.0, 2.0):
    for variable in policy.trainable_variables:
      variable.assign(factor * variable)
    checkpointer.save()
  saved_model.export(workdir, path)
  loaded = saved_model.load(path)
  observation = tf.nest.map_structure(
    lambda x: x[0], _play(saved.loaded.player).observation
  )
  hidden = []
  # Those of `saved` are the same weights, doubled once, too.
  for player in (loaded.player, saved.loaded.player):
    _, state = player.step(observation, player.initial_state(3))
    hidden.append(state['state/hidden'].numpy())
  np.testing.assert_allclose(*hidden, atol=1e-6)


def test_export_needs_a_run_with_a_checkpoint(tmp_path):
  with pytest.raises(FileNotFoundError, match='not the folder of a run'):
    saved_model.export(str(tmp_path / 'run'), str(tmp_path / 'model'))
  config_file.save(str(tmp_path / 'run'), _CONFIG)
  with pytest.raises(FileNotFoundError, match='no checkpoint'):
    saved_model.export(str(tmp_path / 'run'), str(tmp_path / 'model'))
  assert not (tmp_path / 'model').exists()


def test_a_save_that_fails_leaves_the_model_that_was_there(
  saved, tmp_path, monkeypatch
):
  path = tmp_path / 'model'
  policy = builders.make_policy(_CONFIG)
  saved_model.save(_CONFIG, policy, str(path))
  before = {x: x.is_file() and x.read_bytes() for x in path.rglob('*')}

  def fail(module, folder, signatures):
    os.makedirs(os.path.join(folder, 'variables'))
    # Who looks for versions meanwhile finds the one that was there.
    assert [x for x in os.listdir(path) if x.isdecimal()] == ['1']
    raise OSError(errno.ENOSPC, 'No space left on device')

  monkeypatch.setattr(tf.saved_model, 'save', fail)
  with pytest.raises(OSError, match='No space'):
    saved_model.save(_CONFIG, policy, str(path))
  assert {x: x.is_file() and x.read_bytes() for x in path.rglob('*')} == before
  monkeypatch.undo()
  saved_model.save(_CONFIG, policy, str(path))
  assert set(path.rglob('*')) == set(before)


@pytest.mark.parametrize('name', ['notes.txt', 'variables/mine', 'assets/a'])
def test_a_save_removes_nothing_of_others(tmp_path, name):
  theirs = tmp_path / 'model' / '1' / name
  theirs.parent.mkdir(parents=True, exist_ok=True)
  theirs.write_text('mine')
  with pytest.raises(ValueError, match=f'{name}.*would be lost'):
    saved_model.save(
      _CONFIG, builders.make_policy(_CONFIG), str(tmp_path / 'model')
    )
  assert theirs.read_text() == 'mine'


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


class _Old(tf.Module):
  """An agent of format 1, whose signature `settings` had no inputs."""

  @tf.function(input_signature=[])
  def settings(self):
    return {'json': tf.constant('{"format": 1}')}


def test_load_refuses_another_format(saved, tmp_path):
  module, path = _Old(), str(tmp_path / 'old')
  names = ('initial_state', 'step', 'settings')
  tf.saved_model.save(module, path, dict.fromkeys(names, module.settings))
  with pytest.raises(ValueError, match='has format 1') as error:
    saved_model.load(path)
  assert 'reads format 2' in str(error.value)
  assert 'Export it again' in str(error.value)
  # Exported again to the same folder, it is as good as new.
  saved_model.save(_CONFIG, saved.policy, path)
  assert saved_model.load(path).config == _CONFIG


def test_load_takes_the_highest_version(saved, tmp_path):
  path, first = tmp_path / 'model', os.path.join(saved.path, '1')
  for name in ('2', '10', '9'):
    shutil.copytree(first, path / name)
  # Nothing that has no model is a version, whatever its name.
  for name in ('11', 'x12', '-13', '\N{SUPERSCRIPT TWO}'):
    (path / name).mkdir()
  (path / '14').touch()
  for name in ('2', '9'):
    (path / name / 'saved_model.pb').write_bytes(b'broken')
  assert saved_model.load(str(path)).config == _CONFIG
  assert saved_model.load(first).config == _CONFIG
  # Nobody would find an export behind a later version.
  with pytest.raises(ValueError, match='later version') as error:
    saved_model.save(_CONFIG, saved.policy, str(path))
  assert repr(str(path / '10')) in str(error.value)
  assert not (path / '1').exists()


@pytest.mark.parametrize(
  'name', ['saved_model.pb', 'variables/variables.index']
)
def test_load_says_that_a_model_is_damaged(saved, tmp_path, name):
  path = shutil.copytree(saved.path, tmp_path / 'model')
  file = path / '1' / name
  file.write_bytes(file.read_bytes()[:100])
  with pytest.raises(ValueError, match='damaged or not whole') as error:
    saved_model.load(str(path))
  assert repr(str(path / '1')) in str(error.value)


def _altered(saved, tmp_path, version):
  """A copy of a model with an operation that no TensorFlow has.

  As one of a later TensorFlow has, which calls itself `version`.
  """
  path = shutil.copytree(saved.path, tmp_path / 'model')
  file = path / '1' / 'saved_model.pb'
  proto = saved_model_pb2.SavedModel.FromString(file.read_bytes())
  graph = proto.meta_graphs[0]
  graph.meta_info_def.tensorflow_version = version
  node = graph.graph_def.library.function[0].node_def.add()
  node.name, node.op = 'new', 'InventedIn2099'
  file.write_bytes(proto.SerializeToString())
  return str(path)


def test_load_says_that_a_model_is_of_a_later_tensorflow(saved, tmp_path):
  path = _altered(saved, tmp_path, '99.1.0')
  with pytest.raises(
    ValueError, match=r'saved by TensorFlow 99\.1\.0'
  ) as error:
    saved_model.load(path)
  text = str(error.value)
  assert tf.__version__ in text and 'InventedIn2099' in text
  assert 'not damaged' in text and 'export it again' in text


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
