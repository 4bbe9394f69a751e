"""The house's plan, checked on the source of every module.

A part imports parts of lower layers only; parts of one layer never import each
other; and no imports go round in a circle. Also here: how long a module may
be, who may use which package, and that each module has its test.
"""

import ast
from collections.abc import Iterator
from collections.abc import Mapping
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest

from tests import conftest

_ROOT = pathlib.Path(__file__).absolute().parent.parent

# A part is a module, or a package with all of its modules but those that are
# parts themselves. CONTRIBUTING.md has this table, too.
_LAYERS = {
  'launch': 12,
  'launch.benchmarks': 11,
  'launch.training': 10,
  'launch.distributed': 9,
  'launch.graph': 8,
  'launch.inline': 8,
  'launch.replay_node': 7,
  'spiral_tf.population': 7,
  'spiral_tf.web': 7,
  'spiral_tf.agents': 6,
  'spiral_tf.nodes': 6,
  'spiral_tf.studies': 6,
  'spiral_tf.evaluation': 5,
  'spiral_tf.builders': 4,
  'launch.flags': 3,
  'spiral_tf.datasets': 3,
  'spiral_tf.experiments': 3,
  'spiral_tf.programs': 3,
  'spiral_tf.search': 3,
  'spiral_tf.environments': 2,
  'spiral_tf.learning': 2,
  'spiral_tf.networks': 2,
  'spiral_tf.replay': 2,
  'spiral_tf.rollout': 2,
  'spiral_tf.workdir': 2,
  'configs': 1,
  'spiral_tf.pictures': 1,
  'launch.commands': 0,
  'launch.quiet': 0,
  'launch.runtime': 0,
  'spiral_tf.activity': 0,
  'spiral_tf.command_line': 0,
  'spiral_tf.config': 0,
  'spiral_tf.exit_codes': 0,
  'spiral_tf.files': 0,
  'spiral_tf.locks': 0,
  'spiral_tf.messages': 0,
  'spiral_tf.names': 0,
  'spiral_tf.node_kinds': 0,
  'spiral_tf.processes': 0,
  'spiral_tf.progress': 0,
  'spiral_tf.seeds': 0,
  'spiral_tf.shapes': 0,
  'spiral_tf.stacking': 0,
  'spiral_tf.types': 0,
}

# Third-party packages that only these may import.
_ONLY_IN = {
  'absl.flags': ('launch',),
  'launchpad': ('launch', 'spiral_tf.nodes.worker'),
  'ml_collections.config_flags': ('launch',),
  'reverb': ('spiral_tf.replay.by_reverb', 'spiral_tf.replay.server'),
}

# Parts that never import these: they load in a second, and run anywhere.
_LIGHT = ('configs', 'spiral_tf.datasets', 'spiral_tf.environments')
_NEVER_IN = dict.fromkeys(('keras', 'sonnet', 'tensorflow'), _LIGHT)

# The four kinds of nodes know each other by remote calls only.
_NODES = ('actor', 'discriminator_learner', 'evaluator', 'policy_learner')

_MAX_LINES = 300

# Modules without a test of their own, and the test that covers them.
_COVERED_BY = {
  'launch.benchmark': 'benchmarks_actors_test.py',
  'launch.benchmarks.alone': 'painter_test.py',
  'launch.benchmarks.environment': 'benchmarks_test.py',
  'launch.benchmarks.graph': 'benchmarks_test.py',
  'launch.benchmarks.memory': 'painter_test.py',
  'launch.benchmarks.paint': 'benchmarks_test.py',
  'launch.benchmarks.primitive': 'painter_test.py',
  'launch.benchmarks.proposers': 'painter_test.py',
  'launch.benchmarks.round_trip': 'benchmarks_test.py',
  'launch.benchmarks.scenes': 'benchmarks_test.py',
  'launch.benchmarks.search': 'benchmarks_test.py',
  'launch.benchmarks.search_curve': 'benchmarks_test.py',
  'launch.benchmarks.synchronous': 'kernels_test.py',
  'launch.benchmarks.svg': 'programs_svg_test.py',
  'launch.curve_figure': 'launch_curves_test.py',
  'launch.lineage_figure': 'launch_lineage_test.py',
  'launch.distributed': 'train_test.py',
  'launch.mcmc_report': 'mcmc_test.py',
  'launch.replay_node': 'old_layout_test.py',
  'launch.study_run': 'studies_test.py',
  'launch.paint_flags': 'launch_paint_test.py',
  'launch.runtime.placement': 'supervisor_test.py',
  'launch.runtime.engines.engine': 'local_engine_test.py',
  'launch.runtime.engines.slurm_step': 'slurm_engine_test.py',
  'spiral_tf.config.cluster': 'experiment_test.py',
  'spiral_tf.config.fields': 'experiment_test.py',
  'spiral_tf.config.learners': 'experiment_test.py',
  'spiral_tf.config.sections': 'experiment_test.py',
  'spiral_tf.datasets.png_key': 'decoding_test.py',
  'spiral_tf.environments.mujoco.random_scene': 'scene_sampling_test.py',
  'spiral_tf.environments.mujoco.stage_renderer': 'stage_test.py',
  'spiral_tf.evaluation.feature_sets': 'frechet_test.py',
  'spiral_tf.evaluation.onlookers': 'classifier_test.py',
  'spiral_tf.exit_codes': 'supervisor_test.py',
  'spiral_tf.node_kinds': 'launch_graph_test.py',
  'spiral_tf.replay.episodes': 'by_reverb_test.py',
  'spiral_tf.replay.server': 'replay_control_test.py',
  'spiral_tf.workdir.damage': 'checkpoint_files_test.py',
  'spiral_tf.search.native': 'climbing_test.py',
  'spiral_tf.web.app': 'web_test.py',
  'spiral_tf.web.debts': 'queue_test.py',
  'spiral_tf.web.film': 'web_test.py',
  'spiral_tf.web.guard': 'web_test.py',
  'spiral_tf.web.memory': 'web_server_test.py',
  'spiral_tf.web.protocol': 'web_server_test.py',
  'spiral_tf.web.examples': 'web_test.py',
  'spiral_tf.web.offers': 'web_test.py',
  'spiral_tf.web.service': 'web_test.py',
  'spiral_tf.web.swatches': 'web_test.py',
  'spiral_tf.web.wishes': 'web_test.py',
  'spiral_tf.agents.reproduction': 'agent_test.py',
}


def _within(name: str, package: str) -> bool:
  return name == package or name.startswith(package + '.')


def _part_of(name: str) -> str | None:
  """Returns the narrowest part of the table that holds a dotted name."""
  parts = [part for part in _LAYERS if _within(name, part)]
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
) -> list[str]:
  """Returns what is wrong with a module's imports, a sentence each."""
  own = module if module == 'spiral_tf' else _part_of(module)
  if own is None:
    return [
      f'{module} has no layer. Add it to the table in tests/layers_test.py '
      'and in CONTRIBUTING.md.'
    ]
  layer = _LAYERS.get(own, 0)
  complaints = []
  for name in _imports(module, is_package, source):
    for package, owners in _ONLY_IN.items():
      if _within(name, package) and not any(_within(module, o) for o in owners):
        complaints.append(f'{module} imports {name}: only {owners} may.')
    for package, strangers in _NEVER_IN.items():
      if _within(name, package) and any(_within(module, s) for s in strangers):
        complaints.append(f'{module} imports {name}: {own} must do without.')
    if name.split('.')[0] not in ('spiral_tf', 'launch', 'configs'):
      continue
    other = _part_of(name)
    if other is None:
      complaints.append(f'{module} imports {name}, which has no layer.')
    elif other != own and _LAYERS[other] > layer:
      complaints.append(
        f'{module} (layer {layer}) imports {name} (layer {_LAYERS[other]}): '
        'only lower layers may be imported.'
      )
    elif other != own and _LAYERS[other] == layer:
      complaints.append(
        f'{module} imports {name}: parts of layer {layer} never import each '
        'other.'
      )
    elif _is_node(module) and _is_node(name):
      complaints.append(f'{module} imports {name}: nodes never do.')
  return complaints


def _is_node(name: str) -> bool:
  return any(_within(name, f'spiral_tf.nodes.{node}') for node in _NODES)


def _modules() -> list[tuple[str, pathlib.Path]]:
  """Returns every module of the project: its dotted name and its file."""
  modules = []
  for package in ('spiral_tf', 'launch', 'configs'):
    for path in sorted((_ROOT / package).rglob('*.py')):
      parts = path.relative_to(_ROOT).with_suffix('').parts
      if parts[-1] == '__init__':
        parts = parts[:-1]
      modules.append(('.'.join(parts), path))
  return modules


def _circle(imports: Mapping[str, set[str]]) -> list[str]:
  """Returns modules that import each other in a ring, none if none do."""
  done: set[str] = set()
  trail: list[str] = []

  def visit(module: str) -> list[str]:
    if module in trail:
      return trail[trail.index(module) :]
    if module in done:
      return []
    trail.append(module)
    for other in sorted(imports.get(module, ())):
      if ring := visit(other):
        return ring
    done.add(trail.pop())
    return []

  for module in imports:
    if ring := visit(module):
      return ring
  return []


def _imported_modules() -> dict[str, set[str]]:
  """Which modules of the project each of them imports, early or late."""
  paths = dict(_modules())
  imports = {}
  for module, path in paths.items():
    names = _imports(module, path.name == '__init__.py', path.read_text())
    # A name that is no module is something in one.
    owners = {n if n in paths else n.rpartition('.')[0] for n in names}
    imports[module] = owners & set(paths) - {module}
  return imports


def _needs_distribution(path: pathlib.Path, seen: set[pathlib.Path]) -> bool:
  """Whether a file cannot be imported without Launchpad or Reverb."""
  if path in seen or not path.is_file():
    return False
  seen.add(path)
  module = '.'.join(path.relative_to(_ROOT).with_suffix('').parts)
  tree = ast.parse(path.read_text())
  early = [x for x in tree.body if isinstance(x, (ast.Import, ast.ImportFrom))]
  source = '\n'.join(ast.unparse(x) for x in early)
  for name in _imports(module, path.name == '__init__.py', source):
    parts = name.split('.')
    if parts[0] in ('launchpad', 'reverb'):
      return True
    for count in range(1, len(parts) + 1):
      base = _ROOT.joinpath(*parts[:count])
      for file in (base.with_suffix('.py'), base / '__init__.py'):
        if _needs_distribution(file, seen):
          return True
  return False


def test_the_tests_that_need_launchpad_are_known():
  tests = _ROOT / 'tests'
  found = {
    str(path.relative_to(tests))
    for path in tests.rglob('*_test.py')
    if _needs_distribution(path, set())
  }
  # These import none of it, and start processes of Launchpad's.
  for name in ('node_process', 'ray_keeper', 'slurm_keeper'):
    found.add(f'{name}_test.py')
  assert found == set(conftest.DISTRIBUTED)


def test_all_but_programs_of_processes_loads_without_launchpad():
  needs = {m for m, path in _modules() if _needs_distribution(path, set())}
  assert 'launch.train' not in needs and 'launch.graph' in needs
  modules = sorted({module for module, _ in _modules()} - needs)
  # What is None there is as if it were not installed.
  code = f"""
    import importlib, sys
    from absl import flags
    sys.modules.update(dict.fromkeys(('launchpad', 'reverb', 'courier')))
    for name in {modules}:
      importlib.import_module(name)
      # Commands that are never one program have flags of one name.
      for flag in list(flags.FLAGS):
        delattr(flags.FLAGS, flag)
  """
  done = subprocess.run(
    [sys.executable, '-c', textwrap.dedent(code)],
    cwd=_ROOT,
    capture_output=True,
    text=True,
  )
  assert not done.returncode, done.stderr


def _hidden(source: str) -> list[str]:
  """Returns variables of functions that hide a module of the same name."""
  tree = ast.parse(source)
  modules = {
    (alias.asname or alias.name).split('.')[0]
    for node in tree.body
    if isinstance(node, (ast.Import, ast.ImportFrom))
    for alias in node.names
  }
  hidden = []
  for function in ast.walk(tree):
    if isinstance(
      function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    ):
      for node in ast.walk(function):
        stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        name = node.id if stored else getattr(node, 'arg', None)
        # Names of arguments in calls hide nothing.
        if name in modules and not isinstance(node, ast.keyword):
          hidden.append(name)
  return hidden


def _test_names(module: str, modules: list[str]) -> list[str]:
  """What a module's test may be called: so that it is no other's."""
  others = [name for m in modules if m != module for name in _endings(m)]
  return [f'{n}_test.py' for n in _endings(module) if n not in others]


def _endings(module: str) -> list[str]:
  parts = module.split('.')
  return ['_'.join(parts[-count:]) for count in range(1, len(parts) + 1)]


@pytest.mark.parametrize('module,path', _modules())
def test_module_keeps_to_its_layer(module: str, path: pathlib.Path):
  is_package = path.name == '__init__.py'
  assert not _violations(module, path.read_text(), is_package)


@pytest.mark.parametrize('module,path', _modules())
def test_no_variable_hides_a_module(module: str, path: pathlib.Path):
  assert not _hidden(path.read_text()), module


def test_a_hidden_module_is_found():
  source = (
    'from a import b, c, d\ndef f(c, *, e):\n  b = b.x(d=1)\n  return d.y'
  )
  assert _hidden(source) == ['c', 'b']


def test_no_imports_go_round_in_a_circle():
  assert not _circle(_imported_modules())


def test_a_circle_is_found():
  imports = {'a': {'b', 'd'}, 'b': {'c'}, 'c': {'d', 'b'}, 'd': set()}
  assert sorted(_circle(imports)) == ['b', 'c']
  assert not _circle({'a': {'b', 'c'}, 'b': {'c'}, 'c': set()})


@pytest.mark.parametrize('module,path', _modules())
def test_module_is_short(module: str, path: pathlib.Path):
  count = len(path.read_text().splitlines())
  assert count < _MAX_LINES, f'{module} has {count} lines: which are two ideas?'


def test_every_module_has_a_test():
  # All of configs are in configs_test.
  modules = [
    m
    for m, path in _modules()
    if path.name != '__init__.py' and not _within(m, 'configs')
  ]
  tests = {path.name for path in _ROOT.glob('tests/**/*_test.py')}
  for module in modules:
    named = [name for name in _test_names(module, modules) if name in tests]
    if module in _COVERED_BY:
      assert not named, f'{module} has {named}; strike it off _COVERED_BY.'
      assert _COVERED_BY[module] in tests
    else:
      assert named, (
        f'{module} has no test. Write tests/{_test_names(module, modules)[0]}, '
        'or name the test that covers it in _COVERED_BY.'
      )
  assert set(_COVERED_BY) <= set(modules)


def test_contributors_read_the_same_table():
  text = (_ROOT / 'CONTRIBUTING.md').read_text()
  rows = re.findall(r'^\| (\d+) \| `([\w.]+)` \| \S', text, re.M)
  assert {part: int(layer) for layer, part in rows} == _LAYERS
  assert len(rows) == len(_LAYERS)


def test_the_modules_are_found():
  names = {name for name, _ in _modules()}
  assert {
    'spiral_tf',
    'spiral_tf.types',
    'spiral_tf.environments.painting',
    'launch.graph',
    'configs.digits',
  } <= names


@pytest.mark.parametrize(
  'module,source,complaint',
  [
    ('spiral_tf.novelty', '', 'has no layer'),
    ('spiral_tf.nodes.actor', 'from spiral_tf import novelty', 'has no layer'),
    (
      'spiral_tf.types',
      'from spiral_tf.learning import rewards',
      'only lower layers',
    ),
    ('spiral_tf', 'from spiral_tf.nodes import actor', 'only lower layers'),
    (
      'spiral_tf.replay.control',
      'import spiral_tf.nodes.actor',
      'only lower layers',
    ),
    (
      'spiral_tf.population.controller',
      'from launch import graph',
      'only lower layers',
    ),
    ('launch.graph', 'from launch import train', 'only lower layers'),
    (
      'launch.benchmarks.actors',
      'from launch import paint',
      'only lower layers',
    ),
    (
      'launch.runtime.jobs',
      'from spiral_tf import exit_codes',
      'never import each other',
    ),
    (
      'launch.runtime.engines.engine',
      'from launch import graph',
      'only lower layers',
    ),
    (
      'spiral_tf.learning.vtrace',
      'from spiral_tf.networks import policy',
      'never import each other',
    ),
    (
      'spiral_tf.learning.vtrace',
      'from ..networks.policy import Policy',
      'never import each other',
    ),
    (
      'spiral_tf.learning.policy_update',
      'from spiral_tf.environments import painting',
      'never import each other',
    ),
    (
      'spiral_tf.learning.policy_update',
      'from spiral_tf import datasets',
      'only lower layers',
    ),
    (
      'spiral_tf.nodes.actor',
      'def late():\n  from spiral_tf.nodes import evaluator',
      'nodes never do',
    ),
    ('spiral_tf.config.fields', 'from absl import flags', 'only'),
    ('spiral_tf.config.fields', 'from absl.flags import FLAGS', 'only'),
    (
      'spiral_tf.config.fields',
      'from ml_collections import config_flags',
      'only',
    ),
    ('spiral_tf.nodes.policy_learner', 'import reverb as r', 'only'),
    ('spiral_tf.nodes.policy_learner', 'import launchpad as lp', 'only'),
    ('spiral_tf.nodes.evaluator', 'from launchpad.nodes import base', 'only'),
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
    ('launch.train', 'from absl import flags\nfrom launch import graph'),
    ('launch.train', 'import launchpad as lp\nfrom configs import digits'),
    (
      'launch.graph',
      'import launchpad\nfrom launch.runtime import roles\n'
      'from spiral_tf.population import controller\n'
      'from spiral_tf.nodes import actor',
    ),
    ('launch.runtime.jobs', 'from launch.runtime import roles'),
    ('spiral_tf.nodes.worker', 'from launchpad import wait_for_stop'),
    ('spiral_tf.nodes.actor', 'from spiral_tf.nodes import worker'),
    ('spiral_tf.replay.server', 'import reverb\nfrom spiral_tf import types'),
    ('spiral_tf.builders', 'from spiral_tf import rollout'),
    ('spiral_tf.networks.policy', 'from spiral_tf.networks import heads'),
    ('spiral_tf.networks.policy', 'from . import heads\nimport sonnet'),
    ('spiral_tf.nodes.actor', 'from absl import logging\nimport tensorflow'),
  ],
)
def test_an_allowed_import_passes(module: str, source: str):
  assert not _violations(module, source)


def test_a_package_resolves_its_relative_imports():
  source = 'from . import policy\nfrom .. import learning'
  (violation,) = _violations('spiral_tf.networks', source, is_package=True)
  assert 'spiral_tf.learning' in violation


def test_a_test_of_twins_is_named_after_its_part():
  modules = ['a.guard', 'a.b.guard', 'a.b.own']
  assert _test_names('a.b.own', modules)[0] == 'own_test.py'
  assert _test_names('a.b.guard', modules)[0] == 'b_guard_test.py'


@pytest.mark.parametrize(
  'module',
  ['spiral_tf.environments.painting', 'spiral_tf.datasets', 'launch.runtime'],
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


def test_the_algorithm_needs_neither_environments_nor_data():
  code = (
    'import sys\n'
    'from spiral_tf.learning import discriminator_update, policy_update\n'
    'own = sorted(m for m in sys.modules if m.startswith("spiral_tf."))\n'
    'print(*own)'
  )
  done = subprocess.run(
    [sys.executable, '-c', code],
    cwd=_ROOT,
    env=dict(os.environ, PYTHONPATH=str(_ROOT)),
    stdout=subprocess.PIPE,
    text=True,
    check=True,
  )
  own = done.stdout.split()
  assert 'spiral_tf.learning.policy_update' in own
  assert {name.split('.')[1] for name in own} <= {
    'config',
    'learning',
    'shapes',
    'types',
  }


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
