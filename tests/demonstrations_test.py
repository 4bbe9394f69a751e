"""Tests of what agents are shown to imitate."""

import collections
import itertools

import numpy as np
import pytest

from spiral_tf.environments import demonstrations
from spiral_tf.environments import scenes
from spiral_tf.environments.mujoco import stage

_SETTINGS = {
  'episode_length': 5,
  'canvas_width': 32,
  'grid_width': 8,
  'max_objects': 3,
}
_NUMBER = 60


def _draw(seed=0, **changed):
  environment = scenes.Scenes(**{**_SETTINGS, **changed})
  return demonstrations.Demonstrations(environment, _NUMBER, seed)


@pytest.fixture(scope='module')
def shown():
  """A batch."""
  return next(_draw())


def _steps(batch, number):
  """The actions of one demonstration, and whether each is to be imitated."""
  return [
    ({k: int(v[number, t]) for k, v in batch.action.items()}, imitated)
    for t, imitated in enumerate(batch.weight[number].tolist())
  ]


def test_is_like_the_episodes_that_the_environment_has(shown):
  environment = scenes.Scenes(**_SETTINGS)
  observed = environment.observation_spec()
  canvas = shown.observation['canvas']
  assert canvas.shape == (_NUMBER, 6, *observed['canvas'].shape)
  assert canvas.dtype == np.uint8
  assert set(shown.observation) == set(observed)
  assert list(shown.action) == list(environment.action_spec())
  for values in shown.action.values():
    assert values.shape == (_NUMBER, 5) and values.dtype == np.int32
  for number in range(_NUMBER):
    environment.reset()
    for t, (action, _) in enumerate(_steps(shown, number)):
      observation = environment.step(action).observation
      np.testing.assert_array_equal(
        observation['canvas'], canvas[number, t + 1]
      )
      for name, mask in observation['action_mask'].items():
        assert mask == shown.observation['action_mask'][name][number, t + 1]


def test_the_target_is_what_comes_of_it(shown):
  np.testing.assert_array_equal(
    shown.context['target'], shown.observation['canvas'][:, -1]
  )


def test_without_its_mistakes_it_makes_the_same(shown):
  whole = stage.Stage(32, 8, 3)
  mended = 0
  for number in range(_NUMBER):
    objects = []
    for action, imitated in _steps(shown, number):
      move = action.pop('move')
      if imitated and move != scenes.SKIP:
        objects.append(stage.SceneObject(**action))
        mended += move == scenes.CHANGE
    np.testing.assert_array_equal(
      whole.render(objects), shown.context['target'][number]
    )
  assert mended


def test_mistakes_are_mended_at_once_and_skipping_comes_last(shown):
  before = 0
  for number in range(_NUMBER):
    steps = _steps(shown, number)
    skips = [action['move'] == scenes.SKIP for action, _ in steps]
    assert skips == sorted(skips)
    for (action, imitated), (after, right) in itertools.pairwise(steps):
      if not imitated:
        before += 1
        assert action['move'] == scenes.ADD
        assert after['move'] == scenes.CHANGE and right
        wrong = [k for k in after if action[k] != after[k] and k != 'move']
        assert len(wrong) <= 2
    assert steps[-1][1]
  assert before


def test_there_are_as_many_objects_as_the_platform_and_an_episode_hold():
  for changed, most in (({}, 3), ({'episode_length': 2}, 2)):
    batch = next(_draw(**changed))
    built = [
      scenes.built((action for action, _ in _steps(batch, number)), 3)
      for number in range(_NUMBER)
    ]
    counts = collections.Counter(map(len, built))
    assert set(counts) == set(range(1, most + 1))


def test_equal_seeds_draw_equal_demonstrations(shown):
  again = next(_draw())
  other = next(_draw(seed=1))
  locations = shown.action['location']
  np.testing.assert_array_equal(again.action['location'], locations)
  assert (other.action['location'] != locations).any()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
