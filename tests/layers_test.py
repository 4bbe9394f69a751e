"""Who may import whom: the layer table, checked on the source of every module.

A module imports from lower layers only. Parts of layers 1 and 3 never import
each other, and some third-party packages belong to a few modules alone.
"""

import ast
import os
import pathlib
import subprocess
import sys
from typing import Iterator, List, NamedTuple, Optional, Tuple

import pytest

_ROOT = pathlib.Path(__file__).absolute().parent.parent


class _Part(NamedTuple):
  """A module, or a package with all of its modules, in the table.

  Attributes:
    layer: what may import it: parts of higher layers.
    siblings: whether parts of the same layer may import it too.
  """

  layer: int
  siblings: bool = True


_TABLE = {
  'launch': _Part(6),
  'launch.roles': _Part(0),
  'launch.program': _Part(5),
  'spiral_tf.pbt': _Part(4),
  'spiral_tf.actor': _Part(3, siblings=False),
  'spiral_tf.discriminator_learner': _Part(3, siblings=False),
  'spiral_tf.evaluator': _Part(3, siblings=False),
  'spiral_tf.policy_learner': _Part(3, siblings=False),
  'spiral_tf.animation': _Part(2),
  'spiral_tf.brush_profile': _Part(2),
  'spiral_tf.builders': _Part(2),
  'spiral_tf.census': _Part(2),
  'spiral_tf.checkpoint': _Part(2),
  'spiral_tf.circles': _Part(2),
  'spiral_tf.classifier': _Part(2),
  'spiral_tf.commands': _Part(2),
  'spiral_tf.curves': _Part(2),
  'spiral_tf.fitness': _Part(2),
  'spiral_tf.evaluation': _Part(2),
  'spiral_tf.formats': _Part(2),
  'spiral_tf.inputs': _Part(2),
  'spiral_tf.learner': _Part(2),
  'spiral_tf.lineage': _Part(2),
  'spiral_tf.metrics': _Part(2),
  'spiral_tf.metropolis_hastings': _Part(2),
  'spiral_tf.mjcf': _Part(2),
  'spiral_tf.model_card': _Part(2),
  'spiral_tf.painter': _Part(2),
  'spiral_tf.population': _Part(2),
  'spiral_tf.processes': _Part(2),
  'spiral_tf.program_json': _Part(2),
  'spiral_tf.programs': _Part(2),
  'spiral_tf.reconstruction': _Part(2),
  'spiral_tf.rendering': _Part(2),
  'spiral_tf.replay': _Part(2),
  'spiral_tf.replay_control': _Part(2),
  'spiral_tf.replay_server': _Part(2),
  'spiral_tf.rollout': _Part(2),
  'spiral_tf.saved_model': _Part(2),
  'spiral_tf.scene_factory': _Part(2),
  'spiral_tf.scene_programs': _Part(2),
  'spiral_tf.selection': _Part(2),
  'spiral_tf.signatures': _Part(2),
  'spiral_tf.svg': _Part(2),
  'spiral_tf.tiles': _Part(2),
  'spiral_tf.transfer': _Part(2),
  'spiral_tf.watchdog': _Part(2),
  'spiral_tf.web': _Part(2),
  'spiral_tf.weights': _Part(2),
  'spiral_tf.worker': _Part(2),
  'configs': _Part(1, siblings=False),
  'spiral_tf.datasets': _Part(1, siblings=False),
  'spiral_tf.environments': _Part(1, siblings=False),
  'spiral_tf.losses': _Part(1, siblings=False),
  'spiral_tf.networks': _Part(1, siblings=False),
  'spiral_tf.pictures': _Part(1, siblings=False),
  'spiral_tf.rewards': _Part(1, siblings=False),
  'spiral_tf.config': _Part(0),
  'spiral_tf.exit_codes': _Part(0),
  'spiral_tf.scale_sections': _Part(0),
  'spiral_tf.sections': _Part(0),
  'spiral_tf.settings': _Part(0),
  'spiral_tf.types': _Part(0),
}

# Third-party packages that only these parts may import.
_ONLY_IN = {
  'absl.flags': ('launch',),
  'launchpad': ('launch', 'spiral_tf.worker'),
  'ml_collections.config_flags': ('launch',),
  'reverb': ('spiral_tf.replay', 'spiral_tf.replay_server'),
}

# Parts that never import these: they load in a second, and run anywhere.
_NEVER_IN = {
  'keras': ('configs', 'spiral_tf.datasets', 'spiral_tf.environments'),
  'sonnet': ('configs', 'spiral_tf.datasets', 'spiral_tf.environments'),
  'tensorflow': ('configs', 'spiral_tf.datasets', 'spiral_tf.environments'),
}


def _within(name: str, package: str) -> bool:
  return name == package or name.startswith(package + '.')


def _part_of(name: str) -> Optional[str]:
  """Returns the narrowest part of the table that holds a dotted name."""
  parts = [part for part in _TABLE if _within(name, part)]
  return max(parts, key=len, default=None)


def _imports(module: str, is_package: bool, source: str) -> Iterator[str]:
  """Yields what a source imports, wherever in it, as full dotted names."""
  for node in ast.walk(ast.parse(source)):
    if isinstance(node, ast.Import):
      yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
      base = node.module or ''
      if node.level:
        up = node.level - is_package
        parents = module.split('.')[: len(module.split('.')) - up]
        base = '.'.join(parents + [base] if base else parents)
      yield from (f'{base}.{alias.name}' for alias in node.names)


def _violations(
  module: str, source: str, is_package: bool = False
) -> List[str]:
  """Returns what is wrong with a module's imports, a sentence each."""
  if module == 'spiral_tf':
    own, part = 'spiral_tf', _Part(0)
  else:
    own = _part_of(module)
    if own is None:
      return [
        f'{module} has no layer. Add it to the table in tests/layers_test.py '
        'and in CONTRIBUTING.md.'
      ]
    part = _TABLE[own]
  found = []
  for name in _imports(module, is_package, source):
    for package, owners in _ONLY_IN.items():
      if _within(name, package) and not any(_within(module, o) for o in owners):
        found.append(f'{module} imports {name}: only {owners} may.')
    for package, strangers in _NEVER_IN.items():
      if _within(name, package) and any(_within(module, s) for s in strangers):
        found.append(f'{module} imports {name}: {own} must do without.')
    if name.split('.')[0] not in ('spiral_tf', 'launch', 'configs'):
      continue
    other = _part_of(name)
    if other is None:
      found.append(f'{module} imports {name}, which has no layer.')
    elif other != own:
      layer, siblings = _TABLE[other]
      if layer > part.layer:
        found.append(
          f'{module} (layer {part.layer}) imports {name} (layer {layer}): '
          'only lower layers may be imported.'
        )
      elif layer == part.layer and not siblings:
        found.append(
          f'{module} imports {name}: parts of layer {layer} never import '
          'each other.'
        )
  return found


def _modules() -> List[Tuple[str, pathlib.Path]]:
  """Returns every module of the project: its dotted name and its file."""
  modules = []
  for package in ('spiral_tf', 'launch', 'configs'):
    for path in sorted((_ROOT / package).rglob('*.py')):
      parts = path.relative_to(_ROOT).with_suffix('').parts
      if parts[-1] == '__init__':
        parts = parts[:-1]
      modules.append(('.'.join(parts), path))
  return modules


@pytest.mark.parametrize('module,path', _modules())
def test_module_keeps_to_its_layer(module: str, path: pathlib.Path):
  is_package = path.name == '__init__.py'
  assert not _violations(module, path.read_text(), is_package)


def test_the_modules_are_found():
  names = {name for name, _ in _modules()}
  assert {
    'spiral_tf',
    'spiral_tf.types',
    'spiral_tf.environments.painting',
    'launch.program',
    'configs.digits',
  } <= names


@pytest.mark.parametrize(
  'module,source,complaint',
  [
    ('spiral_tf.novelty', '', 'has no layer'),
    ('spiral_tf.actor', 'from spiral_tf import novelty', 'has no layer'),
    ('spiral_tf.types', 'from spiral_tf import rewards', 'only lower layers'),
    ('spiral_tf', 'from spiral_tf import actor', 'only lower layers'),
    ('spiral_tf.replay', 'import spiral_tf.actor', 'only lower layers'),
    ('spiral_tf.pbt', 'from launch import program', 'only lower layers'),
    ('launch.program', 'from launch import train', 'only lower layers'),
    (
      'spiral_tf.losses.vtrace',
      'from spiral_tf.networks import policy',
      'never import each other',
    ),
    (
      'spiral_tf.losses.vtrace',
      'from ..networks.policy import Policy',
      'never import each other',
    ),
    (
      'spiral_tf.rewards',
      'from spiral_tf.losses import vtrace',
      'never import each other',
    ),
    (
      'spiral_tf.actor',
      'def late():\n  from spiral_tf import evaluator',
      'never import each other',
    ),
    ('spiral_tf.config', 'from absl import flags', 'only'),
    ('spiral_tf.config', 'from absl.flags import FLAGS', 'only'),
    ('spiral_tf.config', 'from ml_collections import config_flags', 'only'),
    ('spiral_tf.policy_learner', 'import reverb as r', 'only'),
    ('spiral_tf.policy_learner', 'import launchpad as lp', 'only'),
    ('spiral_tf.evaluator', 'from launchpad.nodes import base', 'only'),
    ('spiral_tf.environments.painting', 'import sonnet', 'do without'),
    ('spiral_tf.datasets.mnist', 'import tensorflow as tf', 'do without'),
    ('configs.digits', 'from tensorflow import io', 'do without'),
  ],
)
def test_a_violation_is_caught(module: str, source: str, complaint: str):
  (violation,) = _violations(module, source)
  assert complaint in violation
  assert violation.startswith(module)


@pytest.mark.parametrize(
  'module,source',
  [
    ('launch.train', 'from absl import flags\nfrom launch import program'),
    ('launch.train', 'import launchpad as lp\nfrom configs import digits'),
    ('launch.program', 'import launchpad\nfrom spiral_tf import pbt, actor'),
    ('spiral_tf.worker', 'from launchpad import wait_for_stop'),
    ('spiral_tf.replay', 'import reverb\nfrom spiral_tf import types'),
    ('spiral_tf.rollout', 'from spiral_tf import builders'),
    ('spiral_tf.networks.policy', 'from spiral_tf.networks import heads'),
    ('spiral_tf.networks.policy', 'from . import heads\nimport sonnet'),
    ('spiral_tf.actor', 'from absl import logging\nimport tensorflow'),
  ],
)
def test_an_allowed_import_passes(module: str, source: str):
  assert not _violations(module, source)


def test_a_package_resolves_its_relative_imports():
  source = 'from . import policy\nfrom .. import losses'
  (violation,) = _violations('spiral_tf.networks', source, is_package=True)
  assert 'spiral_tf.losses' in violation


@pytest.mark.parametrize(
  'module', ['spiral_tf.environments.painting', 'spiral_tf.datasets']
)
def test_no_tensorflow_behind_the_light_modules(module: str):
  code = (
    f'import sys, {module}\n'
    'heavy = {"tensorflow", "sonnet", "keras"} & set(sys.modules)\n'
    'sys.exit(f"loads {heavy}" if heavy else 0)'
  )
  environment = dict(os.environ, PYTHONPATH=str(_ROOT))
  done = subprocess.run(
    [sys.executable, '-c', code],
    cwd=_ROOT,
    env=environment,
    stderr=subprocess.PIPE,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stderr


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
