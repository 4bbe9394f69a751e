"""The policy network: sees a canvas, remembers, and chooses the next action."""

from typing import Any, List, Mapping, Optional, Tuple

from dm_env import specs
import sonnet as snt
import tensorflow as tf

from spiral_tf import config as config_lib
from spiral_tf import types
from spiral_tf.networks import heads
from spiral_tf.networks import residual

# Of a normalised image; smaller ones are not made larger than to 1.
_LEAST_VARIANCE = 1 / 256


def _coordinates(height: int, width: int) -> tf.Tensor:
  """float32 `[H, W, 2]`, each pixel's (row, column), in [-1, 1]."""
  axes = [tf.linspace(-1.0, 1.0, size) for size in (height, width)]
  return tf.stack(tf.meshgrid(*axes, indexing='ij'), axis=-1)


def _normalized(images: List[tf.Tensor]) -> List[tf.Tensor]:
  """Canvas and what the target has beyond it, of mean 0 and about one size.

  Args:
    images: float32 `[N, W, W, C]` each, on [0, 1]: canvas, target or both.

  Returns:
    As many images.
  """
  if len(images) == 2:
    images = [images[0], images[1] - images[0]]
  normalized = []
  for image in images:
    mean, variance = tf.nn.moments(image, axes=[1, 2, 3], keepdims=True)
    # Differences of less than a few per cent stay small.
    normalized.append((image - mean) / tf.sqrt(variance + _LEAST_VARIANCE))
  return normalized


class Torso(snt.Module):
  """From an observation to an embedding for the LSTM (figure 12).

  The canvas (unless the agent is blind), the target (of a conditional one) and
  each pixel's coordinates go through a convolution, to each channel of which a
  number is added that depends on the previous action, the `state_inputs` and
  the noise; then through strided convolutions, residual blocks and one full
  connection.
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    observation_spec: Mapping[str, Any],
    config: config_lib.PolicyNetworkConfig,
    name: str = 'torso',
  ):
    """Creates the torso. See `Policy` for arguments and errors."""
    super().__init__(name=name)
    # Images are stacked as channels, in this order.
    self._images = tuple(
      key
      for key in ('canvas', 'target')
      if key in observation_spec and not (key == 'canvas' and config.blind)
    )
    self._normalize = config.normalize
    self._coordinates = _coordinates(*observation_spec['canvas'].shape[:2])
    self._state_inputs = config.state_inputs
    self._components = tuple(action_spec)
    self._embeddings = {
      component: heads.Embedding(
        spec, config.embedding_size, name=f'{component}_embedding'
      )
      for component, spec in action_spec.items()
    }
    self._condition = snt.nets.MLP(
      [64, 32, config.stem_channels], name='condition'
    )
    self._noise = None
    if 'noise' in observation_spec:
      self._noise = snt.nets.MLP([64, 32, config.stem_channels], name='noise')
    w_init = residual.rectified_init() if config.normalize else None
    self._stem = snt.Conv2D(
      config.stem_channels,
      config.stem_kernel,
      stride=config.stem_stride,
      w_init=w_init,
      name='stem',
    )
    self._strided = [
      snt.Conv2D(
        config.channels, 4, stride=2, w_init=w_init, name=f'strided_{i}'
      )
      for i in range(config.strided_layers)
    ]
    self._stack = None
    if config.residual_blocks:
      self._stack = residual.ResidualStack(
        config.channels, config.residual_blocks, w_init
      )
    self._linear = snt.Linear(config.lstm_size, name='embedding')
    self._norm = None
    if config.normalize:
      self._norm = snt.LayerNorm(
        axis=-1, create_scale=True, create_offset=True, name='embedding_norm'
      )

  def activations(
    self, observation: types.Observation, prev_action: types.Action
  ) -> List[tf.Tensor]:
    """Layers' outputs, from the first convolution's to the embedding.

    Args:
      observation: each leaf `[N, ...]`.
      prev_action: int32 `[N]` for each action component.

    Returns:
      float32 `[N, H, H, C]` of the conditioned first convolution, of each
      strided one and of the residual blocks, where there are any; and the
      embedding `[N, lstm_size]`.
    """
    images = [
      tf.image.convert_image_dtype(observation[key], tf.float32)
      for key in self._images
    ]
    if self._normalize:
      images = _normalized(images)
    batch_size = tf.shape(prev_action[self._components[0]])[0]
    grid = tf.repeat(self._coordinates[tf.newaxis], batch_size, axis=0)
    maps = self._stem(tf.concat([*images, grid], axis=-1))
    condition = self._conditioning(observation, prev_action)
    layers = [tf.nn.relu(maps + condition[:, tf.newaxis, tf.newaxis])]
    for strided in self._strided:
      layers.append(tf.nn.relu(strided(layers[-1])))
    if self._stack is not None:
      layers.append(self._stack(layers[-1]))
    embedding = self._linear(snt.flatten(layers[-1]))
    layers.append(embedding if self._norm is None else self._norm(embedding))
    return layers

  def __call__(
    self, observation: types.Observation, prev_action: types.Action
  ) -> tf.Tensor:
    """Returns the embedding, float32 `[N, lstm_size]`; see `activations`."""
    return self.activations(observation, prev_action)[-1]

  def _conditioning(
    self, observation: types.Observation, prev_action: types.Action
  ) -> tf.Tensor:
    """float32 `[N, stem_channels]`, to be added at every pixel."""
    mask = observation['action_mask']
    # A component that had no effect says nothing of the canvas.
    parts = [
      self._embeddings[component](prev_action[component])
      * mask[component][:, tf.newaxis]
      for component in self._components
    ]
    for key in self._state_inputs:
      value = observation[key]
      parts.append(tf.reshape(value, [-1, value.shape[1:].num_elements()]))
    condition = self._condition(tf.concat(parts, axis=1))
    if self._noise is not None:
      condition += self._noise(observation['noise'])
    return condition


class Policy(snt.Module):
  """The agent: torso, LSTM, autoregressive decoder and value (appendix B).

  All its variables exist once it is constructed, so weights can be loaded into
  it at once.
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    observation_spec: Mapping[str, Any],
    config: config_lib.PolicyNetworkConfig,
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
    self._inputs = ('action_mask', *config.state_inputs) + tuple(
      key
      for key in ('canvas', 'target', 'noise')
      if key in observation_spec and not (key == 'canvas' and config.blind)
    )
    self._torso = Torso(action_spec, observation_spec, config)
    self._core = snt.LSTM(config.lstm_size, name='core')
    self._decoder = heads.Decoder(action_spec, config, name='decoder')
    self._value = snt.Linear(1, name='value')
    # One step creates the variables.
    zeros = tf.nest.map_structure(
      lambda spec: tf.zeros((1, *spec.shape), spec.dtype),
      self._select(observation_spec),
    )
    self.step(zeros, self.initial_state(1))

  @property
  def inputs(self) -> Tuple[str, ...]:
    """Names of the observations that the policy uses."""
    return self._inputs

  def initial_state(self, batch_size: Any) -> types.AgentState:
    """State before the first step of `batch_size` episodes: all zeros."""
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
    seed: Optional[tf.Tensor] = None,
  ) -> Tuple[types.AgentOutput, types.AgentState]:
    """Samples an action for each of a batch of observations.

    Args:
      observation: each leaf `[B, ...]`, see the module `types`.
      state: the state the step before returned, or `initial_state(B)`.
      seed: of the sampling, see `heads.Decoder`.

    Returns:
      The actions with their log-probabilities and values, and the new state.
    """
    embedding = self._torso(observation, state.prev_action)
    z, lstm = self._core(embedding, snt.LSTMState(state.hidden, state.cell))
    decoded = self._decoder(z, seed=seed)
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
    initial_state: Optional[types.AgentState] = None,
  ) -> types.UnrollOutput:
    """Scores given actions, sub-actions being teacher-forced.

    Args:
      observations: each leaf `[T, B, ...]`, what was seen before each action;
        T is static.
      actions: int32 `[T, B]` for each component, what was done then.
      initial_state: state before the first step; by default all zeros.

    Returns:
      Log-probabilities, entropies and values, as `step` would have given them.
    """
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
    embeddings = self._torso(
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
    decoded = self._decoder(z, tf.nest.map_structure(merge, actions))
    return types.UnrollOutput(
      log_prob=tf.nest.map_structure(split, decoded.log_prob),
      entropy=tf.nest.map_structure(split, decoded.entropy),
      value=split(self._value(z)),
    )

  def _select(self, observation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries of an observation, or of its spec, that the policy uses."""
    return {key: observation[key] for key in self._inputs}


def _check_specs(
  action_spec: types.ActionSpec,
  observation_spec: Mapping[str, specs.Array],
  config: config_lib.PolicyNetworkConfig,
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
    config_lib.check(
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
