"""The configuration that a run keeps in its folder, to go on with it."""

from collections.abc import Mapping
import dataclasses
import json
import os
from typing import Any

from spiral_tf import files
from spiral_tf import messages
from spiral_tf.config import experiment
from spiral_tf.config import fields

_CONFIG = 'config.json'
# Nothing that a run writes comes near to it.
_LARGEST = 1_000_000  # Bytes.


def save(workdir: str, config: experiment.Config) -> None:
  """Writes `config` into `workdir`, or checks it against the one there.

  Raises:
    OSError: the folder, or the file, cannot be written.
    ValueError: see `check`.
  """
  check(workdir, config)
  os.makedirs(workdir, exist_ok=True)
  text = json.dumps(experiment.to_dict(config), indent=2) + '\n'
  files.replace(os.path.join(workdir, _CONFIG), text.encode())


def check(workdir: str, config: experiment.Config) -> None:
  """Checks that the run in `workdir`, if there is one, can go on so.

  Each field of the configuration says itself whether it may change, see
  `fields.Resume`.

  Raises:
    OSError: see `load`.
    ValueError: the run in `workdir` was made with a field that `config` has
      otherwise and that may not change; or its configuration is not valid.
  """
  # A link that leads nowhere is no folder without a run.
  if os.path.lexists(os.path.join(workdir, _CONFIG)):
    _check_same(load(workdir), config, workdir)


def load(
  workdir: str, moved: Mapping[str, str] | None = None
) -> experiment.Config:
  """Reads the configuration of the run in `workdir`.

  Args:
    workdir: folder of the run.
    moved: where its data are now: fields of the section `data`, by name.

  Raises:
    FileNotFoundError: there is no run in `workdir`.
    OSError: its configuration cannot be read.
    ValueError: its configuration is not valid.
  """
  path = os.path.join(workdir, _CONFIG)
  if not os.path.lexists(path):
    raise FileNotFoundError(
      f'{path} does not exist, so {workdir!r} is not the folder of a run. '
      f'Train one there first: python -m launch.train --workdir={workdir}'
    )
  config = read(path)
  return dataclasses.replace(
    config, data=dataclasses.replace(config.data, **(moved or {}))
  )


def read(path: str) -> experiment.Config:
  """Reads a configuration that `save` wrote.

  Args:
    path: of the file.

  Raises:
    OSError: it cannot be read.
    ValueError: it is not valid; the message names it.
  """
  with open(path, 'rb') as file:
    data = file.read(_LARGEST + 1)
  try:
    return experiment.from_dict(_parse(data))
  except ValueError as error:
    raise ValueError(
      f'{path} is no configuration of a run: {error} Put a copy of it there; '
      'or remove it, and launch.train writes it anew from the same --config.'
    ) from None


def _parse(data: bytes) -> Mapping[str, Any]:
  """Parses what a file holds; raises ValueError, in a sentence, if it can't."""
  if not data.strip(b' \t\r\n\0'):
    raise ValueError('it is empty.')
  if len(data) > _LARGEST:
    raise ValueError(f'it has more than {_LARGEST:,} bytes.')
  try:
    values = json.loads(data.decode())
  except UnicodeDecodeError:
    raise ValueError('it is not text.') from None
  except RecursionError:
    raise ValueError('its brackets are too deep.') from None
  except ValueError as error:
    reason = messages.one_line(error)
    raise ValueError(f'it is no JSON, or cut off ({reason}).') from None
  if not isinstance(values, dict):
    value = messages.quoted(values)
    raise ValueError(f'it holds {value}, but must hold an object in braces.')
  return values


def _check_same(
  old: experiment.Config, new: experiment.Config, workdir: str
) -> None:
  values, resumes = experiment.flat(old), fields.resumes(new)
  for name, now in experiment.flat(new).items():
    before = values[name]
    if before != now and not resumes[name].allowed:
      raise ValueError(
        f'The run in {workdir!r} was started with config.{name}={before!r}, '
        f'now it is {now!r}, {resumes[name].words}. Use another --workdir, or '
        f'--config.{name}={before!r} to go on with this one.'
      )
