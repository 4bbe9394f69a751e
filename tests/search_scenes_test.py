"""Tests of spiral_tf.search.scenes."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.environments import scenes as environment_lib
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import scene_variations
from spiral_tf.search import scenes

_SMALL = sections.EnvironmentConfig(
  name='scenes',
  episode_length=5,
  canvas_width=24,
  grid_width=6,
  max_objects=4,
  noise_dim=0,
)


def _episodes(environment, number, seed=0):
  """Uniformly random actions, int `[N, T]`, and what they come to."""
  random = np.random.default_rng(seed)
  env = environment_lib.Scenes(
    environment.episode_length,
    environment.canvas_width,
    environment.grid_width,
    environment.max_objects,
  )
  shape = number, environment.episode_length
  actions = {
    name: random.integers(spec.num_values, size=shape, dtype=np.int32)
    for name, spec in env.action_spec().items()
  }
  pictures, built = [], []
  for i in range(number):
    env.reset()
    for t in range(environment.episode_length):
      step = env.step({name: x[i, t] for name, x in actions.items()})
    pictures.append(step.observation['canvas'])
    built.append(env.objects)
  return actions, np.stack(pictures), built


def _starts(environment, number, samples, seed=0):
  actions, pictures, _ = _episodes(environment, number * samples, seed)
  shape = number, samples
  starts = {k: x.reshape(*shape, -1) for k, x in actions.items()}
  return starts, pictures.reshape(*shape, *pictures.shape[1:])


def test_what_an_episode_builds():
  actions, _, built = _episodes(_SMALL, 60)
  for i, objects in enumerate(built):
    steps = [{name: x[i, t] for name, x in actions.items()} for t in range(5)]
    assert environment_lib.built(steps, 4) == objects
    shortest = environment_lib.builds(objects, 5)
    assert shortest['move'].tolist() == [environment_lib.ADD] * len(objects) + [
      environment_lib.SKIP
    ] * (5 - len(objects))
    steps = [dict(zip(shortest, step)) for step in zip(*shortest.values())]
    assert environment_lib.built(steps, 4) == objects
  assert {len(x) for x in built} == set(range(5))


@pytest.mark.parametrize(
  'tries,changes',
  [
    (400, {}),
    (6000, {}),
    (400, {'episode_length': 2}),
    (400, {'max_objects': 1}),
    (400, {'covariance': 0.0}),
  ],
)
def test_what_it_finds_is_what_is_rendered(tries, changes):
  options = {k: changes[k] for k in changes if k == 'covariance'}
  changes = {k: changes[k] for k in changes if k not in options}
  environment = dataclasses.replace(_SMALL, **changes)
  starts, begun = _starts(environment, 4, 3)
  targets = _episodes(_SMALL, 4, 100)[1]
  found = scenes.climb(environment, starts, targets, tries, range(4), **options)
  # As the environment and as a program have it.
  env = environment_lib.Scenes(
    environment.episode_length,
    environment.canvas_width,
    environment.grid_width,
    environment.max_objects,
  )
  for i, target in enumerate(targets[:, np.newaxis]):
    env.reset()
    for t in range(environment.episode_length):
      step = env.step({name: x[i, t] for name, x in found.actions.items()})
    program = program_lib.from_actions(
      environment, {name: x[i] for name, x in found.actions.items()}
    )
    drawn = step.observation['canvas']
    np.testing.assert_array_equal(program.render(), drawn)
    (error,) = reconstruction.errors(drawn[np.newaxis], target)
    assert found.errors[i] == pytest.approx(error, rel=1e-6)
    # Nothing gets farther.
    before = reconstruction.errors(begun[i], target)
    assert error <= before.min() + 1e-12
    assert len(env.objects) <= environment.max_objects
  before = [
    reconstruction.errors(pictures, targets)
    for pictures in begun.swapaxes(0, 1)
  ]
  assert found.errors.mean() < 0.8 * np.min(before, axis=0).mean()


def test_a_scene_is_found():
  target = (
    stage_lib.SceneObject(0, 14, 2, 3, 0, 1),
    stage_lib.SceneObject(1, 27, 1, 0, 2, 0),
  )
  picture = stage_lib.Stage(24, 6, 4).render(target)
  starts = {
    name: values[np.newaxis, np.newaxis]
    for name, values in environment_lib.builds((), 5).items()
  }
  found = scenes.climb(_SMALL, starts, picture[np.newaxis], 5000, [0])
  assert found.errors == 0
  steps = zip(*(values[0].tolist() for values in found.actions.values()))
  built = environment_lib.built(
    (dict(zip(found.actions, step)) for step in steps), 4
  )
  assert set(target) <= set(built)


def test_without_tries_the_scene_of_the_nearest_start_is_returned():
  starts, begun = _starts(_SMALL, 2, 3)
  found = scenes.climb(_SMALL, starts, begun[:, 2], 0, [0, 0])
  assert not found.errors.any()


@pytest.mark.parametrize('tries', [100, 5000])
def test_equal_seeds_make_equal_scenes(tries):
  starts, _ = _starts(_SMALL, 2, 3)
  targets = _episodes(_SMALL, 2, 100)[1]

  def climb(seeds=(5, 2**64 - 1), part=slice(None)):
    found = scenes.climb(
      *(_SMALL, {k: x[part] for k, x in starts.items()}, targets[part]),
      *(tries, seeds),
    )
    return np.stack(list(found.actions.values()))

  want = climb()
  np.testing.assert_array_equal(climb(), want)
  # A target's scene is its own matter.
  alone = climb((2**64 - 1,), slice(1, 2))
  np.testing.assert_array_equal(alone, want[:, 1:])
  assert (climb((7, 8)) != want).any()


@pytest.mark.parametrize('covariance,stays', [(0.0, False), (1e9, True)])
def test_the_likelihood_decides_whether_what_is_farther_stays(
  monkeypatch, covariance, stays
):
  box = stage_lib.SceneObject(0, 14, 2, 3, 0, 1)
  picture = stage_lib.Stage(24, 6, 4).render([box])
  starts = {
    name: values[np.newaxis, np.newaxis]
    for name, values in environment_lib.builds((box,), 5).items()
  }
  farther = (box._replace(location=0),)
  seen = []

  def vary(self, objects, residual):
    seen.append(objects)
    return farther

  monkeypatch.setattr(scene_variations.Variation, '__call__', vary)
  found = scenes.climb(
    _SMALL, starts, picture[np.newaxis], 2, [0], covariance=covariance
  )
  assert seen == [(box,), farther if stays else (box,)]
  assert found.errors == 0  # The best is returned all the same.


def test_what_nobody_sees_is_not_added():
  # The target itself, in which objects could hide.
  starts, begun = _starts(_SMALL, 1, 1)
  found = scenes.climb(_SMALL, starts, begun[:, 0], 2000, [0], covariance=0.0)
  assert not found.errors
  before = (starts['move'] == environment_lib.ADD).sum()
  assert (found.actions['move'] == environment_lib.ADD).sum() <= before


def test_check_ends_it():
  starts, begun = _starts(_SMALL, 1, 1)
  left = [30]

  class _StopError(Exception):
    pass

  def check():
    left[0] -= 1
    if not left[0]:
      raise _StopError

  with pytest.raises(_StopError):
    scenes.climb(_SMALL, starts, begun[:, 0], 10_000, [0], check=check)


@pytest.mark.parametrize(
  'changes,words',
  [
    ({'environment': sections.EnvironmentConfig()}, 'must be "scenes"'),
    ({'tries': -1}, 'tries is -1'),
    ({'targets': np.zeros([1, 24, 24, 1], np.uint8)}, r'\[1, 24, 24, 3\]'),
    ({'targets': np.zeros([1, 24, 24, 3])}, 'float64'),
    ({'seeds': [1, 2]}, 'for 2 seeds'),
  ],
)
def test_what_cannot_be_is_refused(changes, words):
  starts, begun = _starts(_SMALL, 1, 1)
  arguments = {
    'environment': _SMALL,
    'starts': starts,
    'targets': begun[:, 0],
    'tries': 1,
    'seeds': [0],
  }
  scenes.climb(**arguments)
  with pytest.raises(ValueError, match=words):
    scenes.climb(**{**arguments, **changes})


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
