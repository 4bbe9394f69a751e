"""A policy as functions of flat dictionaries, and such functions as an agent.

Signatures of SavedModels have flat inputs and outputs: `a/b` is the entry `b`
of the entry `a`. `spiral_tf.agents.saved_model` says which there are.
"""

from collections.abc import Mapping
import math
from typing import Any

import dm_env
import numpy as np
import tensorflow as tf

from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.networks import policy as policy_lib


def module(
  policy: policy_lib.Policy, observation_spec: Mapping[str, Any], settings: str
) -> tf.Module:
  """Makes the functions to save.

  Args:
    policy: the policy.
    observation_spec: the environment's, to find the policy's inputs in.
    settings: what the function `settings` says.

  Returns:
    A module with the functions `initial_state`, `step` and `settings`.
  """
  state_spec = tf.nest.map_structure(
    lambda x: tf.TensorSpec([None, *x.shape[1:]], x.dtype),
    _state_dict(policy.initial_state(1)),
  )
  inputs = {
    'step_type': tf.TensorSpec([None], tf.int32),
    'observation': tf.nest.map_structure(
      lambda s: tf.TensorSpec([None, *s.shape], s.dtype),
      {name: observation_spec[name] for name in policy.inputs},
    ),
    'state': state_spec,
    'seed': tf.TensorSpec([2], tf.int32),
    'temperature': tf.TensorSpec([], tf.float32),
  }
  names = [name for name, _ in _flatten(inputs)]
  specs = [
    tf.TensorSpec(leaf.shape, leaf.dtype, name=name)
    for name, leaf in _flatten(inputs)
  ]

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
      arguments['temperature'],
    )
    outputs = {'action': output.action, 'state': _state_dict(state)}
    return dict(_flatten(outputs))

  functions = tf.Module()
  functions.policy = policy
  functions.step = tf.function(step, specs, autograph=False)
  functions.initial_state = tf.function(
    initial_state,
    [tf.TensorSpec([], tf.int32, name='batch_size')],
    autograph=False,
  )
  functions.settings = tf.function(
    lambda unused: {'json': tf.constant(settings)},
    [tf.TensorSpec([], tf.int32, name='unused')],
    autograph=False,
  )
  return functions


def input_specs(signature: Any) -> dict[str, tf.TensorSpec]:
  """The inputs of a loaded signature, by the names that it is called with.

  In `structured_input_signature` those are keys of TensorFlow up to 2.11 only;
  from then on the keys are made fit for Python, `observation_canvas`.

  Args:
    signature: of a loaded SavedModel.

  Returns:
    The specs by their own names, such as `observation/canvas`.
  """
  _, keywords = signature.structured_input_signature
  return {spec.name: spec for spec in keywords.values()}


def make_player(model: Any, seed: int, temperature: float) -> rollout.Player:
  """Makes a player of loaded signatures.

  Args:
    model: a loaded SavedModel with the signatures.
    seed: of the actions it samples.
    temperature: 1 to act as the policy was trained; more makes actions more
      random, less makes them less so, and 0 takes the likeliest ones.

  Returns:
    The functions that play. Outputs have no log-probabilities and no values.

  Raises:
    ValueError: the temperature is negative, infinite or NaN.
  """
  if not 0 <= temperature < math.inf:
    raise ValueError(
      f'temperature is {temperature}, but it must be a number of at least 0.'
    )
  random = np.random.default_rng(seed)
  first, act = model.signatures['initial_state'], model.signatures['step']
  # Names are taken apart once, not at each step: the whole network takes only a
  # millisecond.
  observed = {
    name: name.split('/')[1:]
    for name in input_specs(act)
    if name.startswith('observation/')
  }
  actions = {
    name: name.removeprefix('action/')
    for name in act.structured_outputs
    if name.startswith('action/')
  }
  temperature = tf.constant(temperature, tf.float32)

  def initial_state(batch_size):
    # The state is all zeros, as a step of type FIRST would make it, so that no
    # step need be of that type.
    step_type = tf.fill([batch_size], int(dm_env.StepType.MID))
    return {**first(batch_size=tf.constant(batch_size)), 'step_type': step_type}

  def step(observation, state):
    inputs = {'temperature': temperature, **state}
    inputs['seed'] = tf.constant(random.integers(2**31, size=2, dtype=np.int32))
    for name, path in observed.items():
      leaf = observation
      for key in path:
        leaf = leaf[key]
      inputs[name] = tf.constant(leaf)
    outputs = act(**inputs)
    action = {key: outputs.pop(name) for name, key in actions.items()}
    output = types.AgentOutput(action, log_prob=None, value=None)
    return output, {**outputs, 'step_type': state['step_type']}

  return rollout.Player(initial_state, step)


def _state_dict(state: types.AgentState) -> dict[str, Any]:
  return dict(state._asdict())


def _flatten(structure: Mapping[str, Any], prefix: str = ''):
  """Pairs of a leaf's path, `a/b/c`, and the leaf, of nested dictionaries."""
  for name, value in structure.items():
    if isinstance(value, Mapping):
      yield from _flatten(value, prefix + name + '/')
    else:
      yield prefix + name, value


def _unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
  """The inverse of `_flatten`."""
  nested: dict[str, Any] = {}
  for path, leaf in flat.items():
    *folders, name = path.split('/')
    node = nested
    for folder in folders:
      node = node.setdefault(folder, {})
    node[name] = leaf
  return nested
