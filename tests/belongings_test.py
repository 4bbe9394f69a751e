"""Tests of spiral_tf.workdir.belongings; more of them are in training_test."""

import pytest

from spiral_tf.workdir import belongings
from spiral_tf.workdir import config_file
from tests import small


@pytest.mark.parametrize(
  'name',
  [
    'checkpoints/replay/8-8-4-2.0-4/2026-11-29/DONE',
    'logs/member_01/actor/3',
    'members/00/config.json',
    'metrics/policy_learner.jsonl',
    'population/lineage.jsonl',
    'population/state.json',
    'samples/0000001234.png',
  ],
)
def test_what_a_run_wrote_needs_its_config(tmp_path, name):
  path = tmp_path / name
  path.parent.mkdir(parents=True)
  path.touch()
  with pytest.raises(ValueError, match=r'config\.json') as error:
    belongings.check(str(tmp_path))
  assert str(path) in str(error.value)
  config_file.save(str(tmp_path), small.CONFIG)
  belongings.check(str(tmp_path))


@pytest.mark.parametrize(
  'name', ['logs/thesis.csv', 'samples/cat.png', 'metrics/x.jsonl', 'notes']
)
def test_files_of_others_are_no_hindrance(tmp_path, name):
  path = tmp_path / name
  path.parent.mkdir(parents=True, exist_ok=True)
  path.touch()
  belongings.check(str(tmp_path))


def test_a_folder_that_is_not_there(tmp_path):
  belongings.check(str(tmp_path / 'no'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
