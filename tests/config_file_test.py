"""Tests of spiral_tf.workdir.config_file."""

import dataclasses
import json
import os

import pytest

from spiral_tf.config import experiment
from spiral_tf.workdir import config_file


def test_load_config_without_a_run(tmp_path):
  with pytest.raises(FileNotFoundError, match=r'launch\.train') as error:
    config_file.load(str(tmp_path / 'no'))
  assert str(tmp_path / 'no') in str(error.value)


def test_config_round_trip(tmp_path):
  workdir = str(tmp_path / 'deep' / 'run')
  config = experiment.Config(
    seed=4, discriminator_network=experiment.small_discriminator_network()
  )
  config_file.save(workdir, config)
  assert config_file.load(workdir) == config
  assert os.listdir(workdir) == ['config.json']


def test_config_that_is_not_valid(tmp_path):
  config_file.save(str(tmp_path), experiment.Config())
  path = tmp_path / 'config.json'
  values = json.loads(path.read_text())
  values['environment']['grid_width'] = 1
  path.write_text(json.dumps(values))
  with pytest.raises(ValueError, match=r'environment\.grid_width is 1'):
    config_file.load(str(tmp_path))


_OTHERS = {
  'seed': 1,
  'environment': {'brush_sizes': (3.0,)},
  'data': {'validation_fraction': 0.5},
  'policy_network': {'lstm_size': 128},
  'discriminator_network': {'kernel': 3},
}


@pytest.mark.parametrize('section', sorted(_OTHERS))
def test_a_run_cannot_go_on_with_another_config(tmp_path, section):
  old, new = experiment.Config(), {section: _OTHERS[section]}
  config_file.save(str(tmp_path), old)
  with pytest.raises(ValueError) as error:
    config_file.save(str(tmp_path), experiment.from_dict(new))
  name, value, old_value = section, new[section], getattr(old, section)
  if isinstance(value, dict):
    ((field, value),) = value.items()
    name, old_value = f'{section}.{field}', getattr(old_value, field)
  message = str(error.value)
  assert f'config.{name}={old_value!r}' in message
  assert repr(value) in message
  assert '--workdir' in message
  assert config_file.load(str(tmp_path)) == old  # Left as it was.


def test_a_run_may_go_on_longer_elsewhere_and_paid_otherwise(tmp_path):
  config_file.save(str(tmp_path), experiment.Config())
  changed = experiment.from_dict(
    {
      'data': {'path': 'moved'},
      'reward': {'blank_penalty': 1.0},
      'policy_learner': {'learning_rate': 1e-3},
      'discriminator_learner': {'learning_rate': 1e-3},
      'training': {'minutes': 5.0, 'num_actors': 2},
    }
  )
  config_file.save(str(tmp_path), changed)
  assert config_file.load(str(tmp_path)) == changed
  data = dataclasses.replace(changed.data, name='mnist')
  with pytest.raises(ValueError, match=r'data\.name'):
    config_file.save(str(tmp_path), dataclasses.replace(changed, data=data))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
