"""The flags that several commands share."""

from collections.abc import Sequence
import os
import re
import sys

from absl import flags
from ml_collections import config_flags

import configs
from spiral_tf.config import experiment
from spiral_tf.config import fields

# What is defined here belongs to the command, whose --help then shows it.
flags.disclaim_key_flags()

_FIELDS = '\n'.join(fields.describe(experiment.Config()))


def define_config() -> flags.FlagHolder:
  """Defines --config and with it --config.<field> for every field."""
  _check_sections(sys.argv[1:])
  return config_flags.DEFINE_config_file(
    'config',
    os.path.join(os.path.dirname(configs.__file__), 'digits.py'),
    'File of the experiment, see configs/. Every field can be changed with '
    "--config.<field>=<value>. The fields, with their defaults in the paper's "
    'setting, are:\n' + _FIELDS,
    # Unknown fields are accepted here: `typed` says which field was meant.
    lock_config=False,
    accept_new_attributes=True,
  )


def define_workdir(doc: str) -> flags.FlagHolder:
  """Defines --workdir, which must be given."""
  return flags.DEFINE_string('workdir', None, doc, required=True)


def typed(holder: flags.FlagHolder) -> experiment.Config:
  """The checked configuration of --config; ends the program if it has none."""
  try:
    return experiment.from_dict(holder.value)
  except (ValueError, OSError) as error:
    sys.exit(f'Error: {error}')


def no_arguments(argv: Sequence[str]) -> None:
  """Ends the program if there are arguments that are not flags."""
  if len(argv) > 1:
    sys.exit(f'Error: unknown arguments: {" ".join(argv[1:])}')


def _check_sections(arguments: Sequence[str]) -> None:
  """Ends the program, before absl fails, if a field's section is unknown."""
  for argument in arguments:
    section = re.match(r'--?config\.(\w+)\.', argument)
    try:
      experiment.from_dict({section[1]: {}} if section else {})
    except ValueError as error:
      sys.exit(f'Error: {error}')
