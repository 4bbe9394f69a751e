"""The discriminator network: scores how real an image looks."""

import sonnet as snt
import tensorflow as tf

from spiral_tf import shapes
from spiral_tf.config import sections
from spiral_tf.networks import spectral


class Discriminator(snt.Module):
  """A plain convolutional network "similar to DCGAN" (appendix B).

  Its scores are unbounded (section 3.2 trains a Wasserstein critic; under the
  cross-entropy loss they are logits), and it has no batch normalisation: the
  gradient penalty is a property of one image, not of a batch. Its variables are
  created when it is first called. With `spectral_norm` some of them are not
  trainable: whoever copies it copies `variables`.
  """

  def __init__(
    self,
    config: sections.DiscriminatorNetworkConfig,
    name: str = 'discriminator',
  ):
    """Creates the network.

    Args:
      config: settings of the network.
      name: name of the module.
    """
    super().__init__(name=name)
    self._complement = config.complement
    bias = not config.spectral_norm  # SpectralNorm adds its own.
    layers = [
      snt.Conv2D(
        channels, config.kernel, stride=2, with_bias=bias, name=f'strided_{i}'
      )
      for i, channels in enumerate(config.channels)
    ]
    layers.append(snt.Linear(1, with_bias=bias, name='score'))
    if config.spectral_norm:
      layers = [spectral.SpectralNorm(layer) for layer in layers]
    *self._convolutions, self._linear = layers

  def __call__(
    self,
    images: tf.Tensor,
    targets: tf.Tensor | None = None,
    sides: tf.Tensor | None = None,
  ) -> tf.Tensor:
    """Scores images, D(x), or, given targets, D(x | x_target) (equation 6).

    A conditional one sees both images side by side, as channels. With
    `complement` it sees `(m x, (1 - m) x_target)`, where m is 1 on one half of
    the image and 0 on the other: so it cannot tell a real pair by comparing
    pixels (Mellor et al. 2019, "SPIRAL++", section 2.3 and figure 3). The real
    pair is that of x = x_target.

    Args:
      images: uint8 `[B, W, W, C]`, or float32 in [0, 1].
      targets: the same, for a conditional discriminator.
      sides: with `complement`, int32 `[B]`, which half m shows of each image: 0
        for left, 1 for right. By default both are scored, at twice the work,
        and averaged: the expectation over random sides, as rewards use it.

    Returns:
      float32 `[B]`, higher for what looks real.

    Raises:
      ValueError: there are no targets to complement, or sides without use; or
        shapes are not as above.
    """
    expected = [('images', images, 'BWWC')]
    if targets is not None:
      expected.append(('targets', targets, 'BWWC'))
    if sides is not None:
      expected.append(('sides', sides, 'B'))
    shapes.check(expected)
    if not self._complement:
      if sides is not None:
        raise ValueError(
          'Only discriminator_network.complement has sides. Leave them out.'
        )
      return self._score(images, targets)
    if targets is None:
      raise ValueError(
        'discriminator_network.complement=True needs targets. Set it to False, '
        'or config.conditional to True.'
      )
    if sides is not None:
      return self._score(images, targets, sides)
    left = tf.zeros([tf.shape(images)[0]], tf.int32)
    scores = [self._score(images, targets, side) for side in (left, left + 1)]
    return 0.5 * (scores[0] + scores[1])

  def random_sides(self, batch_size: int | tf.Tensor) -> tf.Tensor | None:
    """Draws the sides of a loss, the same for its real and its fake images.

    Args:
      batch_size: number of images.

    Returns:
      int32 `[batch_size]`, each 0 or 1; None if the network has no sides.
    """
    if not self._complement:
      return None
    return tf.random.uniform([batch_size], maxval=2, dtype=tf.int32)

  def update_spectral_norms(self) -> None:
    """Takes a step of power iteration; before the loss of each training step.

    Without `spectral_norm` it does nothing.
    """
    for layer in (*self._convolutions, self._linear):
      if isinstance(layer, spectral.SpectralNorm):
        layer.update()

  def _score(
    self,
    images: tf.Tensor,
    targets: tf.Tensor | None,
    sides: tf.Tensor | None = None,
  ) -> tf.Tensor:
    inputs = [images] if targets is None else [images, targets]
    inputs = [tf.image.convert_image_dtype(x, tf.float32) for x in inputs]
    if sides is not None:
      mask = _half(images.shape[2], sides)
      inputs = [mask * inputs[0], (1.0 - mask) * inputs[1]]
    h = tf.concat(inputs, axis=-1)
    for convolution in self._convolutions:
      h = tf.nn.leaky_relu(convolution(h), 0.2)
    return self._linear(snt.flatten(h))[:, 0]


def _half(width: int, sides: tf.Tensor) -> tf.Tensor:
  """Masks float32 `[B, 1, width, 1]`: 1 on the left half (0) or right (1)."""
  side_of_column = tf.cast(tf.range(width) >= width // 2, tf.int32)
  mask = tf.equal(side_of_column[None], sides[:, None])
  return tf.cast(mask, tf.float32)[:, None, :, None]
