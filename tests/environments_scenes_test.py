"""The scenes environment keeps dm_env's contract and builds what is asked."""

import concurrent.futures
import dataclasses
import inspect

from absl.testing import absltest
from dm_env import specs
from dm_env import test_utils
import numpy as np
import pytest

from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.environments import scenes
from spiral_tf.environments.mujoco import stage

_COMPONENTS = ['move', 'location', 'kind', 'size', 'red', 'green', 'blue']
_ADD, _CHANGE, _SKIP = range(3)


def _make(**kwargs):
  """A small environment."""
  return scenes.Scenes(**{'episode_length': 6, 'canvas_width': 32, **kwargs})


def _action(move, **kwargs):
  """An action of the given values; a large red cube in the middle."""
  values = {
    'location': 7 * 16 + 7,
    'kind': 0,
    'size': 2,
    'red': 3,
    'green': 0,
    'blue': 0,
    **kwargs,
  }
  return {k: np.int32(v) for k, v in {'move': move, **values}.items()}


def _random_action(environment, random):
  spec = environment.action_spec()
  return {k: np.int32(random.randint(s.num_values)) for k, s in spec.items()}


def _masks(time_step):
  return {k: float(v) for k, v in time_step.observation['action_mask'].items()}


class ContractTest(test_utils.EnvironmentTestMixin, absltest.TestCase):
  """dm_env's own test, with random actions over several episodes."""

  def make_object_under_test(self):
    """Makes the environment."""
    return _make(noise_dim=3, seed=1)

  def make_action_sequence(self):
    """Yields random actions."""
    random = np.random.RandomState(0)
    for _ in range(30):
      yield _random_action(self.environment, random)


def test_defaults_are_the_papers():
  parameters = inspect.signature(scenes.Scenes).parameters
  defaults = {k: p.default for k, p in parameters.items()}
  assert defaults == {
    'episode_length': 20,
    'canvas_width': 64,
    'grid_width': 16,
    'max_objects': 20,
    'noise_dim': 0,
    'seed': None,
  }
  fields = {f.name for f in dataclasses.fields(sections.EnvironmentConfig)}
  assert set(defaults) - {'seed'} <= fields


def test_specs_are_exact():
  environment = _make()
  action_spec = environment.action_spec()
  assert list(action_spec) == _COMPONENTS
  values = [s.num_values for s in action_spec.values()]
  assert values == [3, 256, 4, 3, 4, 4, 4]
  for name, spec in action_spec.items():
    assert spec.dtype == np.int32
    assert isinstance(spec, types.LocationArray) == (name == 'location')
  spec = environment.observation_spec()
  assert spec['canvas'] == specs.BoundedArray(
    (32, 32, 3), np.uint8, 0, 255, 'canvas'
  )
  assert set(spec) == {'canvas', 'step_fraction', 'action_mask'}


def test_an_episode_begins_with_an_empty_platform():
  environment = _make(episode_length=3)
  empty = stage.Stage(32).render(())
  time_step = environment.reset()
  for _ in range(2):
    assert time_step.first()
    assert environment.objects == ()
    np.testing.assert_array_equal(time_step.observation['canvas'], empty)
    for i in range(3):
      time_step = environment.step(_action(_ADD, location=5 * i))
      assert len(environment.objects) == i + 1
    time_step = environment.step(_action(_ADD))


def test_objects_are_added_and_the_last_one_is_changed():
  environment, drawn = _make(), stage.Stage(32)
  environment.reset()
  first = stage.SceneObject(0, 20, 2, 3, 0, 0)
  second = stage.SceneObject(1, 200, 1, 0, 3, 0)
  third = stage.SceneObject(2, 120, 0, 0, 0, 3)
  moves = [
    (_ADD, first, (first,)),
    (_CHANGE, second, (second,)),
    (_ADD, first, (second, first)),
    (_CHANGE, third, (second, third)),
    (_CHANGE, third, (second, third)),
    (_ADD, first, (second, third, first)),
  ]
  for move, described, expected in moves:
    time_step = environment.step(_action(move, **described._asdict()))
    assert environment.objects == expected
    assert all(type(v) is int for o in environment.objects for v in o)
    np.testing.assert_array_equal(
      time_step.observation['canvas'], drawn.render(expected)
    )
    assert _masks(time_step) == dict.fromkeys(_COMPONENTS, 1.0)


def test_moves_without_effect_leave_all_as_it_is():
  """Skip, change without an object, and add past the last slot."""
  environment = _make(max_objects=2)
  only_move = {name: float(name == 'move') for name in _COMPONENTS}

  def has_no_effect(time_step, move, **kwargs):
    before = environment.objects
    after = environment.step(_action(move, **kwargs))
    assert _masks(after) == only_move
    assert environment.objects == before
    np.testing.assert_array_equal(
      after.observation['canvas'], time_step.observation['canvas']
    )
    return after

  for _ in range(2):
    time_step = environment.reset()
    has_no_effect(time_step, _CHANGE)
    has_no_effect(time_step, _SKIP)
    environment.step(_action(_ADD, location=3))
    time_step = environment.step(_action(_ADD, location=90))
    has_no_effect(time_step, _ADD, location=200, green=3)
    assert has_no_effect(time_step, _SKIP, location=200).last()


def test_the_last_object_can_be_changed_when_there_is_no_room():
  environment = _make(max_objects=1)
  environment.reset()
  environment.step(_action(_ADD))
  environment.step(_action(_ADD, location=1))
  time_step = environment.step(_action(_CHANGE, location=9))
  assert [o.location for o in environment.objects] == [9]
  assert _masks(time_step) == dict.fromkeys(_COMPONENTS, 1.0)


def test_twenty_steps_build_twenty_objects():
  environment = scenes.Scenes(canvas_width=32)
  environment.reset()
  for i in range(20):
    time_step = environment.step(_action(_ADD, location=12 * i, size=0))
    assert min(_masks(time_step).values()) == 1
  assert time_step.last()
  assert [o.location for o in environment.objects] == list(range(0, 240, 12))
  np.testing.assert_array_equal(
    time_step.observation['canvas'],
    stage.Stage(32).render(environment.objects),
  )


# Both ways to draw: from sprites, and what is too wide for them.
@pytest.mark.parametrize('width', [32, 128, 129])
def test_canvases_are_what_is_rendered_of_the_objects(width):
  environment = _make(canvas_width=width, grid_width=8, episode_length=20)
  whole = stage.Stage(width, 8, 20)
  random = np.random.RandomState(2)
  environment.reset()
  for _ in range(12):
    time_step = environment.step(_random_action(environment, random))
    np.testing.assert_array_equal(
      time_step.observation['canvas'], whole.render(environment.objects)
    )


@pytest.mark.parametrize('component', _COMPONENTS)
def test_every_component_matters(component):
  values = {'location': 100, 'kind': 1, 'size': 1, 'red': 1, 'green': 1}

  def canvas(**changed):
    environment = _make()
    environment.reset()
    environment.step(_action(_ADD, location=20))
    action = {**_action(_ADD, **values), **changed}
    return environment.step(action).observation['canvas']

  assert (canvas(**{component: np.int32(2)}) != canvas()).any()


@pytest.mark.parametrize(
  'kwargs, message',
  [
    ({'episode_length': 0}, 'episode_length is 0'),
    ({'canvas_width': 2000}, 'canvas_width is 2000'),
    ({'grid_width': 33}, 'grid_width is 33'),
    ({'max_objects': 0}, 'max_objects is 0'),
    ({'noise_dim': -1}, 'noise_dim is -1'),
  ],
)
def test_bad_settings_are_refused(kwargs, message):
  with pytest.raises(ValueError, match=message):
    _make(**kwargs)


def test_environments_may_be_stepped_in_turn_and_in_any_thread():
  """Two of different widths, made here, each step in another thread."""
  made = [_make(), _make(canvas_width=48), _make()]
  alone = [_make(), _make(canvas_width=48), _make()]
  random = np.random.RandomState(1)
  actions = [_random_action(made[0], random) for _ in range(20)]
  with concurrent.futures.ThreadPoolExecutor(3) as pool:
    for i, action in enumerate(actions):
      order = [(i + j) % 3 for j in range(3)]
      steps = [pool.submit(made[j].step, action) for j in order]
      for j, step in zip(order, steps):
        np.testing.assert_array_equal(
          step.result().observation['canvas'],
          alone[j].step(action).observation['canvas'],
        )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
