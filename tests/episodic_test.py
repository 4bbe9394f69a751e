"""What all environments have in common holds for each of them."""

import hashlib
import os
import subprocess
import sys

from absl.testing import absltest
from dm_env import specs
from dm_env import test_utils
import numpy as np
import pytest
import tree

from spiral_tf import types
from spiral_tf.environments import episodic
from spiral_tf.environments import painting
from spiral_tf.environments import scenes


class _Dots(episodic.Episodic):
  """Blackens the pixel of a cell, or, if not `on`, nothing."""

  def __init__(self, episode_length=5, noise_dim=3, seed=1):
    spec = {
      'on': specs.DiscreteArray(2, name='on'),
      'cell': types.LocationArray(4, name='cell'),
      'ink': specs.DiscreteArray(3, name='ink'),
    }
    super().__init__(
      spec,
      (4, 4, 1),
      episode_length,
      noise_dim,
      seed,
      other_specs={'position': episodic.bounded('position', -1.0, (2,))},
    )

  def _begin(self):
    self._pixels = np.full([16], 255, np.uint8)
    self._cell = 0

  def _act(self, action):
    if not action['on']:
      return ('on',)
    self._cell = action['cell']
    self._pixels[self._cell] = 100 * action['ink']
    return self._components

  def _look(self):
    position = np.float32(np.divmod(self._cell, 4)) / 1.5 - 1
    return {
      'canvas': self._pixels.reshape(4, 4, 1).copy(),
      'position': position,
    }


def _painting(**kwargs):
  settings = {
    'episode_length': 5,
    'canvas_width': 32,
    'grid_width': 16,
    'brush': 'classic/dry_brush',
    'brush_sizes': (1.0, 2.0),
    'substrokes': 20,
    'color': True,
    'noise_dim': 3,
    'seed': 1,
  }
  return painting.Painting(**{**settings, **kwargs})


def _scenes(**kwargs):
  settings = {
    'episode_length': 5,
    'canvas_width': 32,
    'noise_dim': 3,
    'seed': 1,
  }
  return scenes.Scenes(**{**settings, **kwargs})


_MAKERS = {'dots': _Dots, 'painting': _painting, 'scenes': _scenes}
_every_environment = pytest.mark.parametrize('name', _MAKERS)


def _random_action(environment, random):
  spec = environment.action_spec()
  return {k: np.int32(random.randint(s.num_values)) for k, s in spec.items()}


def _action(environment, **kwargs):
  """An action of the given values, the last of each other component."""
  spec = environment.action_spec()
  return {k: np.int32(kwargs.get(k, s.maximum)) for k, s in spec.items()}


def _episodes(environment, count=3):
  """Observations of random episodes, the actions always the same."""
  random = np.random.RandomState(5)
  return [
    environment.step(_random_action(environment, random)).observation
    for _ in range(count * 6)
  ]


def _assert_equal(first, second):
  tree.map_structure(np.testing.assert_array_equal, first, second)


class ContractTest(test_utils.EnvironmentTestMixin, absltest.TestCase):
  """dm_env's own test, with random actions over several episodes."""

  def make_object_under_test(self):
    """Makes the environment."""
    return _Dots()

  def make_action_sequence(self):
    """Yields random actions."""
    random = np.random.RandomState(0)
    for _ in range(30):
      yield _random_action(self.environment, random)


@_every_environment
@pytest.mark.parametrize('noise_dim', [0, 4])
def test_observations_are_what_the_spec_says(name, noise_dim):
  environment = _MAKERS[name](noise_dim=noise_dim)
  spec = environment.observation_spec()
  components = list(environment.action_spec())
  canvas = spec['canvas']
  channels = canvas.shape[-1]
  width = canvas.shape[0]
  assert canvas == specs.BoundedArray(
    (width, width, channels), np.uint8, 0, 255, 'canvas'
  )
  assert list(spec['action_mask']) == components
  for scalar in (spec['step_fraction'], *spec['action_mask'].values()):
    assert scalar.shape == () and scalar.dtype == np.float32
    assert (scalar.minimum, scalar.maximum) == (0, 1)
  assert ('noise' in spec) == (noise_dim > 0)
  if noise_dim:
    assert spec['noise'] == specs.Array((noise_dim,), np.float32, 'noise')
  for observation in [
    environment.reset().observation,
    *_episodes(environment),
  ]:
    tree.assert_same_structure(dict(observation), spec)
    for leaf, leaf_spec in zip(tree.flatten(observation), tree.flatten(spec)):
      leaf_spec.validate(leaf)
      assert isinstance(leaf, np.ndarray)
      assert leaf.dtype == leaf_spec.dtype


@_every_environment
def test_specs_are_the_callers_own(name):
  environment = _MAKERS[name]()
  environment.action_spec().clear()
  environment.observation_spec()['action_mask'].clear()
  environment.observation_spec().clear()
  mask = environment.observation_spec()['action_mask']
  assert list(mask) == list(environment.action_spec())
  assert mask


@_every_environment
def test_episode_has_episode_length_actions_and_restarts(name):
  environment = _MAKERS[name](episode_length=3)
  first = None
  random = np.random.RandomState(0)
  for _ in range(2):
    fractions, kinds = [], []
    for _ in range(4):  # A step after the last begins the next episode.
      time_step = environment.step(_random_action(environment, random))
      fractions.append(float(time_step.observation['step_fraction']))
      kinds.append(time_step.step_type.name)
      if time_step.first():
        assert not any(time_step.observation['action_mask'].values())
        seen = dict(time_step.observation)
        del seen['noise']  # This alone is new in each episode.
        first = seen if first is None else first
        _assert_equal(seen, first)
      else:
        assert time_step.reward == 0.0
        assert time_step.discount == (0.0 if time_step.last() else 1.0)
    assert kinds == ['FIRST', 'MID', 'MID', 'LAST']
    np.testing.assert_allclose(fractions, [0, 1 / 3, 2 / 3, 1], rtol=1e-6)


@_every_environment
def test_reset_in_the_middle_begins_an_episode(name):
  environment = _MAKERS[name](episode_length=2)
  environment.reset()
  environment.step(_action(environment))
  assert environment.reset().first()
  assert environment.step(_action(environment)).mid()
  assert environment.step(_action(environment)).last()


def test_what_had_an_effect_is_what_the_subclass_says():
  environment = _Dots()
  for _ in range(2):
    environment.reset()
    for on in (1, 0, 0, 1):
      mask = environment.step(_action(environment, on=on))[-1]['action_mask']
      assert mask == {'on': 1, 'cell': on, 'ink': on}
      assert list(mask) == ['on', 'cell', 'ink']


def test_an_effect_of_no_component_is_refused():
  class Wrong(_Dots):
    def _act(self, action):
      return ('on', 'flag')

  environment = Wrong()
  environment.reset()
  with pytest.raises(ValueError, match=r"Wrong says that .*'flag'.* on, cell"):
    environment.step(_action(environment))


def _changed(action, change):
  """An action with a component of it, by its place, made another value."""
  index, value = change
  name = list(action)[index]
  return {**action, name: value}, name


@_every_environment
@pytest.mark.parametrize(
  'change, message',
  [
    ((0, 9), 'is 9, but it must be an integer from 0 to'),
    ((-1, -1), 'is -1'),
    ((1, 1.0), r'is 1\.0'),
    ((1, np.float32(3)), 'is .*3'),
    ((1, np.array([3])), 'is array'),
    ((1, None), 'is None'),
  ],
)
def test_bad_values_are_refused_before_anything_changes(name, change, message):
  environment, other = _MAKERS[name](), _MAKERS[name]()
  for each in (environment, other):
    each.reset()
    each.step(_action(each))
  bad, component = _changed(_action(environment), change)
  with pytest.raises(ValueError, match=f'{component!r} {message}'):
    environment.step(bad)
  _assert_equal(
    environment.step(_action(environment)).observation,
    other.step(_action(other)).observation,
  )


@_every_environment
def test_missing_and_unknown_components_are_refused_by_name(name):
  environment = _MAKERS[name]()
  environment.reset()
  action = _action(environment)
  with pytest.raises(ValueError, match="unknown components 'scent'"):
    environment.step({**action, 'scent': 1})
  missing = list(action)[-1]
  del action[missing]
  with pytest.raises(ValueError, match=f'no component {missing!r}'):
    environment.step(action)


@_every_environment
def test_integers_of_any_kind_are_taken(name):
  environment = _MAKERS[name]()
  environment.reset()
  seen = []
  for kind in (int, np.int64, np.uint8, np.array):
    environment.reset()
    action = {k: kind(1) for k in environment.action_spec()}
    seen.append(environment.step(action).observation['canvas'])
    np.testing.assert_array_equal(seen[-1], seen[0])


@_every_environment
def test_noise_is_normal_new_each_episode_and_seeded(name):
  make = _MAKERS[name]
  environment = make(noise_dim=1000, episode_length=2, seed=4)
  first = environment.reset().observation['noise']
  assert abs(first.mean()) < 0.1
  assert abs(first.std() - 1) < 0.1
  step = environment.step(_action(environment)).observation['noise']
  np.testing.assert_array_equal(step, first)
  assert (environment.reset().observation['noise'] != first).all()
  same = make(noise_dim=1000, seed=4).reset().observation['noise']
  np.testing.assert_array_equal(same, first)
  other = make(noise_dim=1000, seed=5).reset().observation['noise']
  assert (other != first).all()


def _digest(name):
  """A hash of all observations of some episodes."""
  digest = hashlib.sha256()
  for observation in _episodes(_MAKERS[name](seed=3), count=7):
    for leaf in tree.flatten(observation):
      digest.update(leaf.tobytes())
  return digest.hexdigest()


@_every_environment
def test_same_seed_same_picture_and_noise_in_another_process(name):
  code = (
    f'import runpy; print(runpy.run_path({__file__!r})["_digest"]({name!r}))'
  )
  output = subprocess.run(
    [sys.executable, '-c', code],
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
    capture_output=True,
    text=True,
    check=True,
  )
  assert output.stdout.strip() == _digest(name)


@_every_environment
def test_observations_share_no_memory(name):
  leaves = [tree.flatten(seen) for seen in _episodes(_MAKERS[name]())]
  for i, ours in enumerate(leaves):
    for theirs in leaves[:i]:
      for leaf in ours:
        assert not any(np.shares_memory(leaf, b) for b in theirs)


@_every_environment
def test_writing_to_an_observation_does_not_reach_the_next(name):
  environment, other = _MAKERS[name](), _MAKERS[name]()
  random = np.random.RandomState(0)
  time_step, expected = environment.reset(), other.reset()
  for _ in range(14):
    _assert_equal(time_step.observation, expected.observation)
    tree.map_structure(lambda leaf: leaf.fill(9), time_step.observation)
    action = _random_action(environment, random)
    time_step, expected = environment.step(action), other.step(action)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
