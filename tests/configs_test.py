"""Tests of the files in configs/."""

import importlib
import pathlib

import numpy as np
import pytest

import configs
from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.config import sections

_NAMES = sorted(
  path.stem
  for path in pathlib.Path(configs.__file__).parent.glob('*.py')
  if path.stem != '__init__'
)


def _load(name):
  module = importlib.import_module(f'configs.{name}')
  return experiment.from_dict(module.get_config())


@pytest.mark.parametrize('name', _NAMES)
def test_describes_an_environment_one_can_act_in(name):
  config = _load(name)
  canvas = builders.environment_spec(config).observation['canvas']
  target = np.zeros(canvas.shape, canvas.dtype)
  environment = builders.make_environment(config, 0, [target])
  spec = environment.action_spec()
  canvas = environment.reset().observation['canvas']
  # Starts at one corner and draws to the other, strongly.
  steps = 0
  while True:
    action = {k: np.int32(s.num_values - 1) for k, s in spec.items()}
    action.update({k: np.int32(0) for k in ('red', 'move') if k in spec})
    if 'end' in spec and steps % 2 == 0:
      action['end'] = np.int32(0)
    timestep = environment.step(action)
    steps += 1
    if timestep.last():
      break
  assert steps == config.environment.episode_length
  assert canvas.shape[0] == config.environment.canvas_width
  assert np.any(timestep.observation['canvas'] != canvas)


@pytest.mark.parametrize('name', _NAMES)
def test_says_when_training_ends(name):
  training = _load(name).training
  assert training.minutes or training.frames


@pytest.mark.parametrize(
  'name', [name for name in _NAMES if name + '_small' in _NAMES]
)
def test_the_paper_s_settings(name):
  config = _load(name)
  environment = config.environment
  grid = 16 if environment.name == 'scenes' else 32
  assert environment.episode_length == 20
  assert (environment.canvas_width, environment.grid_width) == (64, grid)
  assert not environment.pen_down
  assert config.policy_learner.batch_size == 64
  learner = config.discriminator_learner
  assert (learner.batch_size, learner.replay_batches) == (64, 20)
  assert (learner.learning_rate, learner.adam_beta1) == (1e-4, 0.5)
  assert config.training.num_actors == 64


@pytest.mark.parametrize(
  'name', [name for name in _NAMES if 'conditional' in name]
)
def test_a_conditional_experiment_is_one(name):
  config = _load(name)
  assert config.conditional
  assert config.environment.noise_dim == 0  # The target says what to draw.


@pytest.mark.parametrize(
  'name', [name for name in _NAMES if name + '_small' in _NAMES]
)
def test_a_small_twin_differs_only_in_size_and_rates(name):
  twin = _load(name)
  config = _load(name + '_small')
  assert config.environment.name == twin.environment.name
  assert config.environment.color == twin.environment.color
  assert config.data.name == twin.data.name
  assert config.conditional == twin.conditional
  assert config.training.num_actors == 1


@pytest.mark.parametrize(
  'name', [name for name in _NAMES if name.endswith('_see')]
)
def test_a_seeing_twin_differs_only_in_what_heads_see(name):
  twin = experiment.flat(_load(name.removesuffix('_see')))
  config = experiment.flat(_load(name))
  changed = {key for key in config if config[key] != twin[key]}
  seeing = {f'policy_network.{name}' for name in sections.SEEING}
  assert changed - {'policy_network.location_glimpse'} == seeing


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
