"""Logits of the cells of a grid: the location branch of figure 13."""

import sonnet as snt
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import fields
from spiral_tf.config import sections
from spiral_tf.networks import residual
from spiral_tf.networks import sight as sight_lib

# Width of the feature map that a location head starts from (figure 13).
_FIRST_WIDTH = 4


class LocationHead(snt.Module):
  """From the hidden vector to a map of logits, by doubling.

  The hidden vector is read as a 4x4 map and processed by residual blocks, then
  each transposed convolution doubles the map's width. A head without residual
  blocks, too shallow to move information across the map by convolutions, has
  one fully-connected layer in their place.

  With `location_skips`, wherever the doubled map has the width of one that the
  torso made, a 3x3 convolution mixes both, as in a U-Net; see `sight`.

  With `location_subpixels`, the grid is finer than the last map, each cell of
  which has the logits of a square of the grid's (sub-pixel convolution, Shi et
  al., 2016): as fine a grid as the canvas for the price of a coarse one.
  """

  def __init__(
    self,
    spec: types.LocationArray,
    config: sections.PolicyNetworkConfig,
    name: str | None = None,
  ):
    """Creates the head.

    Args:
      spec: the locations; rows and columns are 4 times a power of 2.
      config: settings of the policy network.
      name: name of the module.

    Raises:
      ValueError: no 4x4 map can be made from the hidden vector, or doubling
        one does not lead to the grid, or to a part of it.
    """
    super().__init__(name=name)
    self._spec = spec
    grid_width = spec.grid_width
    self._side = config.location_subpixels
    self._channels = config.location_channels
    last_width = grid_width // self._side
    doublings = max(0, (last_width // _FIRST_WIDTH).bit_length() - 1)
    fields.check(
      self._side * (_FIRST_WIDTH << doublings) == grid_width,
      'environment.grid_width',
      grid_width,
      'location heads double a 4x4 map, so it must be 4, 8, 16, 32, 64, ... '
      f'times policy_network.location_subpixels, {self._side}',
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
    self._mixes = [
      snt.Conv2D(config.location_channels, 3, w_init=w_init, name=f'mix_{i}')
      for i in range(doublings)
    ]
    self._last = snt.Conv2D(self._side**2, 3, w_init=w_init, name='last')

  def activations(
    self, z: tf.Tensor, sight: sight_lib.Sight = sight_lib.BLIND
  ) -> list[tf.Tensor]:
    """Feature maps from the first to the logits, each `[N, H, H, C]`.

    Args:
      z: float32 `[N, lstm_size]`, the hidden vector.
      sight: what is seen beside it.

    Returns:
      The 4x4 map; the residual blocks' output, where there are any; the output
      of each transposed convolution, mixed with what is seen at its width; the
      logits `[N, grid, grid, 1]`.
    """
    if self._linear is not None:
      z = tf.nn.relu(self._linear(z))
    maps = [self._reshape(z)]
    if self._stack is not None:
      maps.append(self._stack(maps[-1]))
    width = _FIRST_WIDTH
    for double, mix in zip(self._doublings, self._mixes):
      width *= 2
      # Sonnet does not know the shape where the batch size is open.
      shape = [None, width, width, self._channels]
      doubled = tf.nn.relu(tf.ensure_shape(double(maps[-1]), shape))
      # The finest of the head's maps sees each cell of the grid.
      finest = width * self._side == self._spec.grid_width
      seen = sight.at(width, self._spec, self._side if finest else 1)
      if seen:
        doubled = tf.nn.relu(mix(tf.concat([doubled, *seen], axis=-1)))
      maps.append(doubled)
    logits = self._last(maps[-1])
    if self._side > 1:
      logits = tf.nn.depth_to_space(logits, self._side)
    maps.append(logits)
    return maps
