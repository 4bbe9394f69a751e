"""Settings of populations, and of what their nodes need of a cluster."""

import dataclasses
import re

from spiral_tf.config import fields

_RANGE = fields.Rule(
  lambda values: len(values) == 2 and 0 < values[0] <= values[1],
  'it must be two numbers above 0, the lower one first',
)
_ABOVE_0 = fields.Rule(
  lambda values: all(value > 0 for value in values),
  'each number must be above 0',
)


@dataclasses.dataclass(frozen=True)
class PopulationConfig(fields.Section):
  """Population-based training (appendix C; Jaderberg et al., 2017)."""

  _PATH = 'population.'

  size: int = fields.figures(
    0,
    'members, each a whole training run; 0 for one run alone',
    fields.at_least(0),
  )
  exploit: bool = fields.learning(
    True, 'whether bad members copy good ones; if not, they are only compared'
  )
  fitness: str = fields.figures(
    'yardstick',
    '"yardstick", the same for all members: minus the Frechet distance to real '
    'images in the features of a fixed network, for a conditional agent minus '
    'the error of reproduction; or "score", the mean score by the '
    "member's own discriminator, as in the paper",
    fields.one_of('yardstick', 'score'),
  )
  round_seconds: float = fields.free(
    60.0, 'seconds between rounds of comparison', fields.above(0)
  )
  ready_updates: int = fields.learning(
    1000,
    'policy updates that a member makes before it may copy, and between copies',
    fields.at_least(0),
  )
  share: float = fields.learning(
    0.25,
    'share of the members, at both ends of the ranking, that copy and that are '
    'copied; at least one',
    fields.above(0),
    fields.at_most(0.5),
  )
  resample_probability: float = fields.learning(
    0.25,
    'probability that a copied hyperparameter is drawn anew instead of '
    'multiplied or divided by 1.2',
    fields.at_least(0),
    fields.at_most(1),
  )
  learning_rate_range: tuple[float, ...] = fields.learning(
    (1e-5, 3e-4),
    'bounds of the log-uniform draw of policy_learner.learning_rate',
    _RANGE,
  )
  entropy_cost_range: tuple[float, ...] = fields.learning(
    (2e-3, 1e-1),
    'bounds of the log-uniform draw of policy_learner.entropy_cost',
    _RANGE,
  )
  learning_rates: tuple[float, ...] = fields.start(
    (), 'what the first members start with instead of a draw', _ABOVE_0
  )
  entropy_costs: tuple[float, ...] = fields.start(
    (), 'what the first members start with instead of a draw', _ABOVE_0
  )


def parse_resources(text: str) -> dict[str, float]:
  """Reads amounts of resources.

  Args:
    text: amounts by name, such as "cpus=1,gpus=0.5,licence=1".

  Returns:
    The amounts, by their names.

  Raises:
    ValueError: the text has another form.
  """
  amounts = {}
  for part in text.split(','):
    match = re.fullmatch(r'\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*', part)
    if not match or match[1] in amounts:
      raise ValueError(f'{part!r} is no amount, or one that was named before.')
    amounts[match[1]] = float(match[2])
  return amounts


def _are_resources(text: str) -> bool:
  try:
    parse_resources(text)
  except ValueError:
    return False
  return True


_RESOURCES = fields.Rule(
  _are_resources,
  'it must be amounts by name, each name once, such as "cpus=1,gpus=0"',
)


@dataclasses.dataclass(frozen=True)
class ResourcesConfig(fields.Section):
  """What one node of each group needs, where a cluster hands it out."""

  _PATH = 'resources.'

  replay: str = fields.free(
    'cpus=1', 'what the replay server needs', _RESOURCES
  )
  discriminator_learner: str = fields.free(
    'cpus=1', 'what the discriminator learner needs', _RESOURCES
  )
  policy_learner: str = fields.free(
    'cpus=1', 'what the policy learner needs', _RESOURCES
  )
  actor: str = fields.free('cpus=1', 'what each actor needs', _RESOURCES)
  evaluator: str = fields.free('cpus=1', 'what the evaluator needs', _RESOURCES)
  controller: str = fields.free(
    'cpus=1', "what a population's controller needs", _RESOURCES
  )
