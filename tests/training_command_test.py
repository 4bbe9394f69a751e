"""Tests of launch.training_command."""

import dataclasses
import importlib
import pathlib
import shlex

from absl import flags
from ml_collections import config_flags
import pytest

import configs
from launch import training_command
from spiral_tf.config import experiment
from tests import small

_CONFIGS = pathlib.Path(configs.__file__).absolute().parent


def _load(name):
  return experiment.from_dict(
    importlib.import_module(f'configs.{name}').get_config()
  )


def _with(config, **sections):
  """Replaces fields of sections; other fields where the value is no dict."""
  return dataclasses.replace(
    config,
    **{
      name: dataclasses.replace(getattr(config, name), **value)
      if isinstance(value, dict)
      else value
      for name, value in sections.items()
    },
  )


def _settings(command, monkeypatch):
  """What launch.train would make of a command."""
  monkeypatch.chdir(_CONFIGS.parent)
  python, option, module, *arguments = shlex.split(command.replace('\\\n', ''))
  assert (python, option, module) == ('python', '-m', 'launch.train')
  values = flags.FlagValues()
  arguments = [module, *arguments]
  holder = config_flags.DEFINE_config_file(
    'config', flag_values=values, lock_config=False, sys_argv=arguments
  )
  flags.DEFINE_string('workdir', None, '', flag_values=values)
  assert values(arguments) == [module]
  assert values['workdir'].value
  return experiment.from_dict(holder.value)


@pytest.mark.parametrize(
  'name', sorted(path.stem for path in _CONFIGS.glob('[a-z]*.py'))
)
def test_a_file_as_it_is(name):
  config = _with(_load(name), data={'path': '/some/data', 'cache': '/other'})
  assert training_command.of(config).split() == [
    *('python', '-m', 'launch.train', f'--config=configs/{name}.py', '\\'),
    *('--config.data.path=FOLDER', '\\', f'--workdir=runs/{name}'),
  ]


def test_a_study_is_told_frames_and_one_seed():
  config = _with(
    _load('photos_small'),
    seed=2,
    policy_learner={'anneal': 0.5},
    training={'frames': 2_000_000, 'minutes': 0.0, 'num_actors': 5},
  )
  assert training_command.of(config, study=True).split() == [
    *('python', '-m', 'launch.study', '--config=configs/photos_small.py', '\\'),
    *('--config.seed=2', '\\', '--config.policy_learner.anneal=0.5', '\\'),
    *('--frames=2_000_000', '--seeds=1', '\\'),
    '--workdir=studies/photos_small',
  ]


def test_built_in_data_need_no_folder():
  assert 'FOLDER' not in training_command.of(_load('digits'))


@pytest.mark.parametrize(
  'config,file,number',
  [
    (
      _with(
        _load('mnist_conditional_small'),
        seed=3,
        environment={'brush_sizes': (0.5, 2.0), 'color': True},
        policy_network={'state_inputs': ()},
        policy_learner={'learning_rate': 3e-5, 'anneal': 0.1},
        training={'minutes': 20.5},
      ),
      'mnist_conditional_small',
      7,
    ),
    (
      _with(
        _load('scenes_conditional'),
        policy_network={'state_inputs': ('position', 'step_fraction')},
        reward={'discriminator': 0.0, 'l2': 2.0},
        discriminator_learner={'loss': 'cross_entropy'},
      ),
      'scenes_conditional',
      4,
    ),
    (small.VARIANTS, None, None),
  ],
)
def test_what_differs_becomes_flags(config, file, number, monkeypatch):
  config = _with(config, data={'path': '/some/data', 'cache': '/other'})
  command = training_command.of(config)
  if file:
    assert f'--config=configs/{file}.py' in command
    assert command.count('--config.') == number + 1
  assert '/some' not in command and '/other' not in command
  assert _settings(command, monkeypatch) == _with(
    config, data={'path': 'FOLDER', 'cache': ''}
  )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
