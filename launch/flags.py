"""The flags that several commands share."""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import os
import re
import sys

from absl import flags
import ml_collections
from ml_collections import config_flags

import configs
from launch import commands
from spiral_tf import messages
from spiral_tf.config import experiment
from spiral_tf.config import fields
from spiral_tf.workdir import config_file

# What is defined here belongs to the command, whose --help then shows it.
flags.disclaim_key_flags()

_CONFIGS = os.path.dirname(configs.__file__)
_OURS = re.compile(r'configs/\w+\.py')
# Settings that say where data are on this machine.
_MOVED = ('path', 'cache')
_FIELDS = '\n'.join(fields.describe(experiment.Config()))


def define_config() -> flags.FlagHolder:
  """Defines --config and with it --config.<field> for every field."""
  _check_sections(sys.argv[1:])
  holder = config_flags.DEFINE_config_file(
    'config',
    os.path.join(_CONFIGS, 'digits.py'),
    'File of the experiment, see configs/, or the config.json of a run. Every '
    'field can be changed with --config.<field>=<value>. The fields, with '
    "their defaults in the paper's setting, are:\n" + _FIELDS,
    # Unknown fields are accepted here: `typed` says which field was meant.
    lock_config=False,
    accept_new_attributes=True,
  )
  flag = flags.FLAGS[holder.name]
  flag.parser = _ConfigParser(flag.parser)
  return holder


class _ConfigParser(flags.ArgumentParser):
  """Reads config files of both kinds; what is wrong with one is a line."""

  def __init__(self, python: flags.ArgumentParser):
    """Creates a parser from the one for Python files."""
    self._python = python

  def parse(self, argument: str) -> ml_collections.ConfigDict:
    """Reads the file; ends the program if it cannot."""
    # Behind a colon, which a name may have, too, is what `get_config` is told.
    path = argument
    if not os.path.exists(path):
      path = argument.partition(':')[0]
    if _OURS.fullmatch(path) and not os.path.exists(path):
      ours = os.path.join(_CONFIGS, os.path.basename(path))
      if os.path.exists(ours):  # Whoever has installed us has no such folder.
        argument = ours + argument.removeprefix(path)
        path = ours
    try:
      with open(path, 'rb'):  # Says why it cannot be read.
        pass
      if path.endswith('.json'):
        return experiment.editable(config_file.read(path))
    except (OSError, ValueError) as error:
      sys.exit(f'Error: --config: {commands.line(error)}')
    try:
      return self._python.parse(argument)
    except Exception as error:
      # It is the person's own code, of which a line says enough. Of some errors
      # the parser makes others, whose text is a traceback.
      cause = error.__context__ or error
      what = f'{type(cause).__name__}: {cause}'
      sys.exit(
        f'Error: --config: {path} cannot be run: {" ".join(what.split())}'
      )


def define_moved() -> None:
  """Defines --config.data.path and --config.data.cache, see `moved`."""
  for name in _MOVED:
    flags.DEFINE_string(
      f'config.data.{name}',
      None,
      f'What the run calls config.data.{name}, if it is elsewhere by now or on '
      'this machine.',
    )


def moved() -> dict[str, str]:
  """Says where the data of a run are, as far as the command line does.

  Returns:
    For `config_file.load`.
  """
  given = {name: f'config.data.{name}' for name in _MOVED}
  return {
    name: str(flags.FLAGS[flag].value)
    for name, flag in given.items()
    if flag in flags.FLAGS and flags.FLAGS[flag].present
  }


@contextlib.contextmanager
def of_moved_data(path: str) -> Iterator[None]:
  """Lets errors of missing data name the flag that says where they are.

  Args:
    path: where the data should be.

  Raises:
    ValueError: instead of what was raised about `path`.
  """
  try:
    yield
  except (OSError, ValueError) as error:
    text = commands.line(error)
    is_about_it = 'config.data.path' in text or (path and path in text)
    if not is_about_it or '--config.data.path' in text:
      raise
    raise ValueError(
      f'{text} - or say with --config.data.path=... where the data are.'
    ) from error


def chosen() -> list[str]:
  """Names the flags of the experiment that were given, but those of `moved`."""
  return [
    name
    for name in flags.FLAGS
    if re.match(r'config(\.|$)', name)
    and flags.FLAGS[name].present
    and name not in [f'config.data.{moved}' for moved in _MOVED]
  ]


def define_workdir(doc: str) -> flags.FlagHolder:
  """Defines --workdir, which must be given."""
  return flags.DEFINE_string('workdir', None, doc, required=True)


def typed(holder: flags.FlagHolder) -> experiment.Config:
  """The checked configuration of --config; ends the program if it has none."""
  try:
    return experiment.from_dict(holder.value)
  except (ValueError, OSError) as error:
    sys.exit(f'Error: {commands.line(error)}')


def no_arguments(argv: Sequence[str]) -> None:
  """Ends the program if there are arguments that are not flags."""
  if len(argv) > 1:
    sys.exit(f'Error: unknown arguments: {" ".join(argv[1:])}')


def changed(
  config: experiment.Config, settings: Sequence[str]
) -> experiment.Config:
  """Changes a configuration as flags would.

  Args:
    config: to begin with.
    settings: such as `policy_learner.entropy_cost=0.05`: flags without the
      `--config.` in front.

  Returns:
    The checked configuration.

  Raises:
    ValueError: a setting is none, or its value is not what it must be.
  """
  for setting in settings:
    if not re.match(r'[\w.]+=', setting):
      raise ValueError(
        f'{messages.quoted(setting)} is no setting. Write section.field=value, '
        'as in policy_learner.entropy_cost=0.05.'
      )
  arguments = ['', *(f'--config.{setting}' for setting in settings)]
  _check_sections_known(arguments)
  own = flags.FlagValues()
  config_flags.DEFINE_config_dict(
    'config',
    experiment.editable(config),
    flag_values=own,
    lock_config=False,
    accept_new_attributes=True,
    sys_argv=arguments,
  )
  try:
    own(arguments)
  except flags.Error as error:
    raise ValueError(f'{messages.one_line(error)}.') from None
  return experiment.from_dict(own.config)


def _check_sections(arguments: Sequence[str]) -> None:
  """Ends the program, before absl fails, if a field's section is unknown."""
  try:
    _check_sections_known(arguments)
  except ValueError as error:
    sys.exit(f'Error: {error}')


def _check_sections_known(arguments: Sequence[str]) -> None:
  """Raises a ValueError if a field's section is unknown."""
  for argument in arguments:
    section = re.match(r'--?config\.(\w+)\.', argument)
    experiment.from_dict({section[1]: {}} if section else {})
