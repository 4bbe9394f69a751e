"""Tests of spiral_tf.rewards: the truth is computed image by image."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import config as config_lib
from spiral_tf import rewards

_STEPS, _BATCH, _WIDTH = 4, 3, 5
_BLANK = 255


def _score_one(image):
  """A score that depends on where the ink is; image `[W, W, C]`."""
  ink = 1.0 - image.astype(np.float64) / 255.0
  places = np.arange(ink.size).reshape(ink.shape)
  return float((ink * np.cos(places)).sum())


def _score(images):
  """The same for tensors `[N, W, W, C]`."""
  assert images.dtype == tf.uint8 and images.shape.rank == 4
  ink = 1.0 - tf.cast(images, tf.float32) / 255.0
  places = np.arange(np.prod(images.shape[1:])).reshape(images.shape[1:])
  return tf.reduce_sum(ink * np.cos(places).astype(np.float32), axis=[1, 2, 3])


def _canvases(seed=0):
  rng = np.random.default_rng(seed)
  shape = [_STEPS + 1, _BATCH, _WIDTH, _WIDTH, 1]
  canvases = rng.integers(0, 256, shape).astype(np.uint8)
  canvases[0] = _BLANK
  return canvases


def _starts():
  starts = np.zeros([_STEPS + 1, _BATCH], np.float32)
  starts[1, 0] = starts[3, 0] = starts[4, 2] = 1
  return starts


def _close(actual, desired):
  np.testing.assert_allclose(actual, desired, rtol=1e-4, atol=1e-4)


def test_final_score_is_equation_4():
  canvases = _canvases()
  truth = np.zeros([_STEPS, _BATCH])
  for b in range(_BATCH):
    for t in range(1, _STEPS + 1):  # The paper counts steps from 1 to N.
      truth[t - 1, b] = _score_one(canvases[_STEPS, b]) if t == _STEPS else 0
  assert np.all(truth[-1] != 0)
  _close(rewards.final_score(_score, tf.constant(canvases)), truth)


def test_temporal_credit_pays_what_each_action_added():
  canvases = _canvases()
  truth = np.zeros([_STEPS, _BATCH])
  for b in range(_BATCH):
    for t in range(_STEPS):
      before, after = canvases[t, b], canvases[t + 1, b]
      truth[t, b] = _score_one(after) - _score_one(before)
  reward = rewards.temporal_credit(_score, tf.constant(canvases)).numpy()
  _close(reward, truth)


def test_temporal_credit_sums_to_the_final_score():
  canvases = _canvases(1)
  reward = rewards.temporal_credit(_score, tf.constant(canvases)).numpy()
  sums = [
    _score_one(canvases[-1, b]) - _score_one(canvases[0, b])
    for b in range(_BATCH)
  ]
  _close(reward.sum(axis=0), sums)


def test_an_action_without_effect_gets_no_temporal_credit():
  canvases = _canvases()
  canvases[2] = canvases[1]
  reward = rewards.temporal_credit(_score, tf.constant(canvases)).numpy()
  np.testing.assert_array_equal(reward[1], 0)
  assert np.all(reward[0] != 0)


def test_stroke_start_is_due_to_the_action_before_the_observation():
  reward = rewards.stroke_start(tf.constant(_starts())).numpy()
  truth = np.zeros([_STEPS, _BATCH])
  truth[0, 0] = truth[2, 0] = truth[3, 2] = 1
  np.testing.assert_array_equal(reward, truth)


def test_blank_is_a_final_canvas_that_shows_nothing():
  canvases = _canvases()
  canvases[:, 0] = _BLANK  # Nothing ever drawn.
  canvases[-1, 1] = _BLANK  # Drawn, and painted over.
  canvases[1:, 2] = _BLANK
  canvases[-1, 2, 4, 4, 0] = _BLANK - 1  # One pixel, at the very end.
  truth = np.zeros([_STEPS, _BATCH])
  truth[-1, :2] = 1
  reward = rewards.blank(tf.constant(canvases)).numpy()
  np.testing.assert_array_equal(reward, truth)


def test_blank_goes_by_what_the_canvas_was_at_first():
  canvases = np.zeros([2, 1, _WIDTH, _WIDTH, 1], np.uint8)  # Transparent.
  np.testing.assert_array_equal(rewards.blank(tf.constant(canvases)), [[1]])
  canvases[1] = 255  # All painted.
  np.testing.assert_array_equal(rewards.blank(tf.constant(canvases)), [[0]])


@pytest.mark.parametrize('temporal_credit', [False, True])
def test_total_adds_up_what_is_asked_for(temporal_credit):
  canvases, starts = _canvases(), _starts()
  canvases[:, 1] = _BLANK
  config = config_lib.RewardConfig(
    temporal_credit=temporal_credit,
    stroke_start_penalty=0.25,
    blank_penalty=2.0,
  )
  observation = {'canvas': canvases, 'stroke_start': starts}
  truth = np.zeros([_STEPS, _BATCH])
  for b in range(_BATCH):
    for t in range(_STEPS):
      if temporal_credit:
        truth[t, b] += _score_one(canvases[t + 1, b])
        truth[t, b] -= _score_one(canvases[t, b])
      elif t == _STEPS - 1:
        truth[t, b] += _score_one(canvases[t + 1, b])
      if starts[t + 1, b]:
        truth[t, b] -= 0.25
      if t == _STEPS - 1 and np.all(canvases[-1, b] == canvases[0, b]):
        truth[t, b] -= 2.0
  assert truth[-1, 1] == -2.0
  total = tf.function(lambda o: rewards.total(config, _score, o))
  _close(total({k: tf.constant(v) for k, v in observation.items()}), truth)


def test_penalties_that_cost_nothing_need_no_observation():
  canvases = tf.constant(_canvases())
  config = config_lib.RewardConfig()
  reward = rewards.total(config, _score, {'canvas': canvases})
  _close(reward, rewards.final_score(_score, canvases))


def test_a_penalty_whose_observation_is_missing_is_refused():
  config = config_lib.RewardConfig(stroke_start_penalty=0.1)
  with pytest.raises(ValueError, match='stroke_start_penalty') as error:
    rewards.total(config, _score, {'canvas': tf.constant(_canvases())})
  assert "['canvas']" in str(error.value)


def test_the_batch_may_be_unknown_while_tracing():
  spec = tf.TensorSpec([_STEPS + 1, None, _WIDTH, _WIDTH, 1], tf.uint8)
  config = config_lib.RewardConfig(temporal_credit=True, blank_penalty=1.0)
  total = tf.function(
    lambda canvas: rewards.total(config, _score, {'canvas': canvas}), [spec]
  )
  for batch in (1, 3):
    assert total(tf.constant(_canvases()[:, :batch])).shape == (_STEPS, batch)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
