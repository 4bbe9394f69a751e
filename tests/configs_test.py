"""Tests of the files in configs/."""

import importlib
import pathlib

import numpy as np
import pytest

import configs
from spiral_tf import builders
from spiral_tf import config as config_lib

_NAMES = sorted(
  path.stem
  for path in pathlib.Path(configs.__file__).parent.glob('*.py')
  if path.stem != '__init__'
)


def _load(name):
  module = importlib.import_module(f'configs.{name}')
  return config_lib.from_dict(module.get_config())


def test_the_experiments_are_there():
  assert {'digits', 'mnist', 'paper'} <= set(_NAMES)


@pytest.mark.parametrize('name', _NAMES)
def test_describes_an_environment_one_can_paint_in(name):
  config = _load(name)
  environment = builders.make_environment(config, seed=0)
  spec = environment.action_spec()
  canvas = environment.reset().observation['canvas']
  # Starts at one corner and draws to the other, strongly.
  steps = 0
  while True:
    action = {k: np.int32(s.num_values - 1) for k, s in spec.items()}
    if steps % 2 == 0:
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


def test_the_paper_s_setting():
  environment = _load('paper').environment
  assert environment.episode_length == 20
  assert (environment.canvas_width, environment.grid_width) == (64, 32)
  assert not environment.pen_down


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
