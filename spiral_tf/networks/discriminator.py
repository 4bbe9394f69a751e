"""The discriminator network: scores how real an image looks."""

from typing import Optional

import sonnet as snt
import tensorflow as tf

from spiral_tf import config as config_lib


class Discriminator(snt.Module):
  """A plain convolutional network "similar to DCGAN" (appendix B).

  Its scores are unbounded (section 3.2 trains a Wasserstein critic), and it has
  no batch normalisation: the gradient penalty is a property of one image, not
  of a batch. Its variables are created when it is first called.
  """

  def __init__(
    self,
    config: config_lib.DiscriminatorNetworkConfig,
    name: str = 'discriminator',
  ):
    """Creates the network.

    Args:
      config: settings of the network.
      name: name of the module.
    """
    super().__init__(name=name)
    self._convolutions = [
      snt.Conv2D(channels, config.kernel, stride=2, name=f'strided_{i}')
      for i, channels in enumerate(config.channels)
    ]
    self._linear = snt.Linear(1, name='score')

  def __call__(
    self, images: tf.Tensor, targets: Optional[tf.Tensor] = None
  ) -> tf.Tensor:
    """Scores images, D(x), or, given targets, D(x | x_target) (equation 6).

    Args:
      images: uint8 `[B, W, W, C]`, or float32 in [0, 1].
      targets: the same, for a conditional discriminator.

    Returns:
      float32 `[B]`, higher for what looks real.
    """
    inputs = [images] if targets is None else [images, targets]
    h = tf.concat(
      [tf.image.convert_image_dtype(x, tf.float32) for x in inputs], axis=-1
    )
    for convolution in self._convolutions:
      h = tf.nn.leaky_relu(convolution(h), 0.2)
    return self._linear(snt.flatten(h))[:, 0]
