"""Figure 11's toy: a circle, a target circle, and which way is downhill.

A location is (row, column) of the circle's upper left corner, in pixels; on a
canvas of width W, circles of radius r have L = W - 2 r + 1 rows and columns of
locations. A surface is a distance to one target, at each location.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf.config import learners
from spiral_tf.config import sections
from spiral_tf.learning import wasserstein
from spiral_tf.networks import discriminator as discriminator_lib

# Wide kernels: with three layers of 5x5 ones, downhill was towards the target
# less often where the circles do not overlap.
NETWORK = sections.DiscriminatorNetworkConfig(channels=(64,), kernel=15)
LEARNER = learners.DiscriminatorLearnerConfig(learning_rate=3e-3)

Location = tuple[int, int]
# Images and targets, uint8 `[N, W, W, 1]` each, to distances, float32 `[N]`.
Distance = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

# A surface is flat where it changes by less than this share of its range a
# pixel.
_FLAT = 1e-4
# Rows, and columns, of targets that statistics are taken over.
_TARGETS = 5


def make(canvas_width: int, radius: int) -> np.ndarray:
  """Draws a white circle on black at all of its locations.

  Circles share pixels only if their centres are at most 2 `radius` apart.

  Args:
    canvas_width: W, pixels.
    radius: r, pixels.

  Returns:
    uint8 `[L, L, W, W, 1]`, by row and column of the circle.

  Raises:
    ValueError: the circle is too small or too large.
  """
  if not 2 <= radius <= canvas_width // 6:
    raise ValueError(
      f'radius is {radius}, but it must be at least 2 and at most a sixth of '
      f'canvas_width, {canvas_width}, so that for each target there are '
      'circles that do not overlap it.'
    )
  offsets = np.arange(2 * radius) + 0.5 - radius
  circle = 255 * (np.hypot(offsets[:, None], offsets) <= radius)
  number = canvas_width - 2 * radius + 1
  images = np.zeros([number, number, canvas_width, canvas_width, 1], np.uint8)
  for row in range(number):
    for column in range(number):
      window = images[row, column, row:, column:, 0]
      window[: 2 * radius, : 2 * radius] = circle
  return images


def train(
  images: np.ndarray,
  steps: int,
  seed: int,
  report: Callable[[int, float], None] | None = None,
) -> discriminator_lib.Discriminator:
  """Trains a discriminator to tell whether two circles are the same.

  Real pairs are (t, t) and fake ones (x, t), where t is any of the circles and
  x any other (equation 6). The learning rate falls linearly to 0.

  Args:
    images: uint8 `[L, L, W, W, 1]`, of `make`.
    steps: updates.
    seed: of weights and pairs.
    report: called after each update with their number so far and the mean score
      of real pairs minus that of fake ones.

  Returns:
    The discriminator, which scores images given targets.
  """
  tf.random.set_seed(seed)
  random = np.random.RandomState(seed)
  flat = images.reshape([-1, *images.shape[2:]])
  discriminator = discriminator_lib.Discriminator(NETWORK)
  learning_rate = tf.Variable(LEARNER.learning_rate)
  optimizer = snt.optimizers.Adam(
    learning_rate, beta1=LEARNER.adam_beta1, beta2=LEARNER.adam_beta2
  )
  discriminator(flat[:1], flat[:1])  # Creates the variables.

  @tf.function(autograph=False)
  def update(targets: tf.Tensor, others: tf.Tensor, alpha: tf.Tensor):
    with tf.GradientTape() as tape:
      loss = wasserstein.discriminator_loss(
        lambda x: discriminator(x, targets),
        targets,
        others,
        gradient_penalty=LEARNER.gradient_penalty,
        zero_mean_penalty=LEARNER.zero_mean_penalty,
        alpha=alpha,
      )
    variables = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss.total, variables), variables)
    return loss.gap

  for step in range(steps):
    learning_rate.assign(LEARNER.learning_rate * (1 - step / steps))
    target = random.randint(len(flat), size=LEARNER.batch_size)
    shift = random.randint(1, len(flat), size=LEARNER.batch_size)
    other = (target + shift) % len(flat)
    alpha = random.uniform(size=LEARNER.batch_size).astype(np.float32)
    gap = update(*map(tf.constant, (flat[target], flat[other], alpha)))
    if report:
      report(step + 1, float(gap))
  return discriminator


def surface(
  distance: Distance, images: np.ndarray, target: Location
) -> np.ndarray:
  """Measures how far the circle is from the target, at each location.

  Args:
    distance: `rewards.l2`, say, or a negated discriminator.
    images: uint8 `[L, L, W, W, 1]`, of `make`.
    target: location of the target.

  Returns:
    float64 `[L, L]`, scaled to [0, 1].
  """
  flat = images.reshape([-1, *images.shape[2:]])
  targets = np.broadcast_to(images[target], flat.shape)
  values = distance(tf.constant(flat), tf.constant(targets)).numpy()
  values = values.astype(np.float64).reshape(images.shape[:2])
  return (values - values.min()) / (values.max() - values.min())


def downhill(heights: np.ndarray) -> np.ndarray:
  """The negative gradient of a surface, by central differences.

  Args:
    heights: `[L, L]`, of `surface`.

  Returns:
    float64 `[L, L, 2]`, rows and columns, a pixel; 0 where it is flat.
  """
  slope = -np.stack(np.gradient(heights), axis=-1)
  steep = np.linalg.norm(slope, axis=-1, keepdims=True) > _FLAT
  return np.where(steep, slope, 0.0)


class Descent(NamedTuple):
  """How well a surface leads to its target.

  Attributes:
    towards: share of locations, but for the target, at which the angle between
      downhill and the target is less than a right angle.
    towards_apart: the same, of those too far for the circles to overlap, or to
      do so one pixel nearer. A random direction would get a half.
    slope_apart: mean steepness there, in shares of the range a pixel.
    arrives: share of locations from which steepest descent, from one to the
      lowest of its eight neighbours, ends at the target.
  """

  towards: float
  towards_apart: float
  slope_apart: float
  arrives: float


def descent(heights: np.ndarray, target: Location, radius: int) -> Descent:
  """Follows a surface downhill.

  Args:
    heights: `[L, L]`, of `surface`.
    target: location of its target.
    radius: of the circles, pixels.

  Returns:
    How well it leads to its target.
  """
  rows, columns = np.indices(heights.shape)
  way = np.stack([target[0] - rows, target[1] - columns], axis=-1)
  distance = np.linalg.norm(way, axis=-1)
  slope = downhill(heights)
  towards = np.sum(slope * way, axis=-1) > 0
  apart = distance > 2 * radius + 1
  return Descent(
    towards=float(towards[distance > 0].mean()),
    towards_apart=float(towards[apart].mean()),
    slope_apart=float(np.linalg.norm(slope, axis=-1)[apart].mean()),
    arrives=float(_arrives(heights, target).mean()),
  )


def _arrives(heights: np.ndarray, target: Location) -> np.ndarray:
  """Whether steepest descent ends at the target, bool `[L, L]`."""
  side = len(heights)
  rows, columns = np.indices(heights.shape)
  around = np.pad(heights, 1, constant_values=np.inf)
  moves = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
  neighbors = np.stack(
    [around[1 + i :, 1 + j :][:side, :side] for i, j in moves], axis=-1
  )
  lowest = np.array(moves)[neighbors.argmin(axis=-1)]
  falls = neighbors.min(axis=-1) < heights - _FLAT
  following = (rows + lowest[..., 0]) * side + columns + lowest[..., 1]
  end = np.where(falls, following, rows * side + columns)
  for _ in range(heights.size.bit_length()):  # Each pass doubles the steps.
    end = end.ravel()[end]
  return end == target[0] * side + target[1]


def mean_descent(
  distance: Distance, images: np.ndarray, radius: int
) -> Descent:
  """Averages `descent` over targets spread evenly over the locations.

  Args:
    distance: as for `surface`.
    images: uint8 `[L, L, W, W, 1]`, of `make`.
    radius: of the circles, pixels.

  Returns:
    Means over 25 targets.
  """
  places = (np.arange(_TARGETS) + 0.5) * len(images) / _TARGETS
  targets = [(int(i), int(j)) for i in places for j in places]
  each = [descent(surface(distance, images, t), t, radius) for t in targets]
  return Descent(*np.mean(each, axis=0).tolist())
