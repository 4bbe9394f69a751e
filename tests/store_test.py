"""Tests of spiral_tf.studies.store."""

import dataclasses
import json
import os
import shutil

import pytest

from spiral_tf.studies import store
from spiral_tf.studies import variant
from spiral_tf.workdir import config_file
from tests import small

_CONFIG = small.CONDITIONAL
_SETTINGS = store.Settings(frames=480, evaluate_every=24, images=30)
_LOW = variant.Variant('low', {'policy_learner.entropy_cost': 0.5})
_WIDE = variant.Variant('wide', {'discriminator_network.channels': (8, 8)})


def _begin(folder, variants=(_LOW,), config=_CONFIG, settings=_SETTINGS):
  return store.begin(str(folder), config, settings, variants)


def test_a_study_is_read_as_it_was_begun(tmp_path):
  folder = tmp_path / 'new' / 'study'
  assert not store.exists(str(folder))
  begun = _begin(folder, [_LOW, _WIDE])
  assert begun == store.read(str(folder)) and store.exists(str(folder))
  assert begun.name == 'study' and begun.config == _CONFIG
  assert begun.settings == _SETTINGS and not begun.runs
  assert begun.variants == [variant.BASE, _LOW, _WIDE]


def test_all_variants_have_one_seed_before_any_has_two(tmp_path):
  study = _begin(tmp_path)
  runs = store.order(study, 2)
  assert [(run.variant, run.seed) for run in runs] == [
    *(('as it is', 0), ('low', 0), ('as it is', 1), ('low', 1))
  ]
  assert runs[3].folder == os.path.join(tmp_path, 'runs', 'low', '1')


def test_runs_have_their_seed_and_the_length_of_all(tmp_path):
  config = dataclasses.replace(_CONFIG, seed=5)
  study = _begin(tmp_path, [_WIDE], config)
  *_, last = store.order(study, 2)
  expected = dataclasses.replace(
    variant.apply(config, _WIDE),
    seed=6,
    training=dataclasses.replace(config.training, frames=480, minutes=0.0),
  )
  assert store.experiment_of(study, last) == expected
  store.prepare(study, last)
  assert config_file.load(last.folder) == expected
  assert store.read(str(tmp_path)).runs == [last]


def test_a_study_goes_on_with_more_variants(tmp_path):
  _begin(tmp_path)
  assert _begin(tmp_path, [_WIDE]).variants == [variant.BASE, _LOW, _WIDE]
  assert _begin(tmp_path, []).variants == [variant.BASE, _LOW, _WIDE]
  shutil.rmtree(tmp_path / 'runs' / 'low')
  assert _begin(tmp_path, []).variants == [variant.BASE, _WIDE]


def test_data_may_have_moved(tmp_path):
  _begin(tmp_path)
  data = dataclasses.replace(_CONFIG.data, path='there')
  training = dataclasses.replace(_CONFIG.training, frames=1, num_actors=9)
  moved = dataclasses.replace(_CONFIG, data=data, training=training)
  assert _begin(tmp_path, config=moved).config == moved


_OTHER_REWARD = dataclasses.replace(
  _CONFIG, reward=dataclasses.replace(_CONFIG.reward, blank_penalty=2.0)
)


@pytest.mark.parametrize(
  'other,words',
  [
    ({'config': dataclasses.replace(_CONFIG, seed=1)}, 'config.seed=0, now it'),
    (
      {'config': _OTHER_REWARD},
      'config.reward.blank_penalty=0.0, now it is 2.0',
    ),
    ({'settings': _SETTINGS._replace(frames=960)}, '--frames=480, now it is'),
    ({'settings': _SETTINGS._replace(frames=960)}, 'rates that fall'),
    ({'settings': _SETTINGS._replace(images=9)}, '--images=30, now it is 9'),
    (
      {'settings': _SETTINGS._replace(evaluate_every=9)},
      '--evaluate_every=24, now it is 9',
    ),
    (
      {'variants': [_LOW._replace(changes=_WIDE.changes)]},
      "'low' already, with policy_learner.entropy_cost=0.5; now it has "
      'discriminator_network.channels=(8, 8). ',
    ),
    ({'variants': [_LOW._replace(name='LOW')]}, 'one folder'),
    ({'variants': [_LOW._replace(name='other')]}, 'the same settings'),
  ],
)
def test_another_study_is_refused_by_name(tmp_path, other, words):
  before = _begin(tmp_path)
  with pytest.raises(ValueError) as error:
    _begin(tmp_path, **other)
  assert words in str(error.value) and '. ' in str(error.value)
  assert store.read(str(tmp_path)) == before


def test_there_must_be_one(tmp_path):
  with pytest.raises(FileNotFoundError, match=r'study\.json does not exist'):
    store.read(str(tmp_path))


@pytest.mark.parametrize('name', ['study.json', 'runs/low/variant.json'])
@pytest.mark.parametrize('text', ['', '[1]', '{}', '{"config": 3}', '\0\0'])
def test_damage_is_named(tmp_path, name, text):
  _begin(tmp_path)
  (tmp_path / name).write_text(text)
  with pytest.raises(ValueError) as error:
    store.read(str(tmp_path))
  assert f'{tmp_path / name} is damaged: ' in str(error.value)


def test_a_study_of_an_earlier_version_is_read(tmp_path):
  """Settings that it does not know have their defaults."""
  before = _begin(tmp_path)
  values = json.loads((tmp_path / 'study.json').read_text())
  del values['config']['population']
  (tmp_path / 'study.json').write_text(json.dumps(values))
  assert store.read(str(tmp_path)) == before


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
