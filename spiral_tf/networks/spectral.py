"""Spectral normalisation: a layer whose weight has spectral norm 1."""

import sonnet as snt
import tensorflow as tf

# Iterations that lead from a random vector to a close estimate of the norm.
_FIRST_ITERATIONS = 15


class SpectralNorm(snt.Module):
  """Divides a layer's weight by its largest singular value, and adds a bias.

  Miyato et al. 2018 ("SN-GAN"), sections 2.1 and 2.2: `y = W x / sigma(W) + b`.
  The weight of a convolution, `[kernel, kernel, in, out]`, counts as a matrix
  W `[kernel * kernel * in, out]`, as theirs does; where its windows overlap, so
  that a pixel is in several, the norm of the whole layer may be above 1.

  Power iteration (their algorithm 1) keeps a unit vector u, `[out]`, near the
  first right singular vector:

    u <- W'W u / ||W'W u||,    sigma(W) = ||W u||,

  and the gradient of the latter, with u fixed, is theirs. Calls read u, and
  only `update` changes it, so that calls may run at once and be exported. It is
  a variable, but not trainable: who copies the weights must copy it too.
  """

  def __init__(self, layer: snt.Module):
    """Wraps a layer; its variables are created when it is first called.

    Args:
      layer: a linear layer without bias, whose weight is `w`, outputs last.
    """
    super().__init__(name=f'{layer.name}_normalized')
    self._layer = layer

  def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
    """Applies the layer, with its weight normalised.

    Args:
      inputs: what the layer takes.

    Returns:
      What it returns, divided by `sigma`, plus the bias.
    """
    outputs = self._layer(inputs)
    self._initialize()
    return outputs / self.sigma() + self._bias

  @snt.once
  def _initialize(self) -> None:
    outputs = self._layer.w.shape[-1]
    self._bias = tf.Variable(tf.zeros([outputs]), name='b')
    start = tf.math.l2_normalize(tf.random.normal([outputs]))
    self._u = tf.Variable(start, trainable=False, name='u')
    self.update(_FIRST_ITERATIONS)

  def sigma(self) -> tf.Tensor:
    """Estimate of the largest singular value, float32 `[]`, from below."""
    squares = tf.square(tf.linalg.matvec(self._matrix(), self._u))
    # The square root has no derivative at 0.
    return tf.sqrt(tf.reduce_sum(squares) + 1e-12)

  def update(self, iterations: int = 1) -> None:
    """Brings the estimate nearer; to be called in each step of training.

    Args:
      iterations: of power iteration; one follows a weight that moves slowly.
    """
    matrix, u = self._matrix(), self._u
    for _ in range(iterations):
      v = tf.math.l2_normalize(tf.linalg.matvec(matrix, u))
      u = tf.math.l2_normalize(tf.linalg.matvec(matrix, v, transpose_a=True))
    self._u.assign(u)

  def _matrix(self) -> tf.Tensor:
    weight = self._layer.w
    return tf.reshape(weight, [-1, weight.shape[-1]])
