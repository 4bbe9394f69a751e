"""Trained agents as SavedModels, which TensorFlow alone can load.

A saved agent has three signatures. `B`, the batch, is free.

* `initial_state`: `batch_size` int32 `[]` to the state, all `[B, ...]`:
  `state/hidden`, `state/cell` and `state/prev_action/<component>`.
* `step`: `step_type` int32 `[B]` (dm_env's; 0, first, resets the state),
  `observation/<name>` as the environment makes them, the state, and `seed`
  int32 `[2]`, another at each step, to `action/<component>` int32 `[B]` and the
  next state.
* `settings`: nothing to `json`, a string: the environment's settings, so that
  who has the model needs nothing else to draw with it.
"""

import dataclasses
import json
from typing import Any, Dict, Mapping, NamedTuple

import dm_env
import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.networks import policy as policy_lib

_FORMAT_VERSION = 1


class LoadedAgent(NamedTuple):
  """A saved agent.

  Attributes:
    agent: the functions that play.
    config: the experiment, of which `environment` is what the agent draws in.
  """

  agent: rollout.Agent
  config: config_lib.Config


def export(workdir: str, path: str) -> None:
  """Saves the agent of a run.

  Args:
    workdir: folder of the run.
    path: folder for the SavedModel; created, or overwritten.

  Raises:
    FileNotFoundError: `workdir` has no run, or no checkpoint.
  """
  config = checkpoint.load_config(workdir)
  policy = builders.make_policy(config)
  checkpoint.restore(workdir, checkpoint.POLICY_LEARNER, {'policy': policy})
  save(config, policy, path)


def save(
  config: config_lib.Config, policy: policy_lib.Policy, path: str
) -> None:
  """Saves a policy, with all that is needed to draw with it, to `path`.

  Folders of this machine, `data.path` and `data.cache`, are left out.
  """
  data = dataclasses.replace(config.data, path='', cache='')
  module = _module(dataclasses.replace(config, data=data), policy)
  tf.saved_model.save(
    module,
    path,
    signatures={
      'initial_state': module.initial_state,
      'step': module.step,
      'settings': module.settings,
    },
  )


def _module(config: config_lib.Config, policy: policy_lib.Policy) -> tf.Module:
  """The policy as functions of flat dictionaries, which signatures need."""
  spec = builders.environment_spec(config)
  observation_spec = {name: spec.observation[name] for name in policy.inputs}
  state_spec = tf.nest.map_structure(
    lambda x: tf.TensorSpec([None, *x.shape[1:]], x.dtype),
    _state_dict(policy.initial_state(1)),
  )
  inputs = {
    'step_type': tf.TensorSpec([None], tf.int32),
    'observation': tf.nest.map_structure(
      lambda s: tf.TensorSpec([None, *s.shape], s.dtype), observation_spec
    ),
    'state': state_spec,
    'seed': tf.TensorSpec([2], tf.int32),
  }
  names = [name for name, _ in _flatten(inputs)]
  specs = [
    tf.TensorSpec(leaf.shape, leaf.dtype, name=name)
    for name, leaf in _flatten(inputs)
  ]
  settings = json.dumps(
    {'format': _FORMAT_VERSION, 'config': config_lib.to_dict(config)}
  )

  def initial_state(batch_size):
    state = policy.initial_state(batch_size)
    return dict(_flatten({'state': _state_dict(state)}))

  def step(*leaves):
    arguments = _unflatten(dict(zip(names, leaves)))
    first = tf.equal(arguments['step_type'], int(dm_env.StepType.FIRST))
    state = tf.nest.map_structure(
      lambda x: tf.where(
        tf.reshape(first, [-1] + [1] * (x.shape.rank - 1)), tf.zeros_like(x), x
      ),
      arguments['state'],
    )
    output, state = policy.step(
      arguments['observation'],
      types.AgentState(**state),
      arguments['seed'],
    )
    outputs = {'action': output.action, 'state': _state_dict(state)}
    return dict(_flatten(outputs))

  module = tf.Module()
  module.policy = policy
  module.step = tf.function(step, specs, autograph=False)
  module.initial_state = tf.function(
    initial_state,
    [tf.TensorSpec([], tf.int32, name='batch_size')],
    autograph=False,
  )
  module.settings = tf.function(
    lambda: {'json': tf.constant(settings)}, [], autograph=False
  )
  return module


def load(path: str, seed: int = 0) -> LoadedAgent:
  """Loads an agent that `export` saved.

  Args:
    path: folder of the SavedModel.
    seed: of the actions it samples.

  Returns:
    The agent. Its outputs have no log-probabilities and no values.

  Raises:
    ValueError: there is no such agent at `path`.
  """
  if not tf.saved_model.contains_saved_model(path):
    raise ValueError(
      f'{path!r} is not the folder of a SavedModel. Make one of a training '
      'run: python -m launch.export --workdir=RUN --output=FOLDER'
    )
  model = tf.saved_model.load(path)
  missing = {'initial_state', 'step', 'settings'} - set(model.signatures)
  if missing:
    raise ValueError(
      f'The SavedModel in {path!r} lacks the signatures {sorted(missing)}, so '
      'it is no agent of spiral_tf. Make one with python -m launch.export.'
    )
  settings = json.loads(model.signatures['settings']()['json'].numpy())
  if settings['format'] != _FORMAT_VERSION:
    raise ValueError(
      f'The agent in {path!r} has format {settings["format"]}, but this '
      f'version of spiral_tf reads format {_FORMAT_VERSION}. Export it again.'
    )
  random = np.random.default_rng(seed)
  step_inputs = model.signatures['step'].structured_input_signature[1]

  def initial_state(batch_size):
    flat = model.signatures['initial_state'](batch_size=tf.constant(batch_size))
    state = _unflatten(flat)['state']
    return state, dm_env.StepType.FIRST

  def step(observation, state):
    state, step_type = state
    flat = dict(_flatten({'observation': observation, 'state': state}))
    flat['step_type'] = np.full(
      [len(observation['canvas'])], int(step_type), np.int32
    )
    flat['seed'] = random.integers(2**31, size=2, dtype=np.int32)
    outputs = _unflatten(
      model.signatures['step'](
        **{name: tf.constant(flat[name]) for name in step_inputs}
      )
    )
    output = types.AgentOutput(outputs['action'], log_prob=None, value=None)
    return output, (outputs['state'], dm_env.StepType.MID)

  return LoadedAgent(
    rollout.Agent(initial_state, step), config_lib.from_dict(settings['config'])
  )


def _state_dict(state: types.AgentState) -> Dict[str, Any]:
  return dict(state._asdict())


def _flatten(structure: Mapping[str, Any], prefix: str = ''):
  """Pairs of a leaf's path, `a/b/c`, and the leaf, of nested dictionaries."""
  for name, value in structure.items():
    if isinstance(value, Mapping):
      yield from _flatten(value, prefix + name + '/')
    else:
      yield prefix + name, value


def _unflatten(flat: Mapping[str, Any]) -> Dict[str, Any]:
  """The inverse of `_flatten`."""
  nested: Dict[str, Any] = {}
  for path, leaf in flat.items():
    *folders, name = path.split('/')
    node = nested
    for folder in folders:
      node = node.setdefault(folder, {})
    node[name] = leaf
  return nested
