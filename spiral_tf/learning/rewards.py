"""What an episode is worth: pure functions of its observations.

An image score says how good an image is: the discriminator's, the distance to
the target, or a weighted sum. `final_score` and `temporal_credit` make any of
them into rewards; `total` adds up what a configuration asks for.

All channels count alike. On a canvas with alpha that is one more channel, and
the target must have it too.
"""

from collections.abc import Callable
from collections.abc import Mapping
import functools

import tensorflow as tf

from spiral_tf import shapes
from spiral_tf.config import sections

# Images and, of a conditional agent, targets, each uint8 `[N, W, W, C]`, to
# float32 `[N]`, higher for what is better; a discriminator, for example.
ScoreFn = Callable[[tf.Tensor, tf.Tensor | None], tf.Tensor]


def l2(images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
  """Measures the Euclidean distance to the target (appendix A, equation 9).

  `||x - x_target||_2`, over all pixels and channels together.

  Args:
    images: uint8 `[N, W, W, C]`, or float32 in [0, 1].
    targets: the same.

  Returns:
    float32 `[N]`, in units of full intensity; at most `W * sqrt(C)`.
  """
  images = tf.image.convert_image_dtype(images, tf.float32)
  targets = tf.image.convert_image_dtype(targets, tf.float32)
  squares = tf.math.squared_difference(images, targets)
  return tf.sqrt(tf.reduce_sum(squares, axis=[1, 2, 3]))


def color_emd(images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
  """Measures how far the colours are from the target's (section 4.5).

  The earth mover's distance between two histograms of one channel is
  `sum_k |F(k) - G(k)| / 255`, with F and G the shares of pixels whose byte is
  at most k: the exact distance, since intensities lie on a line. Where in the
  image a colour is makes no difference.

  Args:
    images: uint8 `[N, W, W, C]`.
    targets: the same.

  Returns:
    float32 `[N]`, mean over channels, in units of full intensity: 1 from black
    to white.
  """
  difference = _cumulative_histogram(images) - _cumulative_histogram(targets)
  return tf.reduce_mean(tf.reduce_sum(tf.abs(difference), -1), -1) / 255


def _cumulative_histogram(images: tf.Tensor) -> tf.Tensor:
  """Share of pixels at most k, float32 `[N, C, 256]`, of uint8 images."""
  _, height, width, channels = images.shape
  pixels = height * width
  planes = tf.reshape(tf.transpose(images, [0, 3, 1, 2]), [-1, pixels])
  counts = tf.math.bincount(
    tf.cast(planes, tf.int32), minlength=256, maxlength=256, axis=-1
  )
  shares = tf.cast(tf.cumsum(counts, axis=-1), tf.float32) / pixels
  return tf.reshape(shares, [-1, channels, 256])


def image_score(
  config: sections.RewardConfig,
  score_fn: ScoreFn,
  images: tf.Tensor,
  targets: tf.Tensor | None = None,
) -> tf.Tensor:
  """Adds up the image scores that `config` asks for, weighted.

  `S(c) = w_D D(c | target) - w_l2 ||c - target||_2 - w_emd EMD(c, target)`.
  What has no weight is not evaluated.

  Args:
    config: the weights.
    score_fn: the discriminator's score D.
    images: uint8 `[N, W, W, C]`.
    targets: the same; needed by `l2` and `color_emd`, and handed to D.

  Returns:
    float32 `[N]`.
  """
  score = tf.zeros([tf.shape(images)[0]])
  if config.discriminator:
    score += config.discriminator * score_fn(images, targets)
  if config.l2:
    score -= config.l2 * l2(images, targets)
  if config.color_emd:
    score -= config.color_emd * color_emd(images, targets)
  return score


def final_score(
  score_fn: ScoreFn,
  canvases: tf.Tensor,
  targets: tf.Tensor | None = None,
) -> tf.Tensor:
  """Pays the score of the final canvas (paper, equation 4).

  Args:
    score_fn: an image score.
    canvases: uint8 `[T + 1, B, W, W, C]`, before and after every action.
    targets: uint8 `[B, W, W, C]`, of a conditional agent.

  Returns:
    float32 `[T, B]`, zero but for the last action.
  """
  return _at_the_end(score_fn(canvases[-1], targets), canvases)


def temporal_credit(
  score_fn: ScoreFn,
  canvases: tf.Tensor,
  targets: tf.Tensor | None = None,
) -> tf.Tensor:
  """Pays each action what it added to the score.

  `r_t = S(c_t) - S(c_{t-1})`: Mellor et al. 2019 ("SPIRAL++"), section 2.2. The
  rewards of an episode sum to `S(c_T) - S(c_0)`.

  Args:
    score_fn: an image score.
    canvases: uint8 `[T + 1, B, W, W, C]`, before and after every action.
    targets: uint8 `[B, W, W, C]`, of a conditional agent.

  Returns:
    float32 `[T, B]`.
  """
  shape = tf.shape(canvases)
  flat = tf.reshape(canvases, tf.concat([[shape[0] * shape[1]], shape[2:]], 0))
  flat = tf.ensure_shape(flat, [None, *canvases.shape[2:]])
  if targets is not None:
    targets = tf.tile(targets, [canvases.shape[0], 1, 1, 1])
  scores = tf.reshape(score_fn(flat, targets), shape[:2])
  return scores[1:] - scores[:-1]


def stroke_start(starts: tf.Tensor) -> tf.Tensor:
  """Counts starts of continuous sequences of strokes (paper section 4.3).

  Args:
    starts: float32 `[T + 1, B]`, observation `stroke_start`.

  Returns:
    float32 `[T, B]`, 1 for each action that began a sequence.
  """
  return starts[1:]


def blank(canvases: tf.Tensor) -> tf.Tensor:
  """Marks episodes that drew nothing visible (paper section 4.3).

  Args:
    canvases: uint8 `[T + 1, B, W, W, C]`, before and after every action.

  Returns:
    float32 `[T, B]`, 1 at the last action of an episode whose final canvas is
    its first one, else 0.
  """
  same = tf.reduce_all(tf.equal(canvases[-1], canvases[0]), axis=[1, 2, 3])
  return _at_the_end(tf.cast(same, tf.float32), canvases)


def _at_the_end(values: tf.Tensor, canvases: tf.Tensor) -> tf.Tensor:
  """`[T, B]`: `values`, float32 `[B]`, for the last action, 0 before it."""
  zeros = tf.zeros([canvases.shape[0] - 2, tf.shape(values)[0]])
  return tf.concat([zeros, values[None]], axis=0)


def total(
  config: sections.RewardConfig,
  score_fn: ScoreFn,
  observation: Mapping[str, tf.Tensor],
  targets: tf.Tensor | None = None,
) -> tf.Tensor:
  """Adds up the rewards that `config` asks for.

  Args:
    config: which rewards, at what weight.
    score_fn: the discriminator's score; not called if its weight is 0.
    observation: `canvas` and, for its penalty, `stroke_start`, each
      `[T + 1, B, ...]`.
    targets: uint8 `[B, W, W, C]`, of a conditional agent.

  Returns:
    float32 `[T, B]`.

  Raises:
    ValueError: shapes are not as above, a reward needs a target or an
      observation that is not there, or targets are not of the canvas's shape.
  """
  canvases = observation['canvas']
  _check_shapes(observation, targets)
  _check_targets(config, canvases, targets)
  pay = temporal_credit if config.temporal_credit else final_score
  score = functools.partial(image_score, config, score_fn)
  reward = pay(score, canvases, targets)
  if config.blank_penalty:
    reward -= config.blank_penalty * blank(canvases)
  if config.stroke_start_penalty:
    if 'stroke_start' not in observation:
      raise ValueError(
        'config.reward.stroke_start_penalty needs an environment that observes '
        f'"stroke_start"; this one observes {sorted(observation)}. Set it to 0.'
      )
    starts = stroke_start(observation['stroke_start'])
    reward -= config.stroke_start_penalty * starts
  return reward


def _check_shapes(
  observation: Mapping[str, tf.Tensor], targets: tf.Tensor | None
) -> None:
  # `S` is `T + 1`: before and after every action.
  expected = [('canvas', observation['canvas'], 'SBWWC')]
  if 'stroke_start' in observation:
    expected.append(('stroke_start', observation['stroke_start'], 'SB'))
  if targets is not None:  # Of which `_check_targets` says more.
    expected.append(('targets', targets, ('B', *'123')))
  shapes.check(expected)


def _check_targets(
  config: sections.RewardConfig,
  canvases: tf.Tensor,
  targets: tf.Tensor | None,
) -> None:
  if targets is None:
    for name in ('l2', 'color_emd'):
      weight = getattr(config, name)
      if weight:
        raise ValueError(
          f'config.reward.{name}={weight} compares canvases with targets, and '
          'there are none. Set it to 0, or config.conditional to True.'
        )
  # A channel of size 1 would be broadcast without a word.
  elif not canvases.shape[2:].is_compatible_with(targets.shape[1:]):
    raise ValueError(
      f'Targets {targets.shape[1:]} must have the shape of canvases '
      f'{canvases.shape[2:]}. Load them with the width and the channels of the '
      'environment.'
    )
