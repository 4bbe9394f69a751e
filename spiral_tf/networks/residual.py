"""A stack of residual blocks, used by the torso and by the location heads."""

import sonnet as snt
import tensorflow as tf


def rectified_init(taps: float = 1.0) -> snt.initializers.Initializer:
  """Weights that keep the size of rectified inputs (He et al., 2015).

  Args:
    taps: share of the kernel that meets an output, if not all of it does.

  Returns:
    An initializer for convolutions and linear layers.
  """
  return snt.initializers.VarianceScaling(2.0 / taps)


class ResidualStack(snt.Module):
  """A 3x3 convolution, then pre-activation residual blocks (He et al., 2016).

  A block is relu, 3x3 convolution, relu, 1x1 convolution, added to its input.
  """

  def __init__(
    self,
    channels: int,
    blocks: int,
    w_init: snt.initializers.Initializer | None = None,
    name: str | None = None,
  ):
    """Creates the stack.

    Args:
      channels: channels of every convolution.
      blocks: number of residual blocks.
      w_init: initializer of the weights; None for Sonnet's own.
      name: name of the module.
    """
    super().__init__(name=name)
    self._first = snt.Conv2D(channels, 3, w_init=w_init, name='first')
    self._blocks = [
      (
        snt.Conv2D(channels, 3, w_init=w_init, name=f'block_{i}_3x3'),
        snt.Conv2D(channels, 1, w_init=w_init, name=f'block_{i}_1x1'),
      )
      for i in range(blocks)
    ]

  def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
    """Transforms a feature map.

    Args:
      inputs: float32 `[N, H, W, any]`.

    Returns:
      float32 `[N, H, W, channels]`, rectified.
    """
    h = self._first(inputs)
    for wide, narrow in self._blocks:
      h += narrow(tf.nn.relu(wide(tf.nn.relu(h))))
    return tf.nn.relu(h)
