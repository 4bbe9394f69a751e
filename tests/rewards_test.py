"""Tests of spiral_tf.learning.rewards: the truth is computed image by image."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf.config import sections
from spiral_tf.learning import rewards

_STEPS, _BATCH, _WIDTH = 4, 3, 5
_BLANK = 255


def _score_one(image):
  """A score that depends on where the ink is; image `[W, W, C]`."""
  ink = 1.0 - image.astype(np.float64) / 255.0
  places = np.arange(ink.size).reshape(ink.shape)
  return float((ink * np.cos(places)).sum())


def _score(images, targets):
  """The same for tensors `[N, W, W, C]`."""
  assert images.dtype == tf.uint8 and images.shape.rank == 4
  assert targets is None
  ink = 1.0 - tf.cast(images, tf.float32) / 255.0
  places = np.arange(np.prod(images.shape[1:])).reshape(images.shape[1:])
  return tf.reduce_sum(ink * np.cos(places).astype(np.float32), axis=[1, 2, 3])


def _canvases(seed=0):
  rng = np.random.default_rng(seed)
  shape = [_STEPS + 1, _BATCH, _WIDTH, _WIDTH, 1]
  canvases = rng.integers(0, 256, shape).astype(np.uint8)
  canvases[0] = _BLANK
  return canvases


def _targets(channels=1, seed=9):
  rng = np.random.default_rng(seed)
  shape = [_BATCH, _WIDTH, _WIDTH, channels]
  return rng.integers(0, 256, shape).astype(np.uint8)


def _compare_one(image, target):
  """A score that depends on which target it is."""
  return _score_one(image) - 2 * _score_one(target)


def _compare(images, targets):
  """The same for tensors `[N, W, W, C]`."""
  assert images.shape[1:] == targets.shape[1:] and targets.dtype == tf.uint8
  tf.debugging.assert_equal(tf.shape(images), tf.shape(targets))
  return _score(images, None) - 2 * _score(targets, None)


def _l2_one(image, target):
  return np.linalg.norm((image.ravel() - target.astype(float).ravel()) / 255)


def _emd_one(image, target):
  """Equally many pixels each: the k-th darkest moves to the k-th darkest."""
  channels = image.shape[-1]
  sorted_ = [
    np.sort(x.reshape(-1, channels).astype(float), axis=0)
    for x in (image, target)
  ]
  return np.abs(sorted_[0] - sorted_[1]).mean() / 255


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


@pytest.mark.parametrize('channels', [1, 3, 4])
def test_l2_is_the_euclidean_norm_over_all_pixels(channels):
  images, targets = _targets(channels, 1), _targets(channels, 2)
  truth = [_l2_one(*pair) for pair in zip(images, targets)]
  _close(rewards.l2(images, targets), truth)
  _close(rewards.l2((images / 255).astype(np.float32), targets), truth)


def test_l2_of_the_target_is_0_and_of_its_negative_the_largest():
  white = np.full([1, _WIDTH, _WIDTH, 3], 255, np.uint8)
  np.testing.assert_array_equal(rewards.l2(white, white), [0])
  _close(rewards.l2(white, 0 * white), [_WIDTH * np.sqrt(3)])


@pytest.mark.parametrize('channels', [1, 3, 4])
def test_color_emd_moves_sorted_pixels(channels):
  images, targets = _targets(channels, 1), _targets(channels, 2)
  images[0] //= 3  # One much darker, one with equal bytes, one as it is.
  images[1] = 77
  truth = [_emd_one(*pair) for pair in zip(images, targets)]
  _close(rewards.color_emd(images, targets), truth)
  assert min(truth) > 0.01 and max(truth) > 0.2


def test_color_emd_is_in_units_of_full_intensity_and_sees_no_places():
  white = np.full([1, _WIDTH, _WIDTH, 1], 255, np.uint8)
  _close(rewards.color_emd(white, 0 * white), [1])
  _close(rewards.color_emd(white, white - 51), [0.2])
  images = _targets(3)
  shuffled = images.reshape(_BATCH, -1, 3)[:, ::-1].reshape(images.shape)
  np.testing.assert_array_equal(rewards.color_emd(images, shuffled), 0)
  assert np.all(rewards.color_emd(images, images[..., ::-1]).numpy() > 0)


@pytest.mark.parametrize('temporal_credit', [False, True])
def test_total_weighs_image_scores_each_against_its_own_target(temporal_credit):
  canvases, targets = _canvases(), _targets()
  config = sections.RewardConfig(
    discriminator=0.5, l2=0.3, color_emd=7, temporal_credit=temporal_credit
  )

  def score(t, b):
    return (
      0.5 * _compare_one(canvases[t, b], targets[b])
      - 0.3 * _l2_one(canvases[t, b], targets[b])
      - 7 * _emd_one(canvases[t, b], targets[b])
    )

  truth = np.zeros([_STEPS, _BATCH])
  for b in range(_BATCH):
    for t in range(_STEPS):
      if temporal_credit:
        truth[t, b] = score(t + 1, b) - score(t, b)
      elif t == _STEPS - 1:
        truth[t, b] = score(t + 1, b)
  total = tf.function(
    lambda c, t: rewards.total(config, _compare, {'canvas': c}, t)
  )
  _close(total(tf.constant(canvases), tf.constant(targets)), truth)


@pytest.mark.parametrize('temporal_credit', [False, True])
def test_a_discriminator_without_weight_is_not_asked(temporal_credit):
  def refuse(images, targets):
    raise AssertionError('asked')

  canvases, targets = _canvases(), _targets()
  config = sections.RewardConfig(
    discriminator=0, l2=2, temporal_credit=temporal_credit
  )
  reward = rewards.total(
    config, refuse, {'canvas': tf.constant(canvases)}, tf.constant(targets)
  ).numpy()
  for b in range(_BATCH):
    sums = -2 * _l2_one(canvases[-1, b], targets[b])
    if temporal_credit:
      sums += 2 * _l2_one(canvases[0, b], targets[b])
    _close(reward[:, b].sum(), sums)


@pytest.mark.parametrize('name', ['l2', 'color_emd'])
def test_a_distance_without_a_target_is_refused(name):
  config = sections.RewardConfig(**{name: 0.5})
  with pytest.raises(ValueError, match=r'config\.conditional') as error:
    rewards.total(config, _score, {'canvas': tf.constant(_canvases())})
  assert f'{name}=0.5' in str(error.value)


def test_targets_of_another_shape_are_refused():
  config = sections.RewardConfig(l2=1)
  observation = {'canvas': tf.constant(_canvases())}
  with pytest.raises(ValueError, match=r'\(5, 5, 3\).*\(5, 5, 1\)'):
    rewards.total(config, _compare, observation, tf.constant(_targets(3)))


@pytest.mark.parametrize('temporal_credit', [False, True])
def test_total_adds_up_what_is_asked_for(temporal_credit):
  canvases, starts = _canvases(), _starts()
  canvases[:, 1] = _BLANK
  config = sections.RewardConfig(
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
  config = sections.RewardConfig()
  reward = rewards.total(config, _score, {'canvas': canvases})
  _close(reward, rewards.final_score(_score, canvases))


def test_a_penalty_whose_observation_is_missing_is_refused():
  config = sections.RewardConfig(stroke_start_penalty=0.1)
  with pytest.raises(ValueError, match='stroke_start_penalty') as error:
    rewards.total(config, _score, {'canvas': tf.constant(_canvases())})
  assert "['canvas']" in str(error.value)


def test_the_batch_may_be_unknown_while_tracing():
  canvas = tf.TensorSpec([_STEPS + 1, None, _WIDTH, _WIDTH, 1], tf.uint8)
  target = tf.TensorSpec([None, _WIDTH, _WIDTH, 1], tf.uint8)
  config = sections.RewardConfig(
    l2=1.0, color_emd=1.0, temporal_credit=True, blank_penalty=1.0
  )
  total = tf.function(
    lambda c, t: rewards.total(config, _compare, {'canvas': c}, t),
    [canvas, target],
  )
  for batch in (1, 3):
    canvases, targets = _canvases()[:, :batch], _targets()[:batch]
    reward = total(tf.constant(canvases), tf.constant(targets))
    assert reward.shape == (_STEPS, batch)


@pytest.mark.parametrize(
  'canvas,starts,target',
  [
    ([4, 2, 8, 8], [4, 2], None),
    ([4, 2, 8, 4, 1], [4, 2], None),
    ([4, 2, 8, 8, 1], [3, 2], None),
    ([4, 2, 8, 8, 1], [4], None),
    ([4, 2, 8, 8, 1], [4, 2], [3, 8, 8, 1]),
  ],
)
def test_observations_of_other_shapes_are_refused(canvas, starts, target):
  observation = {
    'canvas': tf.zeros(canvas, tf.uint8),
    'stroke_start': tf.zeros(starts),
  }
  targets = None if target is None else tf.zeros(target, tf.uint8)
  with pytest.raises(ValueError, match=r'must be \[[SB], '):
    rewards.total(
      sections.RewardConfig(),
      lambda images, targets: tf.zeros([tf.shape(images)[0]]),
      observation,
      targets,
    )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
