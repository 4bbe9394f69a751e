"""Tests of spiral_tf.config.experiment."""

import dataclasses
import json

import pytest

from spiral_tf.config import experiment
from spiral_tf.config import fields as fields_lib
from spiral_tf.config import learners
from spiral_tf.config import sections

# Every range rule: section, fields that break it, the field it is about.
_RULES = [
  ('environment', {'name': 'sculpting'}, 'name'),
  ('environment', {'episode_length': 0}, 'episode_length'),
  ('environment', {'pen_down': True, 'episode_length': 1}, 'episode_length'),
  ('environment', {'canvas_width': 7}, 'canvas_width'),
  ('environment', {'canvas_width': 1025}, 'canvas_width'),
  ('environment', {'grid_width': 1}, 'grid_width'),
  ('environment', {'grid_width': 17, 'canvas_width': 16}, 'grid_width'),
  ('environment', {'brush_sizes': ()}, 'brush_sizes'),
  ('environment', {'brush_sizes': (1.0, 0.0)}, 'brush_sizes'),
  ('environment', {'num_pressures': 0}, 'num_pressures'),
  ('environment', {'substrokes': 0}, 'substrokes'),
  ('environment', {'background': 'black'}, 'background'),
  ('environment', {'noise_dim': -1}, 'noise_dim'),
  ('data', {'name': 'imagenet'}, 'name'),
  ('data', {'validation_fraction': 0.0}, 'validation_fraction'),
  ('data', {'validation_fraction': 1.0}, 'validation_fraction'),
  ('policy_network', {'stem_kernel': 0}, 'stem_kernel'),
  ('policy_network', {'stem_stride': 0}, 'stem_stride'),
  ('policy_network', {'stem_channels': 0}, 'stem_channels'),
  ('policy_network', {'channels': 0}, 'channels'),
  ('policy_network', {'strided_layers': -1}, 'strided_layers'),
  ('policy_network', {'residual_blocks': -1}, 'residual_blocks'),
  ('policy_network', {'lstm_size': 0}, 'lstm_size'),
  ('policy_network', {'embedding_size': 0}, 'embedding_size'),
  ('policy_network', {'location_channels': 0}, 'location_channels'),
  (
    'policy_network',
    {'location_residual_blocks': -1},
    'location_residual_blocks',
  ),
  ('discriminator_network', {'channels': ()}, 'channels'),
  ('discriminator_network', {'channels': (8, 0)}, 'channels'),
  ('discriminator_network', {'kernel': 0}, 'kernel'),
  ('reward', {'stroke_start_penalty': -0.1}, 'stroke_start_penalty'),
  ('reward', {'blank_penalty': -0.1}, 'blank_penalty'),
  ('policy_learner', {'learning_rate': 0.0}, 'learning_rate'),
  ('policy_learner', {'learning_rate': float('nan')}, 'learning_rate'),
  ('policy_learner', {'max_gradient_norm': 0.0}, 'max_gradient_norm'),
  ('policy_learner', {'batch_size': 0}, 'batch_size'),
  ('policy_learner', {'entropy_cost': -1.0}, 'entropy_cost'),
  ('policy_learner', {'value_cost': -1.0}, 'value_cost'),
  ('policy_learner', {'adam_beta1': 1.0}, 'adam_beta1'),
  ('policy_learner', {'adam_beta2': -0.1}, 'adam_beta2'),
  ('policy_learner', {'anneal': 1.1}, 'anneal'),
  ('policy_learner', {'anneal': -0.1}, 'anneal'),
  ('policy_learner', {'discount': 1.1}, 'discount'),
  ('policy_learner', {'discount': -0.1}, 'discount'),
  ('discriminator_learner', {'learning_rate': 0.0}, 'learning_rate'),
  ('discriminator_learner', {'batch_size': 0}, 'batch_size'),
  ('discriminator_learner', {'replay_batches': 0}, 'replay_batches'),
  (
    'discriminator_learner',
    {'updates_per_policy_update': 0.0},
    'updates_per_policy_update',
  ),
  ('discriminator_learner', {'gradient_penalty': -1.0}, 'gradient_penalty'),
  ('discriminator_learner', {'zero_mean_penalty': -1.0}, 'zero_mean_penalty'),
  ('discriminator_learner', {'loss': 'hinge'}, 'loss'),
  ('discriminator_learner', {'adam_beta1': -0.5}, 'adam_beta1'),
  ('discriminator_learner', {'adam_beta2': 1.0}, 'adam_beta2'),
  ('environment', {'max_objects': 0}, 'max_objects'),
  ('environment', {'max_objects': 1001}, 'max_objects'),
  ('data', {'bad_images': 'ignore'}, 'bad_images'),
  ('policy_network', {'location_glimpse': -1}, 'location_glimpse'),
  ('policy_network', {'location_subpixels': 0}, 'location_subpixels'),
  ('reward', {'discriminator': -1.0}, 'discriminator'),
  ('reward', {'discriminator': 0.0}, 'discriminator'),
  ('reward', {'l2': -1.0}, 'l2'),
  ('reward', {'l2': 1.0}, 'l2'),
  ('reward', {'color_emd': -1.0}, 'color_emd'),
  ('reward', {'color_emd': 1.0}, 'color_emd'),
  ('discriminator_network', {'complement': True}, 'complement'),
  ('policy_learner', {'demonstrations': -1}, 'demonstrations'),
  ('policy_learner', {'demonstrations': 1}, 'demonstrations'),
  ('policy_learner', {'imitation_cost': -1.0}, 'imitation_cost'),
  ('training', {'minutes': -1.0}, 'minutes'),
  ('training', {'frames': -1}, 'frames'),
  ('training', {'num_actors': 0}, 'num_actors'),
  ('training', {'environments_per_actor': 0}, 'environments_per_actor'),
  ('training', {'checkpoint_seconds': 0.0}, 'checkpoint_seconds'),
  ('training', {'hang_seconds': -1.0}, 'hang_seconds'),
  ('training', {'sample_seconds': 0.0}, 'sample_seconds'),
  ('training', {'kept_samples': -1}, 'kept_samples'),
  ('training', {'log_seconds': 0.0}, 'log_seconds'),
  ('population', {'size': -1}, 'size'),
  ('population', {'size': 1}, 'size'),
  ('population', {'fitness': 'taste'}, 'fitness'),
  ('population', {'round_seconds': 0.0}, 'round_seconds'),
  ('population', {'ready_updates': -1}, 'ready_updates'),
  ('population', {'share': 0.0}, 'share'),
  ('population', {'share': 0.6}, 'share'),
  ('population', {'resample_probability': 1.1}, 'resample_probability'),
  ('population', {'learning_rate_range': (1.0, 0.5)}, 'learning_rate_range'),
  ('population', {'entropy_cost_range': (0.0, 0.5)}, 'entropy_cost_range'),
  ('population', {'learning_rates': (0.1,)}, 'learning_rates'),
  ('population', {'entropy_costs': (-0.1,)}, 'entropy_costs'),
  ('resources', {'actor': 'many'}, 'actor'),
]

# Nothing here is a default.
_CONFIG = experiment.Config(
  seed=5,
  environment=sections.EnvironmentConfig(
    canvas_width=32, grid_width=16, brush_sizes=(1.5, 3.0), color=True
  ),
  data=sections.DataConfig(name='mnist', path='somewhere'),
  policy_network=experiment.small_policy_network(),
  discriminator_network=experiment.small_discriminator_network(),
  training=learners.TrainingConfig(minutes=2.5, frames=10),
)


def _leaves(cls, where=''):
  """Paths of all fields, from the dataclasses alone."""
  paths = []
  for field in dataclasses.fields(cls):
    value = getattr(cls(), field.name)
    if dataclasses.is_dataclass(value):
      paths += _leaves(type(value), where + field.name + '.')
    else:
      paths.append(where + field.name)
  return paths


@pytest.mark.parametrize('section,fields,name', _RULES)
def test_range_rules_name_field_value_and_cure(section, fields, name):
  with pytest.raises(ValueError) as error:
    experiment.from_dict({section: fields})
  path = f'config.{section}.{name}'
  message = str(error.value)
  assert message.startswith(f'{path} is {fields[name]!r}, but ')
  assert f'--{path}=' in message


def test_every_numeric_field_has_a_range_rule():
  ruled = {f'{section}.{name}' for section, _, name in _RULES}
  config = experiment.to_dict(experiment.Config())
  for path in _leaves(experiment.Config):
    section, _, name = path.rpartition('.')
    if section and type(config[section][name]) in (int, float):
      assert path in ruled, path


def test_what_needs_a_target_is_allowed_with_one():
  config = experiment.from_dict(
    {
      'conditional': True,
      'reward': {'discriminator': 0.0, 'l2': 1.0, 'color_emd': 0.5},
      'discriminator_network': {'complement': True},
    }
  )
  assert config.reward.l2 == 1.0


@pytest.mark.parametrize(
  'conditional, name', [(False, 'scenes'), (True, 'painting')]
)
def test_only_builders_of_given_scenes_have_something_to_imitate(
  conditional, name
):
  values = {
    'conditional': conditional,
    'environment': {'name': name},
    'policy_learner': {'demonstrations': 3},
  }
  with pytest.raises(ValueError, match=r'policy_learner\.demonstrations is 3'):
    experiment.from_dict(values)
  values.update(conditional=True, environment={'name': 'scenes'})
  assert experiment.from_dict(values).policy_learner.demonstrations == 3


def test_bounds_themselves_are_allowed():
  sections.EnvironmentConfig(canvas_width=8, grid_width=8, episode_length=1)
  sections.EnvironmentConfig(
    canvas_width=1024, grid_width=2, pen_down=True, episode_length=2
  )
  learners.PolicyLearnerConfig(discount=1.0, entropy_cost=0.0, adam_beta1=0.0)
  sections.PolicyNetworkConfig(residual_blocks=0, strided_layers=0)


def test_dict_round_trip_through_json():
  values = json.loads(json.dumps(experiment.to_dict(_CONFIG)))
  restored = experiment.from_dict(values)
  assert restored == _CONFIG
  assert restored != experiment.Config()
  assert restored.environment.brush_sizes == (1.5, 3.0)  # No list.
  hash(restored)  # Frozen to the last leaf.


def test_missing_fields_keep_their_defaults():
  config = experiment.from_dict({'environment': {'grid_width': 8}})
  assert config.environment.grid_width == 8
  assert config.environment.canvas_width == 64
  assert config.training == learners.TrainingConfig()


@pytest.mark.parametrize(
  'values,words',
  [
    ({'sed': 1}, ('"sed"', '"seed"')),
    (
      {'environment': {'gridwidth': 8}},
      ('"environment.gridwidth"', '"environment.grid_width"'),
    ),
    ({'enviroment': {}}, ('"enviroment"', '"environment"')),
  ],
)
def test_unknown_fields_are_refused_with_a_suggestion(values, words):
  with pytest.raises(ValueError) as error:
    experiment.from_dict(values)
  for word in words:
    assert word in str(error.value)


def test_no_suggestion_where_nothing_is_close():
  with pytest.raises(ValueError, match='no field "xyz"') as error:
    experiment.from_dict({'xyz': 1})
  assert 'mean' not in str(error.value)


@pytest.mark.parametrize(
  'values,path',
  [
    ({'seed': 1.5}, 'seed'),
    ({'seed': True}, 'seed'),
    ({'seed': '1'}, 'seed'),
    ({'environment': {'color': 1}}, 'environment.color'),
    ({'environment': {'brush': 3}}, 'environment.brush'),
    ({'environment': {'brush_sizes': 2.0}}, 'environment.brush_sizes'),
    ({'environment': {'brush_sizes': ['a']}}, 'environment.brush_sizes'),
    ({'policy_network': {'state_inputs': 'noise'}}, 'policy_network.'),
    ({'reward': {'blank_penalty': None}}, 'reward.blank_penalty'),
    ({'reward': 3}, 'reward'),
  ],
)
def test_wrong_types_are_refused(values, path):
  with pytest.raises(ValueError, match='it must be') as error:
    experiment.from_dict(values)
  assert f'config.{path}' in str(error.value)


def test_whole_numbers_are_numbers():
  config = experiment.from_dict(
    {'reward': {'blank_penalty': 1}, 'environment': {'brush_sizes': [1, 2]}}
  )
  assert type(config.reward.blank_penalty) is float
  assert config.environment.brush_sizes == (1.0, 2.0)
  assert type(config.environment.brush_sizes[0]) is float


def test_configs_are_frozen():
  with pytest.raises(dataclasses.FrozenInstanceError):
    _CONFIG.environment.color = False


def test_editable_takes_changes_and_goes_back():
  editable = experiment.editable(_CONFIG)
  assert experiment.from_dict(editable) == _CONFIG
  editable.update_from_flattened_dict(
    {'environment.grid_width': 8, 'reward.temporal_credit': True}
  )
  editable.environment.brush_sizes = (4.0,)
  config = experiment.from_dict(editable)
  assert config.environment.grid_width == 8
  assert config.reward.temporal_credit
  assert config.environment.brush_sizes == (4.0,)
  assert config.environment.color  # Not changed.
  with pytest.raises(TypeError):
    editable.environment.grid_width = 'eight'


def test_describe_covers_every_field():
  lines = fields_lib.describe(_CONFIG)
  assert [line.partition('=')[0] for line in lines] == _leaves(
    experiment.Config
  )
  by_name = dict(line.split('=', 1) for line in lines)
  assert by_name['seed'].startswith('5: ')
  assert by_name['environment.brush_sizes'].startswith('(1.5, 3.0): ')
  for line in lines:
    assert len(line.rpartition(': ')[2]) > 5, line


def test_frames_are_updates_times_batch_times_steps():
  config = experiment.Config(
    environment=sections.EnvironmentConfig(episode_length=7),
    policy_learner=learners.PolicyLearnerConfig(batch_size=3),
  )
  assert experiment.frames(config, 10) == 210
  assert experiment.frames(config, 1 / 3) == 7


@pytest.mark.parametrize(
  'minutes,frames,share',
  [(0.0, 0, 0.0), (2.0, 0, 0.5), (2.0, 40, 0.75), (0.0, 10, 1.0)],
)
def test_progress_is_that_of_the_nearest_end(minutes, frames, share):
  config = experiment.Config(
    environment=sections.EnvironmentConfig(episode_length=5),
    policy_learner=learners.PolicyLearnerConfig(batch_size=2),
    training=learners.TrainingConfig(minutes=minutes, frames=frames),
  )
  # 3 updates of 2 episodes of 5 steps.
  assert experiment.progress(config, 3, seconds=60.0) == share


def test_rates_fall_to_0_in_the_last_share_of_training():
  def at(share):
    config = experiment.from_dict({'policy_learner': {'anneal': share}})
    return [experiment.anneal(config, x) for x in (0, 0.5, 0.75, 1)]

  assert at(0.0) == [1, 1, 1, 1]
  assert at(0.5) == [1, 1, 0.5, 0]
  assert at(1.0) == [1, 0.5, 0.25, 0]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
