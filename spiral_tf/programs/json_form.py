"""Programs as JSON, both ways; docs/programs.md is the schema.

Reading checks everything, executes nothing, and names the command that is
wrong.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import json
import os
from typing import Any

from spiral_tf import messages
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import renderers

FORMAT = 'spiral_tf.program'
VERSION = 2
# Size of a file that is read, at most: ten times that of the largest program.
MAX_BYTES = 64 * 2**20

# Who carries the commands out, and the commands, all checked.
Parts = tuple[renderer_lib.Renderer, tuple[renderer_lib.Command, ...]]


def dumps(
  renderer: renderer_lib.Renderer, commands: Sequence[renderer_lib.Command]
) -> str:
  """A program as JSON text, a line a command."""
  head = {
    'format': FORMAT,
    'version': VERSION,
    'renderer': {'name': renderer.name, **dataclasses.asdict(renderer)},
  }
  names = {kind: name for name, kind in renderer.command_kinds.items()}
  lines = [
    json.dumps({'command': names[type(command)], **dataclasses.asdict(command)})
    for command in commands
  ]
  body = ',\n    '.join(lines)
  array = f'[\n    {body}\n  ]' if lines else '[]'
  text = json.dumps(head, indent=2).removesuffix('\n}')
  return f'{text},\n  "commands": {array}\n}}\n'


def loads(text: str) -> Parts:
  """The program that JSON text describes.

  Args:
    text: the text.

  Returns:
    Who carries the commands out, and the commands.

  Raises:
    ValueError: it describes none. The message, one line, names what is wrong.
  """
  return from_values(parse(text))


def parse(text: str | bytes) -> Any:
  """The values that JSON text stands for.

  Args:
    text: the text; bytes of it are UTF-8.

  Returns:
    Dictionaries, lists, texts and numbers, as Python's parser makes them.

  Raises:
    ValueError: it is not JSON, which has no NaN, or is nested too deeply.
  """
  try:
    return json.loads(text, parse_constant=_refuse_constant)
  except ValueError as error:
    raise ValueError(f'it is not JSON: {error}') from None
  except RecursionError:
    raise ValueError('the JSON is nested too deeply for a program.') from None


def from_values(values: Any) -> Parts:
  """The program that values of JSON describe.

  Args:
    values: as `parse` returns them.

  Returns:
    Who carries the commands out, and the commands.

  Raises:
    ValueError: they describe none. The message, one line, names what is wrong.
  """
  try:
    return _parts(values)
  except RecursionError:  # Where a value is quoted.
    raise ValueError('the JSON is nested too deeply for a program.') from None


def _parts(values: Any) -> Parts:
  _check_keys(values, {'format', 'version', 'renderer', 'commands'}, 'program')
  if values['format'] != FORMAT:
    raise ValueError(
      f'format is {_quoted(values["format"])}, but it must be "{FORMAT}": it '
      'is the file of something else.'
    )
  version = values['version']
  if type(version) is not int or not 1 <= version <= VERSION:
    raise ValueError(
      f'version is {_quoted(version)}, but this version of spiral_tf reads '
      f'versions 1 to {VERSION}.'
    )
  renderer = _from_dict(
    values['renderer'], 'name', renderers.BY_NAME, 'renderer', version
  )
  if not isinstance(values['commands'], list):
    raise ValueError('commands must be a list.')
  if len(values['commands']) > renderer_lib.MAX_COMMANDS:
    raise ValueError(
      f'there are {len(values["commands"]):,} commands, but a program has at '
      f'most {renderer_lib.MAX_COMMANDS:,}.'
    )
  kinds = renderer.command_kinds
  commands = tuple(
    _from_dict(
      value, 'command', kinds, f'command {i} (counted from 0)', version
    )
    for i, value in enumerate(values['commands'])
  )
  renderer_lib.check(renderer, commands)
  return renderer, commands


def load(path: str) -> Parts:
  """Reads the program in a file.

  Args:
    path: of the file.

  Returns:
    Who carries the commands out, and the commands.

  Raises:
    ValueError: there is none in it; the message names the file.
    FileNotFoundError: there is no such file.
  """
  name = messages.one_line(os.fsdecode(path))
  try:
    with open(path, 'rb') as file:
      data = file.read(MAX_BYTES + 1)
  except FileNotFoundError:
    raise FileNotFoundError(
      f'{name} does not exist; name a program that does.'
    ) from None
  except OSError as error:
    raise ValueError(f'{name} holds no program: {error.strerror}.') from None
  try:
    if len(data) > MAX_BYTES:
      raise ValueError(f'it is larger than {MAX_BYTES >> 20} MiB.')
    # Some editors begin a file in UTF-8 with a byte order mark.
    return loads(data.decode('utf-8-sig'))
  except ValueError as error:
    raise ValueError(f'{name} holds no program: {error}') from None


def _from_dict(
  values: Any, key: str, kinds: Mapping[str, type], where: str, version: int
) -> Any:
  """The record that a dictionary describes, or a ValueError that says where."""
  if not isinstance(values, dict):
    raise ValueError(f'{where} is {_quoted(values)}, but it must be an object.')
  name = values.get(key)
  if not isinstance(name, str) or name not in kinds:
    raise ValueError(
      f'{where}: "{key}" is {_quoted(name)}, but it must be one of '
      f'{", ".join(kinds)}.'
    )
  fields = dataclasses.fields(kinds[name])
  for field in fields:
    since = field.metadata.get('since', 1)
    if field.name in values and since > version:
      raise ValueError(
        f'{where} has {field.name}, but version is {version}, and only '
        f'programs of version {since} and later may have it.'
      )
  required = {f.name for f in fields if f.default is dataclasses.MISSING}
  optional = {f.name for f in fields} - required
  _check_keys(values, {key} | required, where, optional)
  arguments = {
    k: tuple(v) if isinstance(v, list) else v
    for k, v in values.items()
    if k != key
  }
  try:
    return kinds[name](**arguments)
  except ValueError as error:
    raise ValueError(f'{where}: {error}') from None


def _check_keys(
  values: Any, required: set, where: str, optional: Sequence[str] = ()
) -> None:
  if not isinstance(values, dict):
    raise ValueError(f'the {where} is {_quoted(values)}, not an object.')
  missing = sorted(required - set(values))
  if missing:
    raise ValueError(f'{where} lacks {", ".join(missing)}.')
  unknown = sorted(set(values) - required - set(optional))
  if unknown:
    raise ValueError(
      f'{where} has unknown fields: {_quoted(", ".join(unknown))}.'
    )


def _refuse_constant(name: str) -> None:
  raise ValueError(f'{name} is no number of JSON.')


def _quoted(value: Any) -> str:
  """A value as JSON writes it, so that it can be found in the file."""
  return messages.shortened(json.dumps(value))
