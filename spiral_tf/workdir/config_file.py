"""The configuration that a run keeps in its folder, to go on with it."""

import json
import os

from spiral_tf import files
from spiral_tf.config import experiment

_CONFIG = 'config.json'
# What may differ between a run and its continuation.
_MAY_CHANGE = (
  'training',
  'policy_learner',
  'discriminator_learner',
  'reward',
  'population',
  'resources',
)
_MAY_CHANGE_FIELDS = ('data.path',)
_MAY_NOT_CHANGE_FIELDS = ('population.size',)


def save(workdir: str, config: experiment.Config) -> None:
  """Writes `config` into `workdir`, or checks it against the one there.

  Raises:
    ValueError: see `check`.
  """
  check(workdir, config)
  os.makedirs(workdir, exist_ok=True)
  text = json.dumps(experiment.to_dict(config), indent=2) + '\n'
  files.replace(os.path.join(workdir, _CONFIG), text.encode())


def check(workdir: str, config: experiment.Config) -> None:
  """Checks that the run in `workdir`, if there is one, can go on so.

  Raises:
    ValueError: the run in `workdir` was made with networks, an environment or
      data that `config` does not describe, so it cannot go on with it.
  """
  if os.path.exists(os.path.join(workdir, _CONFIG)):
    _check_same(load(workdir), config, workdir)


def load(workdir: str) -> experiment.Config:
  """Reads the configuration of the run in `workdir`.

  Raises:
    FileNotFoundError: there is no run in `workdir`.
    ValueError: its configuration is not valid.
  """
  path = os.path.join(workdir, _CONFIG)
  if not os.path.exists(path):
    raise FileNotFoundError(
      f'{path} does not exist, so {workdir!r} is not the folder of a run. '
      f'Train one there first: python -m launch.train --workdir={workdir}'
    )
  with open(path) as file:
    return experiment.from_dict(json.load(file))


def _check_same(
  old: experiment.Config, new: experiment.Config, workdir: str
) -> None:
  values = experiment.flat(old)
  for name, now in experiment.flat(new).items():
    may_change = name.split('.')[0] in _MAY_CHANGE or name in _MAY_CHANGE_FIELDS
    if may_change and name not in _MAY_NOT_CHANGE_FIELDS:
      continue
    before = values[name]
    if before != now:
      raise ValueError(
        f'The run in {workdir!r} was started with config.{name}={before!r}, '
        f'now it is {now!r}, which its checkpoints do not fit. Use another '
        f'--workdir, or --config.{name}={before!r} to go on with this one.'
      )
