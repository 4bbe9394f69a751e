"""The policy network: sees a canvas, remembers, and chooses the next action."""

from collections.abc import Callable
from collections.abc import Mapping
import functools
import operator
from typing import Any

from dm_env import specs
import sonnet as snt
import tensorflow as tf
import tree

from spiral_tf import shapes
from spiral_tf import types
from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.networks import heads
from spiral_tf.networks import torso


class Policy(snt.Module):
  """The agent: torso, LSTM, autoregressive decoder and value (appendix B).

  All its variables exist once it is constructed, so weights can be loaded into
  it at once.
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    observation_spec: Mapping[str, Any],
    config: sections.PolicyNetworkConfig,
    name: str = 'policy',
  ):
    """Creates a policy for one kind of environment.

    Args:
      action_spec: the environment's; sub-actions are sampled in its order.
      observation_spec: the environment's, with `canvas` uint8 `[W, W, C]` and
        `action_mask`; `target` like `canvas` makes the agent conditional,
        `noise` float32 `[noise_dim]` gives it a latent.
      config: settings of the network.
      name: name of the module.

    Raises:
      ValueError: the specs lack an observation the network needs, or the
        network cannot produce such actions.
    """
    super().__init__(name=name)
    _check_specs(action_spec, observation_spec, config)
    self._components = tuple(action_spec)
    self._torso = torso.Torso(action_spec, observation_spec, config)
    self._inputs = ('action_mask', *config.state_inputs, *self._torso.images)
    if 'noise' in observation_spec:
      self._inputs += ('noise',)
    observed = self._select(observation_spec)
    self._check_shapes = _shape_check(action_spec, observed, config.lstm_size)
    self._core = snt.LSTM(config.lstm_size, name='core')
    self._decoder = heads.Decoder(action_spec, config, name='decoder')
    self._value = snt.Linear(1, name='value')
    # One step creates the variables.
    zeros = tf.nest.map_structure(
      lambda spec: tf.zeros((1, *spec.shape), spec.dtype), observed
    )
    self.step(zeros, self.initial_state(1))

  @property
  def inputs(self) -> tuple[str, ...]:
    """Names of the observations that the policy uses."""
    return self._inputs

  def initial_state(self, batch_size: Any) -> types.AgentState:
    """The state before the first step of each episode: all zeros.

    Args:
      batch_size: number of episodes, B; an integer or an int32 tensor `[]`.

    Returns:
      The state.
    """
    lstm = self._core.initial_state(batch_size)
    return types.AgentState(
      hidden=lstm.hidden,
      cell=lstm.cell,
      prev_action={
        component: tf.zeros([batch_size], tf.int32)
        for component in self._components
      },
    )

  def step(
    self,
    observation: types.Observation,
    state: types.AgentState,
    seed: tf.Tensor | None = None,
    temperature: tf.Tensor | None = None,
  ) -> tuple[types.AgentOutput, types.AgentState]:
    """Samples an action for each of a batch of observations.

    Args:
      observation: each leaf `[B, ...]`, see the module `types`.
      state: the state the step before returned, or `initial_state(B)`.
      seed: int32 `[2]`, the seed of the sampling, see `heads.sample`.
      temperature: float32 `[]`, that of the sampling, see `heads.sample`.

    Returns:
      The actions with their log-probabilities and values, and the new state.

    Raises:
      ValueError: shapes are not as above.
    """
    self._check_shapes('B', observation, state=state)
    embedding, sight = self._torso(observation, state.prev_action)
    z, lstm = self._core(embedding, snt.LSTMState(state.hidden, state.cell))
    decoded = self._decoder(z, seed=seed, temperature=temperature, sight=sight)
    output = types.AgentOutput(
      action=decoded.action,
      log_prob=decoded.log_prob,
      value=self._value(z)[:, 0],
    )
    return output, types.AgentState(lstm.hidden, lstm.cell, decoded.action)

  def unroll(
    self,
    observations: types.Observation,
    actions: types.Action,
    initial_state: types.AgentState | None = None,
  ) -> types.UnrollOutput:
    """Scores given actions, sub-actions being teacher-forced.

    Args:
      observations: each leaf `[T, B, ...]`, what was seen before each action;
        T is static.
      actions: int32 `[T, B]` for each component, what was done then.
      initial_state: state before the first step; by default all zeros.

    Returns:
      Log-probabilities, entropies and values, as `step` would have given them.

    Raises:
      ValueError: shapes are not as above.
    """
    self._check_shapes('TB', observations, actions, initial_state)
    steps, batch_size = actions[self._components[0]].shape
    if batch_size is None:
      batch_size = tf.shape(actions[self._components[0]])[1]
    state = initial_state or self.initial_state(batch_size)
    prev_actions = {
      component: tf.concat([first[tf.newaxis], actions[component][:-1]], axis=0)
      for component, first in state.prev_action.items()
    }

    def merge(x):
      """Reshapes `[T, B, ...]` to `[T * B, ...]`."""
      return tf.reshape(x, [-1, *x.shape[2:]])

    def split(x):
      """Reshapes `[T * B]` to `[T, B]`."""
      return tf.reshape(x, [steps, -1])

    # Only the LSTM needs one step after the other; all else is done at once.
    embeddings, sight = self._torso(
      tf.nest.map_structure(merge, self._select(observations)),
      tf.nest.map_structure(merge, prev_actions),
    )
    embeddings = tf.reshape(embeddings, [steps, -1, embeddings.shape[-1]])
    lstm = snt.LSTMState(state.hidden, state.cell)
    outputs = []
    for t in range(steps):
      z, lstm = self._core(embeddings[t], lstm)
      outputs.append(z)
    z = tf.concat(outputs, axis=0)
    decoded = self._decoder(
      z, tf.nest.map_structure(merge, actions), sight=sight
    )
    return types.UnrollOutput(
      log_prob=tf.nest.map_structure(split, decoded.log_prob),
      entropy=tf.nest.map_structure(split, decoded.entropy),
      value=split(self._value(z)),
    )

  def _select(self, observation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries of an observation, or of its spec, that the policy uses."""
    return {key: observation[key] for key in self._inputs}


def _shape_check(
  action_spec: types.ActionSpec,
  observed: Mapping[str, Any],
  lstm_size: int,
) -> Callable[..., None]:
  """Makes the function that checks the shapes of what a policy is given."""
  # A function, for what a module's attributes hold it would track and save.
  observed = tree.flatten_with_path(observed)

  def check(
    leading: str,
    observation: types.Observation,
    action: types.Action | None = None,
    state: types.AgentState | None = None,
  ) -> None:
    expected = []
    if action is not None:
      for name in action_spec:
        expected.append((f'action {name!r}', action[name], leading))
    for path, spec in observed:
      leaf = functools.reduce(operator.getitem, path, observation)
      name = f'observation {"/".join(path)!r}'
      expected.append((name, leaf, (*leading, *spec.shape)))
    if state is not None:
      for name in ('hidden', 'cell'):
        array = getattr(state, name)
        expected.append((f'state {name!r}', array, ('B', lstm_size)))
      for name in action_spec:
        expected.append((f'prev_action {name!r}', state.prev_action[name], 'B'))
    shapes.check(expected)

  return check


def _check_specs(
  action_spec: types.ActionSpec,
  observation_spec: Mapping[str, specs.Array],
  config: sections.PolicyNetworkConfig,
) -> None:
  """Raises a ValueError if the observation lacks what the policy needs."""
  names = sorted(observation_spec)
  for key in ('canvas', 'action_mask'):
    if key not in observation_spec:
      raise ValueError(
        f'The policy needs the observation "{key}", but the environment offers '
        f'{names}. Add it to the environment (see spiral_tf/types.py).'
      )
  for key in config.state_inputs:
    fields.check(
      key in observation_spec,
      'policy_network.state_inputs',
      config.state_inputs,
      f'the environment has no observation "{key}"; it offers {names}',
    )
  components = set(action_spec)
  masked = set(observation_spec['action_mask'])
  if not components or components != masked:
    raise ValueError(
      f'The action spec has the components {sorted(components)}, but the '
      f'observation "action_mask" has {sorted(masked)}. Both must be the same, '
      'and at least one: make the environment offer a mask for each component.'
    )
