"""What an episode is worth: pure functions of its observations.

Each returns one float32 `[T, B]` reward for every action; `total` adds up those
that a configuration asks for.
"""

from typing import Callable, Mapping

import tensorflow as tf

from spiral_tf import config as config_lib

ScoreFn = Callable[[tf.Tensor], tf.Tensor]


def final_score(score_fn: ScoreFn, canvases: tf.Tensor) -> tf.Tensor:
  """Pays the discriminator's score of the final canvas (paper, equation 4).

  Args:
    score_fn: maps images `[B, W, W, C]` to scores float32 `[B]`.
    canvases: uint8 `[T + 1, B, W, W, C]`, before and after every action.

  Returns:
    float32 `[T, B]`, zero but for the last action.
  """
  return _at_the_end(score_fn(canvases[-1]), canvases)


def temporal_credit(score_fn: ScoreFn, canvases: tf.Tensor) -> tf.Tensor:
  """Pays each action what it added to the discriminator's score.

  `r_t = D(c_t) - D(c_{t-1})`: Mellor et al. 2019 ("SPIRAL++"), temporal credit
  assignment. The rewards of an episode sum to `D(c_T) - D(c_0)`.

  Args:
    score_fn: maps images `[N, W, W, C]` to scores float32 `[N]`.
    canvases: uint8 `[T + 1, B, W, W, C]`, before and after every action.

  Returns:
    float32 `[T, B]`.
  """
  shape = tf.shape(canvases)
  flat = tf.reshape(canvases, tf.concat([[shape[0] * shape[1]], shape[2:]], 0))
  flat = tf.ensure_shape(flat, [None, *canvases.shape[2:]])
  scores = tf.reshape(score_fn(flat), shape[:2])
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
  config: config_lib.RewardConfig,
  score_fn: ScoreFn,
  observation: Mapping[str, tf.Tensor],
) -> tf.Tensor:
  """Adds up the rewards that `config` asks for.

  Args:
    config: which rewards, at what weight.
    score_fn: maps images `[N, W, W, C]` to scores float32 `[N]`.
    observation: `canvas` and, for its penalty, `stroke_start`, each
      `[T + 1, B, ...]`.

  Returns:
    float32 `[T, B]`.

  Raises:
    ValueError: a penalty needs an observation that is not there.
  """
  canvases = observation['canvas']
  score = temporal_credit if config.temporal_credit else final_score
  reward = score(score_fn, canvases)
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
