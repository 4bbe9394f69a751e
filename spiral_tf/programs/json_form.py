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

from spiral_tf.programs import commands
from spiral_tf.programs import program as program_lib

FORMAT = 'spiral_tf.program'
VERSION = 1
MAX_BYTES = 64 * 2**20  # Of a file; ten times the largest program.

_RENDERERS = {'painting': commands.Painting, 'scenes': commands.Stage}
_COMMANDS = {
  'move': commands.Move,
  'stroke': commands.Stroke,
  'put': commands.Put,
}


def dumps(program: program_lib.Program) -> str:
  """A program as JSON text, a line a command."""
  head = {
    'format': FORMAT,
    'version': VERSION,
    'renderer': _to_dict(program.renderer, 'name', _RENDERERS),
  }
  lines = [
    json.dumps(_to_dict(command, 'command', _COMMANDS))
    for command in program.commands
  ]
  body = ',\n    '.join(lines)
  array = f'[\n    {body}\n  ]' if lines else '[]'
  text = json.dumps(head, indent=2).removesuffix('\n}')
  return f'{text},\n  "commands": {array}\n}}\n'


def loads(text: str) -> program_lib.Program:
  """The program that JSON text describes.

  Raises:
    ValueError: it describes none. The message, one line, names what is wrong.
  """
  try:
    return _program(text)
  except RecursionError:  # Of the parser, or of whoever quotes a value.
    raise ValueError('the JSON is nested too deeply for a program.') from None


def _program(text: str) -> program_lib.Program:
  try:
    values = json.loads(text, parse_constant=_refuse_constant)
  except ValueError as error:
    raise ValueError(f'it is not JSON: {error}') from None
  _check_keys(values, {'format', 'version', 'renderer', 'commands'}, 'program')
  if values['format'] != FORMAT:
    raise ValueError(
      f'format is {_short(values["format"])}, but it must be "{FORMAT}": it is '
      'the file of something else.'
    )
  if type(values['version']) is not int or values['version'] != VERSION:
    raise ValueError(
      f'version is {_short(values["version"])}, but this version of spiral_tf '
      f'reads version {VERSION}.'
    )
  renderer = _from_dict(values['renderer'], 'name', _RENDERERS, 'renderer')
  if not isinstance(values['commands'], list):
    raise ValueError('commands must be a list.')
  if len(values['commands']) > program_lib.MAX_COMMANDS:
    raise ValueError(
      f'there are {len(values["commands"]):,} commands, but a program has at '
      f'most {program_lib.MAX_COMMANDS:,}.'
    )
  return program_lib.Program(
    renderer,
    tuple(
      _from_dict(value, 'command', _COMMANDS, f'command {i} (counted from 0)')
      for i, value in enumerate(values['commands'])
    ),
  )


def load(path: str) -> program_lib.Program:
  """Reads the program in a file.

  Raises:
    ValueError: there is none in it; the message names the file.
    FileNotFoundError: there is no such file.
  """
  name = ' '.join(os.fspath(path).split())  # Whatever breaks lines.
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
    return loads(data.decode('utf-8-sig'))  # Some editors sign UTF-8.
  except ValueError as error:
    raise ValueError(f'{name} holds no program: {error}') from None


def _to_dict(
  record: Any, key: str, kinds: Mapping[str, type]
) -> dict[str, Any]:
  (name,) = (name for name, kind in kinds.items() if type(record) is kind)
  return {key: name, **dataclasses.asdict(record)}


def _from_dict(
  values: Any, key: str, kinds: Mapping[str, type], where: str
) -> Any:
  """The record that a dictionary describes, or a ValueError that says where."""
  if not isinstance(values, dict):
    raise ValueError(f'{where} is {_short(values)}, but it must be an object.')
  name = values.get(key)
  if not isinstance(name, str) or name not in kinds:
    raise ValueError(
      f'{where}: "{key}" is {_short(name)}, but it must be one of '
      f'{", ".join(kinds)}.'
    )
  fields = dataclasses.fields(kinds[name])
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
    raise ValueError(f'the {where} is {_short(values)}, not an object.')
  missing = sorted(required - set(values))
  if missing:
    raise ValueError(f'{where} lacks {", ".join(missing)}.')
  unknown = sorted(set(values) - required - set(optional))
  if unknown:
    raise ValueError(
      f'{where} has unknown fields: {_short(", ".join(unknown))}.'
    )


def _refuse_constant(name: str) -> None:
  raise ValueError(f'{name} is no number of JSON.')


def _short(value: Any) -> str:
  text = json.dumps(value)
  return text if len(text) <= 60 else text[:57] + '...'
