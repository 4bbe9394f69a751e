"""The command that trains with given settings, for people to repeat a run."""

import importlib
import pkgutil
import shlex
from typing import Any

import configs
from spiral_tf.config import experiment
from spiral_tf.studies import store

# Folders of one machine, which mean nothing on another.
_PATH, _CACHE = 'data.path', 'data.cache'


def of(config: experiment.Config, study: bool = False) -> str:
  """Names the file of `configs/` that is nearest, and what differs from it.

  Args:
    config: the experiment.
    study: whether a study is to train, in one process and thread, and not the
      nodes of a program.

  Returns:
    A command for a shell, over several lines, with FOLDER for `data.path` and
    the default for `data.cache`.
  """
  wanted = experiment.flat(config)
  path, _ = wanted.pop(_PATH), wanted.pop(_CACHE)
  if study:
    wanted = {
      name: value
      for name, value in wanted.items()
      if not store.FREE.fullmatch(name)
    }
  differences = {}
  for module in pkgutil.iter_modules(configs.__path__):
    file = importlib.import_module(f'configs.{module.name}')
    has = experiment.flat(experiment.from_dict(file.get_config()))
    differences[module.name] = {
      name: value for name, value in wanted.items() if has[name] != value
    }
  nearest = min(differences, key=lambda name: len(differences[name]))
  command, folder = ('study', 'studies') if study else ('train', 'runs')
  parts = [f'python -m launch.{command} --config=configs/{nearest}.py']
  if path:
    parts.append(f'--config.{_PATH}=FOLDER')
  parts += [
    f'--config.{name}={_quoted(value)}'
    for name, value in differences[nearest].items()
  ]
  if study:
    parts.append(f'--frames={config.training.frames:_} --seeds=1')
  parts.append(f'--workdir={folder}/{nearest}')
  return ' \\\n  '.join(parts)


def _quoted(value: Any) -> str:
  """A value as a shell hands it to a flag."""
  if isinstance(value, tuple):
    # Double quotes read better within the single ones of the shell.
    value = str(value).replace("'", '"')
  return shlex.quote(str(value))
