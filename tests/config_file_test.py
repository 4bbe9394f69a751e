"""Tests of spiral_tf.workdir.config_file."""

import dataclasses
import json
import os

import pytest

from spiral_tf.config import cluster
from spiral_tf.config import experiment
from spiral_tf.config import learners
from spiral_tf.config import sections
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


def _damages():
  """What a disk, a person or another program may leave of the file."""
  good = json.dumps(experiment.to_dict(experiment.Config()))
  seed = '"seed": 0'
  assert seed in good
  return {
    'empty': b'',
    'zeros': bytes(len(good)),
    'binary': bytes(range(256)),
    'deep': b'[' * 100_000,
    'deep_object': b'{"a":' * 10_000,
    'nan': good.replace(seed, '"seed": NaN').encode(),
    'huge': good.replace(seed, f'"seed": {"9" * 5000}').encode(),
    'not_finite': good.replace(
      '"minutes": 0.0', f'"minutes": {"9" * 4000}'
    ).encode(),
    'list': b'[]',
    'number': b'5',
    'null': b'null',
    'text': b'"run"',
    'section': b'{"environment": 5}',
    'endless': good.encode() * 1000,
    **{f'cut_at_{i}': good[:i].encode() for i in range(1, len(good), 301)},
  }


@pytest.mark.parametrize('damage', _damages())
def test_a_damaged_file_is_named_in_a_line(tmp_path, damage):
  path = tmp_path / 'config.json'
  path.write_bytes(_damages()[damage])
  with pytest.raises(ValueError) as error:
    config_file.load(str(tmp_path))
  message = str(error.value)
  assert message.startswith(f'{path} is no configuration of a run: ')
  assert 'Put a copy of it there' in message
  assert len(message) < 1000 and len(message.splitlines()) == 1
  # Nor is it taken for a folder without a run, and written over.
  with pytest.raises(ValueError):
    config_file.save(str(tmp_path), experiment.Config())
  assert path.read_bytes() == _damages()[damage]


def test_a_link_that_leads_nowhere_is_no_new_run(tmp_path):
  (tmp_path / 'config.json').symlink_to(tmp_path / 'gone')
  for call in (
    lambda: config_file.load(str(tmp_path)),
    lambda: config_file.save(str(tmp_path), experiment.Config()),
  ):
    with pytest.raises(FileNotFoundError) as error:
      call()
    assert error.value.filename == str(tmp_path / 'config.json')
  assert (tmp_path / 'config.json').is_symlink()


def test_data_that_moved(tmp_path):
  config_file.save(str(tmp_path), experiment.Config(seed=7))
  config = config_file.load(str(tmp_path), {'path': 'new', 'cache': 'scratch'})
  assert (config.data.path, config.data.cache) == ('new', 'scratch')
  assert config.seed == 7


# What a run may go on with. Everything else must be as it was: networks and
# task, whose checkpoints do not fit, and what frames are counted by, of which a
# run would else tell other numbers than it trained.
_MAY_CHANGE = {
  'data': {'path', 'cache', 'bad_images', 'mirrored'},
  'reward': {field.name for field in dataclasses.fields(sections.RewardConfig)},
  'policy_learner': {
    *('learning_rate', 'anneal', 'adam_beta1', 'adam_beta2', 'entropy_cost'),
    *('value_cost', 'discount', 'off_policy_correction'),
    *('normalize_advantages', 'normalize_rewards', 'max_gradient_norm'),
    *('demonstrations', 'imitation_cost'),
  },
  'discriminator_learner': {
    *('learning_rate', 'adam_beta1', 'adam_beta2', 'loss', 'gradient_penalty'),
    *('zero_mean_penalty', 'batch_size', 'replay_batches'),
  },
  'training': {f.name for f in dataclasses.fields(learners.TrainingConfig)},
  'population': {
    *('exploit', 'round_seconds', 'ready_updates', 'share'),
    *('resample_probability', 'learning_rate_range', 'entropy_cost_range'),
  },
  'resources': {f.name for f in dataclasses.fields(cluster.ResourcesConfig)},
}
# Of fields whose other value no rule of thumb finds.
_OTHERS = {
  'conditional': True,
  'environment.name': 'scenes',
  'environment.background': 'transparent',
  'environment.pen_down': True,
  'data.name': 'mnist',
  'data.bad_images': 'skip',
  'discriminator_learner.loss': 'cross_entropy',
  'population.fitness': 'score',
  'population.learning_rates': (1e-4,),
  'population.entropy_costs': (1e-2,),
}
_BEFORE = experiment.from_dict(
  {'conditional': False, 'population': {'size': 3, 'share': 0.25}}
)


def _other(name, value):
  """Another valid value of a field."""
  if name in _OTHERS:
    return _OTHERS[name]
  if isinstance(value, bool):
    return not value
  if isinstance(value, int):
    return value + 1
  if isinstance(value, float):
    return value * 0.5 if value else 0.25
  if isinstance(value, str):
    return 'cpus=7' if name.startswith('resources.') else 'classic/pen'
  return tuple(x if isinstance(x, str) else x * 2 for x in value) or ('noise',)


def _with(config, name, value):
  section, _, field = name.rpartition('.')
  values = experiment.to_dict(config)
  (values[section] if section else values)[field] = value
  # Of rules between fields, none is what this is about.
  if name in ('conditional', 'discriminator_network.complement'):
    values['conditional'] = True
  if name in ('reward.l2', 'reward.color_emd'):
    values['conditional'] = True
  if name == 'policy_learner.demonstrations':
    values['conditional'] = True
    values['environment']['name'] = 'scenes'
  return experiment.from_dict(values)


@pytest.mark.parametrize('name', experiment.flat(_BEFORE))
def test_every_field_may_change_or_says_why_not(tmp_path, name):
  section, _, field = name.rpartition('.')
  before = experiment.flat(_BEFORE)[name]
  after = _other(name, before)
  new = _with(_BEFORE, name, after)
  values = experiment.to_dict(new)
  (values[section] if section else values)[field] = before
  old = experiment.from_dict(values)
  assert experiment.flat(old) == {**experiment.flat(new), name: before}
  config_file.save(str(tmp_path), old)
  if field in _MAY_CHANGE.get(section, ()):
    config_file.save(str(tmp_path), new)
    assert config_file.load(str(tmp_path)) == new
    return
  with pytest.raises(ValueError) as error:
    config_file.save(str(tmp_path), new)
  message = str(error.value)
  for words in (f'config.{name}={before!r}', repr(after), '--workdir'):
    assert words in message
  assert config_file.load(str(tmp_path)) == old  # Left as it was.


@pytest.mark.parametrize(
  'name,words',
  [
    ('policy_network.lstm_size', 'checkpoints do not fit'),
    ('environment.brush', 'another task'),
    ('policy_learner.batch_size', 'counted and measured so far would be wrong'),
    ('seed', 'counted and measured so far would be wrong'),
    ('population.learning_rates', 'only the start of a run heeds'),
  ],
)
def test_the_reason_is_said(tmp_path, name, words):
  config_file.save(str(tmp_path), _BEFORE)
  after = _other(name, experiment.flat(_BEFORE)[name])
  with pytest.raises(ValueError, match=words):
    config_file.save(str(tmp_path), _with(_BEFORE, name, after))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
