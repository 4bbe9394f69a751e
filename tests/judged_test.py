"""Tests of spiral_tf.search.judged."""

import dataclasses
import itertools

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import judged
from tests import program_cases
from tests import small

_PLAIN = sections.EnvironmentConfig(
  episode_length=4,
  canvas_width=16,
  grid_width=8,
  brush='classic/pen',
  brush_sizes=(1.0, 2.0),
  num_pressures=3,
  substrokes=4,
  noise_dim=0,
)
_ENVIRONMENTS = {
  'plain': _PLAIN,
  'pen down': dataclasses.replace(_PLAIN, pen_down=True),
  'color': dataclasses.replace(
    _PLAIN, color=True, background='transparent', brush='classic/dry_brush'
  ),
}


def _starts(environment, number, samples):
  """Random programs to begin with, int `[N, S, T]` for each component."""
  spec = builders.environment_spec(
    experiment.Config(environment=environment)
  ).action
  random = np.random.default_rng(0)
  shape = number, samples, environment.episode_length
  return {k: random.integers(x.num_values, size=shape) for k, x in spec.items()}


def _targets(environment, number):
  played = [program_cases.play(environment, 100 + i) for i in range(number)]
  return np.stack([canvases[-1] for _, canvases in played])


def _pictures(environment, actions):
  return np.stack(
    [
      program_lib.from_actions(environment, dict(zip(actions, row))).render()
      for row in zip(*actions.values())
    ]
  )


def _ink(images, targets):
  """A judge that likes dark pictures, whatever they should show."""
  del targets
  return -images[..., :1].mean(axis=(1, 2, 3))


def _near(images, targets):
  return -reconstruction.errors(images, targets)


@pytest.mark.parametrize('kind', _ENVIRONMENTS)
def test_scores_are_of_what_is_drawn_and_do_not_fall(kind):
  environment = _ENVIRONMENTS[kind]
  starts, targets = _starts(environment, 3, 4), _targets(environment, 3)
  scores = []
  for tries in (0, 1, 20, 300):
    found = judged.climb(
      environment, starts, targets, tries, range(3), _near, threads=2
    )
    drawn = _pictures(environment, found.actions)
    np.testing.assert_allclose(found.scores, _near(drawn, targets), rtol=1e-6)
    scores.append(found.scores)
  begun = [
    _near(
      _pictures(environment, {k: x[:, i] for k, x in starts.items()}), targets
    )
    for i in range(4)
  ]
  np.testing.assert_allclose(scores[0], np.max(begun, axis=0), rtol=1e-6)
  for before, after in itertools.pairwise(scores):
    assert (after >= before).all()
  assert -scores[-1].mean() < -0.8 * scores[0].mean()


def test_what_the_judge_likes_is_kept():
  starts, targets = _starts(_PLAIN, 3, 4), _targets(_PLAIN, 3)

  def climb(judge):
    found = judged.climb(_PLAIN, starts, targets, 300, range(3), judge)
    return _pictures(_PLAIN, found.actions)

  dark, near = climb(_ink), climb(_near)
  assert (dark.mean(axis=(1, 2, 3)) < near.mean(axis=(1, 2, 3)) - 20).all()
  assert (_near(near, targets) > _near(dark, targets)).all()


def test_programs_depend_on_their_own_seeds_only():
  starts, targets = _starts(_PLAIN, 3, 2), _targets(_PLAIN, 3)

  def climb(seeds, part=slice(None), threads=1):
    some = {k: x[part] for k, x in starts.items()}
    found = judged.climb(_PLAIN, some, targets[part], 60, seeds, _near, threads)
    return np.stack(list(found.actions.values()))

  want = climb((5, 6, 7))
  np.testing.assert_array_equal(climb((5, 6, 7), threads=3), want)
  np.testing.assert_array_equal(climb((6,), slice(1, 2)), want[:, 1:2])
  assert (climb((8, 9, 10)) != want).any()


def test_the_judge_sees_many_pictures_beside_their_targets():
  targets = _targets(_PLAIN, 3)
  shown, checked = [], []

  def judge(images, beside):
    assert images.dtype == np.uint8 and images.shape == beside.shape
    each = len(images) // 3
    np.testing.assert_array_equal(beside, np.repeat(targets, each, axis=0))
    shown.append(each)
    return np.zeros(len(images), np.float32)

  starts = _starts(_PLAIN, 3, 5)
  judged.climb(
    *(_PLAIN, starts, targets, 20, range(3), judge),
    check=lambda: checked.append(1),
  )
  assert shown[0] == 5 and sum(shown[1:]) == 20
  assert len(checked) == len(shown) - 1 < 5


@pytest.mark.parametrize(
  'scores', [[0.0, np.nan], [0.0], [[0.0], [0.0]], np.zeros([2, 2])]
)
def test_scores_that_cannot_be_compared_are_refused(scores):
  starts, targets = _starts(_PLAIN, 2, 1), _targets(_PLAIN, 2)
  with pytest.raises(ValueError, match='must score each'):
    judged.climb(_PLAIN, starts, targets, 1, [0, 1], lambda *_: scores)


def test_what_cannot_be_searched_is_refused():
  starts, targets = _starts(_PLAIN, 1, 1), _targets(_PLAIN, 1)
  scenes = small.SCENES.environment
  for environment, tries, words in (
    (scenes, 1, 'only paintings'),
    (_PLAIN, -1, 'tries is -1'),
  ):
    with pytest.raises(ValueError, match=words):
      judged.climb(environment, starts, targets, tries, [0], _near)


def test_no_pictures_are_no_work():
  starts, targets = _starts(_PLAIN, 1, 2), _targets(_PLAIN, 1)
  none = {k: x[:0] for k, x in starts.items()}
  found = judged.climb(_PLAIN, none, targets[:0], 20, [], _near)
  assert found.scores.shape == (0,)
  assert found.actions['end'].shape == (0, _PLAIN.episode_length)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
