"""Tests of spiral_tf.workdir.belongings; more of them are in training_test."""

import pytest

from spiral_tf.workdir import belongings
from spiral_tf.workdir import config_file
from tests import runs
from tests import small


@pytest.mark.parametrize(
  'name,ours',
  [
    ('actor/0', True),
    ('member_17/policy_learner/0', True),
    ('controller/0', True),
    ('thesis.csv', False),
    ('actor/notes', False),
    ('actor/0.gz', False),
    ('member_17/notes/0', False),
    ('old/actor/0', False),
  ],
)
def test_nodes_are_known_by_their_names(name, ours):
  assert belongings.is_node(name) == ours


def test_checkpoints_without_a_config_are_named(tmp_path):
  workdir = str(tmp_path)
  assert belongings.strays(str(tmp_path / 'no')) == []
  (tmp_path / 'checkpoints' / 'mine').mkdir(parents=True)
  assert belongings.strays(workdir) == []
  assert not belongings.is_run(workdir)
  runs.make(workdir, small.CONFIG)
  assert belongings.is_run(workdir)
  assert belongings.strays(workdir) == []
  (tmp_path / 'config.json').unlink()
  (line,) = belongings.strays(workdir)
  assert str(tmp_path / 'config.json') in line
  assert str(tmp_path / 'checkpoints' / 'policy_learner') in line
  config_file.save(workdir, small.CONFIG)
  assert belongings.strays(workdir) == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
