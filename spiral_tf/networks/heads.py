"""The autoregressive decoder: samples or scores an action part by part."""

from collections.abc import Mapping
from typing import NamedTuple

from dm_env import specs
import sonnet as snt
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.networks import residual

# Width of the feature map that a location head starts from (figure 13).
_FIRST_WIDTH = 4
# The least that log-probabilities are divided by: they overflow with less.
_MIN_TEMPERATURE = 1e-30


def encode(spec: specs.DiscreteArray, value: tf.Tensor) -> tf.Tensor:
  """Describes a sub-action by numbers a network can use.

  Args:
    spec: spec of the action component.
    value: int32 `[N]`.

  Returns:
    float32 `[N, 2]`, the (row, column) of a location, each in [-1, 1]; or
    `[N, spec.num_values]`, one-hot, for other components.
  """
  if isinstance(spec, types.LocationArray):
    width = spec.grid_width
    cell = tf.stack([value // width, value % width], axis=-1)
    return 2.0 * tf.cast(cell, tf.float32) / (width - 1) - 1.0
  return tf.one_hot(value, spec.num_values)


class Embedding(snt.Module):
  """A sub-action as a short vector (16-dimensional in appendix B)."""

  def __init__(
    self, spec: specs.DiscreteArray, size: int, name: str | None = None
  ):
    """Creates the embedding of one action component in `size` numbers."""
    super().__init__(name=name)
    self._spec = spec
    self._linear = snt.Linear(size)

  def __call__(self, value: tf.Tensor) -> tf.Tensor:
    """Embeds int32 `[N]` in float32 `[N, size]`."""
    return self._linear(encode(self._spec, value))


class LocationHead(snt.Module):
  """Logits of the cells of a grid (the location branch of figure 13).

  The hidden vector is read as a 4x4 map and processed by residual blocks, then
  each transposed convolution doubles the map's width. A head without residual
  blocks, too shallow to move information across the map by convolutions, has
  one fully-connected layer in their place.
  """

  def __init__(
    self,
    grid_width: int,
    config: sections.PolicyNetworkConfig,
    name: str | None = None,
  ):
    """Creates the head.

    Args:
      grid_width: rows and columns of the grid, 4 times a power of 2.
      config: settings of the policy network.
      name: name of the module.

    Raises:
      ValueError: no 4x4 map can be made from the hidden vector, or doubling
        one does not lead to the grid.
    """
    super().__init__(name=name)
    doublings = max(0, (grid_width // _FIRST_WIDTH).bit_length() - 1)
    fields.check(
      _FIRST_WIDTH << doublings == grid_width,
      'environment.grid_width',
      grid_width,
      'location heads double a 4x4 map, so it must be 4, 8, 16, 32, 64, ...',
    )
    fields.check(
      config.lstm_size % _FIRST_WIDTH**2 == 0,
      'policy_network.lstm_size',
      config.lstm_size,
      'location heads read it as a 4x4 map, so it must be a multiple of 16',
    )
    w_init = double_init = None
    if config.normalize:
      w_init = residual.rectified_init()
      # With a stride of 2, each output meets a quarter of the kernel.
      double_init = residual.rectified_init(taps=1 / 4)
    if config.location_residual_blocks:
      self._linear = None
      self._stack = residual.ResidualStack(
        config.location_channels, config.location_residual_blocks, w_init
      )
    else:
      self._linear = snt.Linear(config.lstm_size)
      self._stack = None
    self._reshape = snt.Reshape([_FIRST_WIDTH, _FIRST_WIDTH, -1])
    self._doublings = [
      snt.Conv2DTranspose(
        config.location_channels,
        4,
        stride=2,
        w_init=double_init,
        name=f'double_{i}',
      )
      for i in range(doublings)
    ]
    self._last = snt.Conv2D(1, 3, w_init=w_init, name='last')

  def activations(self, z: tf.Tensor) -> list[tf.Tensor]:
    """Feature maps from the first to the logits, each `[N, H, H, C]`.

    Args:
      z: float32 `[N, lstm_size]`, the hidden vector.

    Returns:
      The 4x4 map; the residual blocks' output, where there are any; the output
      of each transposed convolution; the logits `[N, grid, grid, 1]`.
    """
    if self._linear is not None:
      z = tf.nn.relu(self._linear(z))
    maps = [self._reshape(z)]
    if self._stack is not None:
      maps.append(self._stack(maps[-1]))
    for double in self._doublings:
      maps.append(tf.nn.relu(double(maps[-1])))
    maps.append(self._last(maps[-1]))
    return maps

  def __call__(self, z: tf.Tensor) -> tf.Tensor:
    """Maps float32 `[N, lstm_size]` to logits `[N, grid**2]`, row by row."""
    return snt.flatten(self.activations(z)[-1])


def sample(
  log_p: tf.Tensor,
  seed: tf.Tensor | None = None,
  temperature: tf.Tensor | None = None,
) -> tf.Tensor:
  """Samples from categories.

  Args:
    log_p: float32 `[N, num_values]`, log-probabilities.
    seed: int32 `[2]`; equal ones give equal samples. None for TensorFlow's own,
      which becomes part of a function when that is traced.
    temperature: float32 `[]`, which log-probabilities are divided by; at 0, or
      what is not above 0, the likeliest value is taken. None is 1.

  Returns:
    int32 `[N]`.
  """
  logits = log_p
  if temperature is not None:
    logits = log_p / tf.maximum(temperature, _MIN_TEMPERATURE)
  if seed is None:
    value = tf.random.categorical(logits, 1, dtype=tf.int32)
  else:
    value = tf.random.stateless_categorical(logits, 1, seed, dtype=tf.int32)
  value = value[:, 0]
  if temperature is not None:
    likeliest = tf.argmax(log_p, axis=1, output_type=tf.int32)
    value = tf.where(temperature > 0, value, likeliest)
  return value


class DecoderOutput(NamedTuple):
  """What the decoder says of one action.

  Attributes:
    action: int32 `[N]` for each action component.
    log_prob: float32 `[N]` for each, given the components before it.
    entropy: float32 `[N]` for each, in nats, given the components before it.
  """

  action: Mapping[str, tf.Tensor]
  log_prob: Mapping[str, tf.Tensor]
  entropy: Mapping[str, tf.Tensor]


class Decoder(snt.Module):
  """A distribution over actions, one component after the other (figure 13).

  What a component was decides, through the hidden vector, the distributions of
  those after it: z <- relu(z + MLP([z, embedding of the sub-action])).
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    config: sections.PolicyNetworkConfig,
    name: str | None = None,
  ):
    """Creates a head for each component of `action_spec`, in its order.

    Args:
      action_spec: the action components; a `types.LocationArray` gets a
        location head, any other `DiscreteArray` a fully-connected layer.
      config: settings of the policy network.
      name: name of the module.

    Raises:
      ValueError: a component is not discrete, or not fit for a location head.
    """
    super().__init__(name=name)
    for component, spec in action_spec.items():
      if not isinstance(spec, specs.DiscreteArray):
        raise ValueError(
          f'Action component "{component}" has the spec {spec!r}, but the '
          'policy samples from categories. Make it a dm_env '
          'specs.DiscreteArray or a types.LocationArray.'
        )
    self._components = tuple(action_spec)
    self._norm = None
    if config.normalize:
      self._norm = snt.LayerNorm(
        axis=-1, create_scale=True, create_offset=True, name='norm'
      )
    self._heads = {}
    self._embeddings = {}
    self._residuals = {}
    for component, spec in action_spec.items():
      if isinstance(spec, types.LocationArray):
        head = LocationHead(spec.grid_width, config, name=f'{component}_head')
      else:
        head = snt.Linear(spec.num_values, name=f'{component}_head')
      self._heads[component] = head
    # Nothing follows the last component, so nothing needs to know its value.
    for component in self._components[:-1]:
      self._embeddings[component] = Embedding(
        action_spec[component],
        config.embedding_size,
        name=f'{component}_embedding',
      )
      self._residuals[component] = snt.nets.MLP(
        [16, 32, config.lstm_size], name=f'{component}_residual'
      )

  def __call__(
    self,
    z: tf.Tensor,
    action: types.Action | None = None,
    seed: tf.Tensor | None = None,
    temperature: tf.Tensor | None = None,
  ) -> DecoderOutput:
    """Samples actions, or scores given ones (teacher forcing).

    Args:
      z: float32 `[N, lstm_size]`, the LSTM's output.
      action: int32 `[N]` for each component; None to sample.
      seed: int32 `[2]`, the seed of the sampling, see `sample`.
      temperature: float32 `[]`, that of the sampling, see `sample`.

    Returns:
      The actions with their log-probabilities and entropies, which are those
      of the policy itself, whatever the temperature.
    """
    values, log_probs, entropies = {}, {}, {}
    if self._norm is not None:
      z = self._norm(z)
    for i, component in enumerate(self._components):
      log_p = tf.nn.log_softmax(self._heads[component](z))
      if action is not None:
        value = action[component]
      elif seed is None:
        value = sample(log_p, temperature=temperature)
      else:
        own_seed = tf.random.experimental.stateless_fold_in(seed, i)
        value = sample(log_p, own_seed, temperature)
      values[component] = value
      log_probs[component] = tf.gather(log_p, value, axis=1, batch_dims=1)
      entropies[component] = -tf.reduce_sum(tf.exp(log_p) * log_p, axis=1)
      if component in self._embeddings:
        embedding = self._embeddings[component](value)
        update = self._residuals[component](tf.concat([z, embedding], axis=1))
        z = tf.nn.relu(z + update)
    return DecoderOutput(values, log_probs, entropies)
