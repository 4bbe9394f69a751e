"""Tests of spiral_tf.population.members."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import cluster
from spiral_tf.population import members as members_lib
from tests import small


def _config(**fields):
  return dataclasses.replace(
    small.CONFIG, population=cluster.PopulationConfig(size=4, **fields)
  )


def test_a_member_is_a_run_alone_with_hyperparameters_of_its_own():
  config = _config()
  members = [members_lib.member_config(config, i) for i in range(4)]
  rates = [member.policy_learner.learning_rate for member in members]
  costs = [member.policy_learner.entropy_cost for member in members]
  assert len(set(rates)) == len(set(costs)) == 4
  assert all(1e-5 <= rate <= 3e-4 for rate in rates)
  assert all(2e-3 <= cost <= 1e-1 for cost in costs)
  for member in members:
    assert member.population.size == 0
    assert member.seed == config.seed  # The same images are held out.
    rest = dataclasses.replace(
      member,
      policy_learner=config.policy_learner,
      population=config.population,
    )
    assert rest == config


def test_draws_are_log_uniform_and_repeatable():
  config = _config()
  rates = [
    members_lib.member_config(config, i).policy_learner.learning_rate
    for i in range(400)
  ]
  middle = np.exp(np.mean(np.log([1e-5, 3e-4])))
  assert 0.4 < np.mean(np.array(rates) < middle) < 0.6
  again = members_lib.member_config(config, 7).policy_learner.learning_rate
  assert again == rates[7]
  other = dataclasses.replace(config, seed=1)
  changed = members_lib.member_config(other, 7).policy_learner.learning_rate
  assert changed != rates[7]


def test_what_the_first_members_start_with_can_be_said():
  config = _config(learning_rates=(0.5,), entropy_costs=(0.1, 0.2))
  members = [members_lib.member_config(config, i) for i in range(3)]
  assert members[0].policy_learner.learning_rate == 0.5
  assert members[1].policy_learner.learning_rate <= 3e-4
  costs = [member.policy_learner.entropy_cost for member in members]
  assert costs[:2] == [0.1, 0.2]
  assert costs[2] <= 0.1


def test_each_member_has_a_folder():
  folders = {members_lib.member_workdir('run', i) for i in range(12)}
  assert len(folders) == 12
  assert members_lib.folder('run') not in folders
  assert members_lib.lineage_path('run').startswith(members_lib.folder('run'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
