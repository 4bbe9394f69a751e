"""What docstrings and comments refer to, such as `rollout.play`, is there."""

import ast
import functools
import pathlib
import re

import pytest

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_PATHS = {
  tuple(path.relative_to(_ROOT).with_suffix('').parts): path
  for package in ('spiral_tf', 'launch', 'configs')
  for path in sorted((_ROOT / package).rglob('*.py'))
}
_REFERENCE = re.compile(r'`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\([^`]*\))?`')
# What is written alike, but is no module of ours: settings, files, and what
# other packages have.
_OTHERS = re.compile(
  r'(config|data|training|reward|population|policy_learner)\.[a-z_0-9.]+'
  r'|[\w.]+\.(c|cc|gif|json|jsonl|md|npy|npz|png|txt|zip)'
  r'|(joblib|lp|matplotlib|mujoco|np|os|self|snt|tf)\.[\w.]+'
)


@functools.cache
def _names(path: pathlib.Path) -> dict[str, set[str]]:
  """What a module defines, and of each class its own names."""
  names: dict[str, set[str]] = {}
  for node in ast.parse(path.read_text()).body:
    if isinstance(node, ast.ClassDef):
      names[node.name] = {
        n.attr if isinstance(n, ast.Attribute) else getattr(n, 'name', '')
        for n in ast.walk(node)
        if isinstance(n, (ast.Attribute, ast.FunctionDef))
      } | {
        n.target.id
        for n in node.body
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
      }
    elif isinstance(node, ast.FunctionDef):
      names[node.name] = set()
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
      targets = node.targets if isinstance(node, ast.Assign) else [node.target]
      names.update({t.id: set() for t in targets if isinstance(t, ast.Name)})
  return names


def _modules_named(parts: tuple[str, ...]) -> list[pathlib.Path]:
  """Modules, or packages, whose dotted names end so."""
  count = len(parts)
  return [
    path
    for name, path in _PATHS.items()
    if (name[:-1] if name[-1] == '__init__' else name)[-count:] == parts
  ]


def _resolves(reference: str) -> bool:
  """Whether a dotted name is that of something, as far as it is ours."""
  parts = tuple(reference.split('.'))
  if _OTHERS.fullmatch(reference):
    return True
  if len(parts) == 2 and any(
    parts[1] in _names(path).get(parts[0], ()) for path in _PATHS.values()
  ):
    return True  # A class and what it has.
  for count in range(len(parts), 0, -1):
    for path in _modules_named(parts[:count]):
      rest = parts[count:]
      names = _names(path)
      if not rest or (len(rest) == 1 and rest[0] in names):
        return True
      if len(rest) == 2 and rest[1] in names.get(rest[0], ()):
        return True
  return False


@pytest.mark.parametrize('name', _PATHS, ids='.'.join)
def test_references_lead_somewhere(name: tuple[str, ...]):
  text = _PATHS[name].read_text()
  lost = [r for r in _REFERENCE.findall(text) if not _resolves(r)]
  assert not lost


@pytest.mark.parametrize(
  'reference,there',
  [
    ('spiral_tf.types', True),
    ('types.Episode', True),
    ('types.Episode.context', True),
    ('Episode.context', True),
    ('Episode.contest', False),
    ('networks.policy.Policy.unroll', True),
    ('tf.Variable', True),
    ('config.data.path', True),
    ('types.Epoch', False),
    ('types.Episode.contest', False),
    ('spiral_tf.rewards', False),
    ('painter.Agent', False),
    ('networks.policy.Politics', False),
  ],
)
def test_what_is_not_there_is_noticed(reference: str, there: bool):
  assert _resolves(reference) == there


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
