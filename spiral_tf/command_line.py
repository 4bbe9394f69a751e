"""The command `spiral`: `spiral paint x.jpg` is `python -m launch.paint x.jpg`.

In a checkout the folders `launch/` and `configs/` lie beside this package.
Where it is installed they lie within it, in `_programs/`, so that no other
package's modules of these names are hidden; only this command imports them.
"""

import ast
import difflib
import os
import pathlib
import runpy
import sys

_HERE = pathlib.Path(__file__).absolute().parent
# What the file of a command has in it.
_MARK = 'commands.run('


def root() -> pathlib.Path:
  """The folder that holds `launch/`, `configs/` and `models/`."""
  inside = _HERE / '_programs'
  return inside if inside.is_dir() else _HERE.parent


def names() -> dict[str, str]:
  """The commands, by name, each with the first line of its docstring."""
  found = {}
  for name, source in _sources().items():
    text = ast.get_docstring(ast.parse(source)) or ''
    found[name] = text.partition('\n')[0]
  return found


def main() -> None:
  """Runs a command; ends the program if there is no such one."""
  arguments = sys.argv[1:]
  if not arguments or arguments[0] in ('help', '-h', '--help', '--helpshort'):
    _help()
    return
  if arguments[0] == '--version':
    print(sys.modules[__package__].__version__)
    return
  name = arguments[0].replace('-', '_')
  commands = _sources()
  if name not in commands:
    near = difflib.get_close_matches(name, commands, 1)
    hint = f' Did you mean "{near[0]}"?' if near else ''
    sys.exit(f'Error: there is no command "{arguments[0]}".{hint} See: spiral')
  folder = str(root())
  sys.path.insert(0, folder)
  # The nodes of a run are other processes.
  inherited = os.environ.get('PYTHONPATH')
  os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, [folder, inherited]))
  sys.argv = [f'spiral {arguments[0]}', *arguments[1:]]
  runpy.run_module(f'launch.{name}', run_name='__main__', alter_sys=True)


def _sources() -> dict[str, str]:
  """The files of the commands, by name."""
  files = sorted((root() / 'launch').glob('*.py'))
  sources = {path.stem: path.read_text() for path in files}
  return {
    name: source
    for name, source in sources.items()
    if _MARK in source and name != 'commands'
  }


def _help() -> None:
  """Lists the commands."""
  print(
    'spiral COMMAND ...; what a command takes: spiral COMMAND --helpshort\n'
  )
  commands = names()
  width = max(map(len, commands))
  for name, text in commands.items():
    print(f'  {name:{width}}  {text}')
