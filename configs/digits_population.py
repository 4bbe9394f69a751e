"""A population of four that tunes itself, on the built-in digits.

    python -m launch.train --config=configs/digits_population.py \\
        --workdir=runs/digits_population

Half of it starts with hyperparameters from which nothing comes: member 2 with a
learning rate a hundred times too low, member 3 with an entropy cost that keeps
it random. With `--config.population.exploit=False` they are only compared.
Thirty minutes of training for each member, all at the same time, on two cores.
"""

import ml_collections

from configs import digits


def get_config() -> ml_collections.ConfigDict:
  """The digits experiment, four times."""
  experiment = digits.get_config()
  experiment.policy_learner.anneal = 0.0  # The population's business.
  experiment.training.minutes = 30.0
  experiment.training.sample_seconds = 30.0
  experiment.population.size = 4
  experiment.population.ready_updates = 150
  experiment.population.learning_rate_range = (1e-4, 1e-3)
  experiment.population.entropy_cost_range = (2e-2, 1e-1)
  experiment.population.learning_rates = (4e-4, 3e-4, 4e-6, 4e-4)
  experiment.population.entropy_costs = (0.05, 0.04, 0.05, 5.0)
  return experiment
