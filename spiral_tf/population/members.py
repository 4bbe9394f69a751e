"""The members of a population: their folders, and what each starts with."""

import dataclasses
import os

import numpy as np

from spiral_tf import seeds
from spiral_tf.config import cluster
from spiral_tf.config import experiment
from spiral_tf.population import selection


def folder(workdir: str) -> str:
  """Where what concerns the population as a whole lies."""
  return os.path.join(workdir, 'population')


def lineage_path(workdir: str) -> str:
  """File of the lineage log, see `lineage`."""
  return os.path.join(folder(workdir), 'lineage.jsonl')


def member_workdir(workdir: str, index: int) -> str:
  """Folder of a member, which is like that of a run alone."""
  return os.path.join(workdir, 'members', f'{index:02d}')


def ranges(config: experiment.Config) -> selection.Ranges:
  """The bounds of draws of hyperparameters."""
  settings = config.population
  low_rate, high_rate = settings.learning_rate_range
  low_cost, high_cost = settings.entropy_cost_range
  return selection.Ranges(
    learning_rate=(low_rate, high_rate), entropy_cost=(low_cost, high_cost)
  )


def member_config(config: experiment.Config, index: int) -> experiment.Config:
  """The experiment of one member, as if it were alone.

  All have the same seed: it decides which images are held out, and that must
  not change for one that copies. Hyperparameters and chance tell members apart.

  Args:
    config: the experiment of the population.
    index: of the member, from 0.

  Returns:
    The member's.
  """
  settings = config.population
  rng = np.random.default_rng([config.seed, seeds.FIRST_HYPERPARAMETERS, index])
  drawn = selection.draw(ranges(config), rng)
  if index < len(settings.learning_rates):
    drawn = drawn._replace(learning_rate=settings.learning_rates[index])
  if index < len(settings.entropy_costs):
    drawn = drawn._replace(entropy_cost=settings.entropy_costs[index])
  return dataclasses.replace(
    config,
    policy_learner=dataclasses.replace(
      config.policy_learner,
      learning_rate=float(drawn.learning_rate),
      entropy_cost=float(drawn.entropy_cost),
    ),
    population=cluster.PopulationConfig(),
  )


def runs(
  config: experiment.Config, workdir: str
) -> list[tuple[experiment.Config, str]]:
  """Returns experiment and folder of each run that is trained: all members'.

  Args:
    config: the experiment, of one run or of a population.
    workdir: its folder.
  """
  if not config.population.size:
    return [(config, workdir)]
  return [
    (member_config(config, index), member_workdir(workdir, index))
    for index in range(config.population.size)
  ]
