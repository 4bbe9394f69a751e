"""From what the agent sees to an embedding (figure 12)."""

from collections.abc import Mapping
from typing import Any

import sonnet as snt
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.networks import heads
from spiral_tf.networks import residual
from spiral_tf.networks import sight as sight_lib

# Added to the variance by which an image is normalised, so that differences of
# less than a few per cent stay small.
_ADDED_VARIANCE = 1 / 256


def _coordinates(height: int, width: int) -> tf.Tensor:
  """float32 `[H, W, 2]`, each pixel's (row, column), in [-1, 1]."""
  axes = [tf.linspace(-1.0, 1.0, size) for size in (height, width)]
  return tf.stack(tf.meshgrid(*axes, indexing='ij'), axis=-1)


def _compared(
  images: list[tf.Tensor], normalize: bool, all_three: bool
) -> list[tf.Tensor]:
  """What is shown of the images of a conditional agent, or of another.

  Args:
    images: float32 `[N, W, W, C]` each, on [0, 1]: canvas, target or both.
    normalize: show what the target has beyond the canvas in its place, and
      scale each image to mean 0 and about one size.
    all_three: show canvas, target and that difference.

  Returns:
    float32 `[N, W, W, C]` each.
  """
  if len(images) == 2 and (normalize or all_three):
    canvas, target = images
    images = [canvas, target - canvas] + [target] * all_three
  if not normalize:
    return images
  normalized = []
  for image in images:
    mean, variance = tf.nn.moments(image, axes=[1, 2, 3], keepdims=True)
    normalized.append((image - mean) / tf.sqrt(variance + _ADDED_VARIANCE))
  return normalized


class Torso(snt.Module):
  """From an observation to an embedding for the LSTM (figure 12).

  The canvas (unless the agent is blind), the target (of a conditional one) and
  each pixel's coordinates go through a convolution, to each channel of which a
  number is added that depends on the previous action, the `state_inputs` and
  the noise; then through strided convolutions, residual blocks and one full
  connection.

  With `location_marks`, marks of the previous action's locations are seen, too.
  """

  def __init__(
    self,
    action_spec: types.ActionSpec,
    observation_spec: Mapping[str, Any],
    config: sections.PolicyNetworkConfig,
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
    self._coordinates = _coordinates(*observation_spec['canvas'].shape[:2])
    self._locations = {
      component: spec
      for component, spec in action_spec.items()
      if isinstance(spec, types.LocationArray)
    }
    self._skips = config.location_skips
    self._marks = config.location_marks
    self._difference = config.difference_map
    self._raw = config.normalize and config.raw_images
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

  @property
  def images(self) -> tuple[str, ...]:
    """Names of the observations that are seen as images."""
    return self._images

  def activations(
    self, observation: types.Observation, prev_action: types.Action
  ) -> list[tf.Tensor]:
    """Layers' outputs, from the first convolution's to the embedding.

    Args:
      observation: each leaf `[N, ...]`.
      prev_action: int32 `[N]` for each action component.

    Returns:
      float32 `[N, H, H, C]` of the conditioned first convolution, of each
      strided one and of the residual blocks, where there are any; and the
      embedding `[N, lstm_size]`.
    """
    return self._layers(observation, prev_action)[1:]

  def __call__(
    self, observation: types.Observation, prev_action: types.Action
  ) -> tuple[tf.Tensor, sight_lib.Sight]:
    """Looks.

    Args:
      observation: each leaf `[N, ...]`.
      prev_action: int32 `[N]` for each action component.

    Returns:
      The embedding, float32 `[N, lstm_size]`, and what location heads see.
    """
    *maps, embedding = self._layers(observation, prev_action)
    if not self._skips:
      return embedding, sight_lib.BLIND
    marks = self._previous(observation, prev_action) if self._marks else ()
    images = tf.concat(self._shown(observation), axis=-1)
    return embedding, sight_lib.Sight(maps, marks, 2 * images - 1)

  def _layers(
    self, observation: types.Observation, prev_action: types.Action
  ) -> list[tf.Tensor]:
    """The images as they are seen, and `activations`."""
    inputs = self._seen(observation, prev_action)
    condition = self._conditioning(observation, prev_action)
    stem = self._stem(inputs) + condition[:, tf.newaxis, tf.newaxis]
    layers = [inputs, tf.nn.relu(stem)]
    for strided in self._strided:
      layers.append(tf.nn.relu(strided(layers[-1])))
    if self._stack is not None:
      layers.append(self._stack(layers[-1]))
    embedding = self._linear(snt.flatten(layers[-1]))
    layers.append(embedding if self._norm is None else self._norm(embedding))
    return layers

  def _seen(
    self, observation: types.Observation, prev_action: types.Action
  ) -> tf.Tensor:
    """Images, coordinates and marks, float32 `[N, W, W, any]`."""
    shown = self._shown(observation)
    images = _compared(shown, self._norm is not None, self._difference)
    if self._raw:
      images += [2 * image - 1 for image in shown]
    batch_size = tf.shape(prev_action[self._components[0]])[0]
    seen = [*images, tf.repeat(self._coordinates[None], batch_size, axis=0)]
    if self._marks:
      width = self._coordinates.shape[0]
      marks = self._previous(observation, prev_action)
      seen += [mark.draw(width) for mark in marks]
    return tf.concat(seen, axis=-1)

  def _shown(self, observation: types.Observation) -> list[tf.Tensor]:
    """Canvas and target, if there, float32 `[N, W, W, C]` each, on [0, 1]."""
    return [
      tf.image.convert_image_dtype(observation[key], tf.float32)
      for key in self._images
    ]

  def _previous(
    self, observation: types.Observation, prev_action: types.Action
  ) -> list[sight_lib.Mark]:
    """Marks of the previous action's locations, where they had an effect."""
    mask = observation['action_mask']
    return [
      sight_lib.Mark(spec, prev_action[component], mask[component])
      for component, spec in self._locations.items()
    ]

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
