"""The autoregressive decoder: samples or scores an action part by part."""

from collections.abc import Mapping
from typing import NamedTuple

from dm_env import specs
import sonnet as snt
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.networks import glimpse
from spiral_tf.networks import location
from spiral_tf.networks import sight as sight_lib

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
    self._spec = dict(action_spec)
    self._marks = config.location_marks
    self._features = config.location_features
    self._norm = None
    if config.normalize:
      self._norm = snt.LayerNorm(
        axis=-1, create_scale=True, create_offset=True, name='norm'
      )
    self._heads = {}
    self._embeddings = {}
    self._residuals = {}
    self._glimpses = {}
    for component, spec in action_spec.items():
      if isinstance(spec, types.LocationArray):
        head = location.LocationHead(spec, config, name=f'{component}_head')
      else:
        head = snt.Linear(spec.num_values, name=f'{component}_head')
      self._heads[component] = head
    # Nothing follows the last component, so nothing needs to know its value.
    for component in self._components[:-1]:
      spec = action_spec[component]
      self._embeddings[component] = Embedding(
        spec, config.embedding_size, name=f'{component}_embedding'
      )
      if config.location_glimpse and isinstance(spec, types.LocationArray):
        self._glimpses[component] = glimpse.Glimpse(
          spec, config.location_glimpse, name=f'{component}_glimpse'
        )
      # What a map says of a location is more than 16 numbers can hold.
      told = config.location_features or config.location_glimpse
      hidden = [64, 64] if told else [16, 32]
      self._residuals[component] = snt.nets.MLP(
        [*hidden, config.lstm_size], name=f'{component}_residual'
      )

  def __call__(
    self,
    z: tf.Tensor,
    action: types.Action | None = None,
    seed: tf.Tensor | None = None,
    temperature: tf.Tensor | None = None,
    sight: sight_lib.Sight = sight_lib.BLIND,
  ) -> DecoderOutput:
    """Samples actions, or scores given ones (teacher forcing).

    Args:
      z: float32 `[N, lstm_size]`, the LSTM's output.
      action: int32 `[N]` for each component; None to sample.
      seed: int32 `[2]`, the seed of the sampling, see `sample`.
      temperature: float32 `[]`, that of the sampling, see `sample`.
      sight: what location heads see of the picture.

    Returns:
      The actions with their log-probabilities and entropies, which are those
      of the policy itself, whatever the temperature.
    """
    values, log_probs, entropies = {}, {}, {}
    if self._norm is not None:
      z = self._norm(z)
    for i, component in enumerate(self._components):
      head, maps = self._heads[component], []
      if isinstance(head, location.LocationHead):
        maps = head.activations(z, sight)
        logits = snt.flatten(maps[-1])
      else:
        logits = head(z)
      log_p = tf.nn.log_softmax(logits)
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
        known = [z, self._embeddings[component](value)]
        if maps and self._features:
          known += _features_at(value, self._spec[component], maps[-2], sight)
        if component in self._glimpses and sight.images is not None:
          known.append(self._glimpses[component](sight.images, value))
        update = self._residuals[component](tf.concat(known, axis=1))
        z = tf.nn.relu(z + update)
        if maps and self._marks:
          weight = tf.ones_like(value, tf.float32)
          mark = sight_lib.Mark(self._spec[component], value, weight)
          sight = sight.marked(mark)
    return DecoderOutput(values, log_probs, entropies)


def _features_at(
  value: tf.Tensor,
  spec: types.LocationArray,
  last: tf.Tensor,
  sight: sight_lib.Sight,
) -> list[tf.Tensor]:
  """What a head's last map and the images show at the chosen cell."""
  features = [sight_lib.at_cell(last, value, spec)]
  if sight.maps:
    images = sight_lib.pooled(sight.maps[0], spec.grid_width)
    features.append(sight_lib.at_cell(images, value, spec))
  return features
