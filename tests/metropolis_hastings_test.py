"""Tests of spiral_tf.experiments.metropolis_hastings."""

import collections
import itertools

import numpy as np
import pytest

from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.experiments import metropolis_hastings


class _GreyStage:
  """Renders a grey square whose brightness is a sum over the objects."""

  def __init__(self, brightness):
    self._brightness = brightness
    self.rendered = []

  def render(self, objects):
    self.rendered.append(tuple(objects))
    total = sum(self._brightness(x) for x in objects)
    return np.full([3, 3, 3], total, np.uint8)


def _by_kind(scene_object):
  return 30 * (scene_object.kind + 1)


def _grey(brightness):
  return np.full([3, 3, 3], brightness, np.uint8)


def test_the_samples_follow_the_posterior():
  # The prior of a slot: absent in one half, else one of four kinds. Pictures
  # depend on the sum over two slots, and no two sums are as far from 100.
  weights = collections.Counter()
  slot = [(0, 1 / 2), (30, 1 / 8), (60, 1 / 8), (90, 1 / 8), (120, 1 / 8)]
  for (a, prior_a), (b, prior_b) in itertools.product(slot, slot):
    squared_distance = 27 * ((a + b - 100) / 255) ** 2
    likelihood = np.exp(-squared_distance / (2 * 0.25))
    weights[round(squared_distance / 27, 6)] += prior_a * prior_b * likelihood
  total = sum(weights.values())
  assert len(weights) == 9

  chain = metropolis_hastings.run(
    _grey(100),
    _GreyStage(_by_kind),
    40_000,
    np.random.default_rng(0),
    grid_width=1,
    max_objects=2,
  )
  seen = collections.Counter(np.round(chain.l2, 6).tolist())
  assert set(seen) <= set(weights)
  for error, weight in weights.items():
    assert seen[error] / 40_001 == pytest.approx(weight / total, abs=0.012)


def test_a_proposal_draws_one_slot_anew_uniformly():
  stage = _GreyStage(lambda _: 0)  # All scenes look alike: none is rejected.
  chain = metropolis_hastings.run(
    _grey(0), stage, 6000, np.random.default_rng(0), 3, max_objects=4
  )
  assert chain.acceptance_rate == 1
  drawn = collections.Counter()
  for before, after in itertools.pairwise(stage.rendered):
    before, after = collections.Counter(before), collections.Counter(after)
    assert (before - after).total() <= 1
    assert (after - before).total() <= 1
    drawn += after - before
  # Every second proposal is an object; each value comes as often as another.
  assert drawn.total() == pytest.approx(3000, abs=200)
  ranges = {
    'kind': 4,
    'location': 9,
    'size': 3,
    'red': 4,
    'green': 4,
    'blue': 4,
  }
  for name, number in ranges.items():
    values = collections.Counter()
    for scene_object, count in drawn.items():
      values[getattr(scene_object, name)] += count
    assert sorted(values) == list(range(number))
    assert min(values.values()) > 0.8 * 3000 / number
  # Of four slots, each filled in one half of the samples.
  filled = np.mean([len(objects) for objects in stage.rendered])
  assert filled == pytest.approx(2, abs=0.2)


def test_what_stays_empty_is_evaluated_but_not_rendered():
  stage = _GreyStage(lambda _: 200)
  chain = metropolis_hastings.run(
    np.zeros([3, 3, 3], np.uint8), stage, 400, np.random.default_rng(0)
  )
  # Objects make it so much worse that the platform stays empty.
  assert chain.objects == chain.best_objects == ()
  assert chain.l2.shape == (401,) and not chain.l2.any()
  assert chain.acceptance_rate == 0
  assert chain.renders == len(stage.rendered) - 1
  assert 150 < chain.renders < 250


def test_the_record_is_of_the_samples():
  target = _grey(100)
  stage = _GreyStage(lambda x: x.kind + 4 * x.size)
  chain = metropolis_hastings.run(
    target, stage, 300, np.random.default_rng(1), max_objects=12
  )

  def error(image):
    return np.mean(((image.astype(np.float64) - target) / 255) ** 2)

  assert chain.l2[0] == pytest.approx((100 / 255) ** 2)
  for objects, image, expected in (
    (chain.objects, chain.image, chain.l2[-1]),
    (chain.best_objects, chain.best_image, chain.l2.min()),
  ):
    np.testing.assert_array_equal(image, stage.render(objects))
    assert error(image) == pytest.approx(expected)
  assert chain.l2[-1] > chain.l2.min()  # Else the two were not told apart.
  assert chain.best_l2[-1] == chain.l2.min()
  assert chain.best_l2[100] == chain.l2[:101].min()
  assert 0 < chain.acceptance_rate < 1


def test_the_seed_decides():
  def l2(seed):
    stage = _GreyStage(_by_kind)
    random = np.random.default_rng(seed)
    return metropolis_hastings.run(
      _grey(100), stage, 50, random, max_objects=2
    ).l2

  np.testing.assert_array_equal(l2(3), l2(3))
  assert np.any(l2(3) != l2(4))


@pytest.mark.parametrize(
  'initial,least,most', [('empty', 0, 0), ('prior', 450, 550)]
)
def test_the_initial_sample(initial, least, most):
  stage = _GreyStage(lambda _: 0)
  metropolis_hastings.run(
    _grey(0),
    stage,
    1,
    np.random.default_rng(0),
    max_objects=1000,
    initial=initial,
  )
  assert least <= len(stage.rendered[0]) <= most


def test_begins_with_given_objects():
  stage = _GreyStage(_by_kind)
  given = [stage_lib.SceneObject(kind, 0, 0, 0, 0, 0) for kind in (2, 0)]
  chain = metropolis_hastings.run(
    *(_grey(120), stage, 1, np.random.default_rng(0)),
    max_objects=2,
    initial=given,
  )
  assert stage.rendered[0] == tuple(given)
  assert chain.l2[0] == 0 and chain.best_objects == tuple(given)
  # With other random numbers each slot is drawn anew, the free ones too.
  filled = set()
  for seed in range(60):
    stage.rendered.clear()
    metropolis_hastings.run(
      *(_grey(120), stage, 1, np.random.default_rng(seed)),
      max_objects=3,
      initial=given,
    )
    filled.update(len(objects) for objects in stage.rendered)
  assert filled == {1, 2, 3}
  with pytest.raises(ValueError, match='has 2 objects, but there are 1 slots'):
    metropolis_hastings.run(
      *(_grey(120), stage, 1, np.random.default_rng(0)),
      max_objects=1,
      initial=given,
    )


def test_finds_one_object_on_the_real_stage():
  stage = stage_lib.Stage(canvas_width=32, grid_width=2, max_objects=1)
  box = stage_lib.SceneObject(
    kind=0, location=1, size=2, red=3, green=0, blue=0
  )
  target = stage.render([box])
  chain = metropolis_hastings.run(
    target, stage, 3000, np.random.default_rng(0), 2, max_objects=1
  )
  np.testing.assert_array_equal(chain.image, stage.render(chain.objects))
  assert chain.l2[-1] < 0.2 * chain.l2[0]
  (found,) = chain.best_objects
  assert found[:3] == box[:3]


@pytest.mark.parametrize(
  'changed,words',
  [
    ({'iterations': 0}, 'iterations is 0'),
    ({'initial': 'full'}, "initial is 'full'"),
    ({'target': np.zeros([3, 3, 1], np.uint8)}, r'uint8 \[3, 3, 1\]'),
    ({'target': np.zeros([3, 3, 3], np.float32)}, 'float32'),
  ],
)
def test_refuses_what_makes_no_sense(changed, words):
  arguments = {
    'target': _grey(0),
    'stage': _GreyStage(_by_kind),
    'iterations': 10,
    'rng': np.random.default_rng(0),
  }
  with pytest.raises(ValueError, match=words):
    metropolis_hastings.run(**{**arguments, **changed})


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
