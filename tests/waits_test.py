"""No test fails by the clock: all wait by `patience`, or set the time."""

import ast
import pathlib
import textwrap

import pytest

_FOLDER = pathlib.Path(__file__).absolute().parent
# Where a test may do itself what is forbidden below, by file and function.
_ALLOWED = {
  ('mypaint_test', 'test_stroke_releases_the_gil'): (
    'It counts how often it gets its turn, however long a turn takes.'
  ),
  **dict.fromkeys(
    [('soaked', name) for name in ('watch', 'harm', 'wait_for_all', '_sample')],
    'It does so for as long as it is told, or as others wait by patience.',
  ),
  **dict.fromkeys(
    [('load', name) for name in ('_server', 'run', 'main')]
    + [('visitors', name) for name in ('connect', '_unread')],
    'It is run by hand, to see how long people wait.',
  ),
  ('web_server_test', 'test_a_head_that_trickles_ends_the_connection'): (
    'It sends a byte at a time, however slowly, until it may not.'
  ),
  ('mcmc_chains_test', 'test_ctrl_c_ends_the_processes'): (
    'It presses Ctrl-C in a moment, and whenever that comes is right.'
  ),
}
# Ways to wait for others, and which argument says for how long at most.
_WAITS = {
  **{'acquire': 1, 'communicate': 1, 'join': 0, 'wait': 0, 'wait_for': 1},
  **{'wait_procs': 1, 'Timer': 0, 'sleep': 0, 'select': 3, 'alarm': 0},
  **{'create_connection': 1, 'settimeout': 0, 'wait_for_timeout': 0},
}
_CLOCKS = ('monotonic', 'perf_counter', 'time')
# To stay so long is to stay for ever, and to wait so long, to end what hangs.
_EVER = 300.0


def _number(node, constants):
  """The number that an expression is, None if that is not to be seen."""
  if isinstance(node, ast.Name):
    node = constants.get(node.id, node)
  if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
    node = node.args[0] if node.func.id in ('int', 'float') else node
  if isinstance(node, ast.BinOp):
    sides = [_number(side, constants) for side in (node.left, node.right)]
    numbers = [number for number in sides if number is not None]
    return min(numbers, default=None)
  value = getattr(node, 'value', None)
  is_number = isinstance(value, int | float) and not isinstance(value, bool)
  return float(value) if is_number else None


def _name_of(call):
  return getattr(call.func, 'attr', getattr(call.func, 'id', ''))


def _is_clock(node):
  return (
    isinstance(node, ast.Call)
    and isinstance(node.func, ast.Attribute)
    and node.func.attr in _CLOCKS
    and getattr(node.func.value, 'id', '') == 'time'
    and not node.args
  )


def _is_time(node):
  """Whether it is the module `time`, perhaps as another module has it."""
  return 'time' in (getattr(node, 'id', ''), getattr(node, 'attr', ''))


def _times(tree):
  """Yields names of times that are set in a function, or at the top."""
  waiting = list(ast.iter_child_nodes(tree))
  while waiting:
    node = waiting.pop()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
      continue
    waiting += ast.iter_child_nodes(node)
    if isinstance(node, ast.Assign) and any(
      map(_is_clock, ast.walk(node.value))
    ):
      for target in node.targets:
        if isinstance(target, ast.Name):
          yield target.id


def _wrong(tree):
  """Yields lines and words for what waits by the clock, with its function."""
  constants = {
    target.id: node.value
    for node in ast.walk(tree)
    if isinstance(node, ast.Assign)
    for target in node.targets
    if isinstance(target, ast.Name)
  }

  def visit(node, function, times):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
      function, times = function or node.name, times | set(_times(node))
    if isinstance(node, ast.Call):
      name = _name_of(node)
      given = [k.value for k in node.keywords if 'timeout' in (k.arg or '')]
      position = _WAITS.get(name, len(node.args))
      for value in [*given, *node.args[position : position + 1]]:
        number = _number(value, constants)
        if number is not None and 0 < number < _EVER:
          yield function, node.lineno, f'{name} of {number:g}'
      if name == 'setattr' and _is_time(node.args[0]):
        yield function, node.lineno, 'a clock that is set for all threads'
    elif isinstance(node, ast.Compare):
      parts = list(ast.walk(node))
      if any(_is_clock(x) or getattr(x, 'id', None) in times for x in parts):
        yield function, node.lineno, 'a time that is compared'
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
      yield from _wrong_in_text(node, function)
    for child in ast.iter_child_nodes(node):
      yield from visit(child, function, times)

  yield from visit(tree, None, set(_times(tree)))


def _wrong_in_text(node, function):
  """The same, of a program that another process is to run."""
  if '\n' not in node.value:
    return
  try:
    tree = ast.parse(textwrap.dedent(node.value))
  except SyntaxError:
    return
  for _, line, words in _wrong(tree):
    if not words.startswith('sleep'):  # What it does is to take its time.
      yield function, node.lineno + line - 1, words


def test_no_other_test_waits_by_the_clock():
  """A machine that is slow is no reason to fail."""
  found, used = [], set()
  for path in sorted(_FOLDER.rglob('*.py')):
    if path.stem == 'patience':
      continue
    for function, line, words in _wrong(ast.parse(path.read_text())):
      if (path.stem, function) in _ALLOWED:
        used.add((path.stem, function))
      else:
        found.append(f'{path.relative_to(_FOLDER)}:{line}: {words}')
  assert not found, (
    'Wait by tests.patience, or say by tests.clocks when time passes: '
    + '; '.join(found)
  )
  assert used == set(_ALLOWED)


@pytest.mark.parametrize(
  'text',
  [
    'process.communicate(timeout=60)',
    'process.communicate(None, 30)',
    'process.wait(_SECONDS)',
    'thread.join(1)',
    'thread.join(timeout=3 * _SECONDS)',
    'event.wait(0.5)',
    'time.sleep(0.2)',
    'asyncio.sleep(_SECONDS)',
    'threading.Timer(0.1, stop).start()',
    'threading.Barrier(4, timeout=10)',
    'socket.create_connection(address, timeout=int(5))',
    'subprocess.run(command, timeout=20)',
    'writer.flush(timeout_ms=200)',
    'assert time.monotonic() - start < 30',
    'while time.time() < end: pass',
    'seconds = time.monotonic() - begin; assert seconds < 3',
    "monkeypatch.setattr(time, 'monotonic', lambda: 0.0)",
    "monkeypatch.setattr(metrics.time, 'time', lambda: 0.0)",
    'program = ' + repr('\n'.join(['import a', 'b.wait(5)'])),
  ],
)
def test_what_waits_by_the_clock_is_seen(text):
  assert list(_wrong(ast.parse(f'_SECONDS = 20\n{text}')))


@pytest.mark.parametrize(
  'text',
  [
    'patience.end(process)',
    'process.communicate()',
    'process.wait()',
    'select.select([a], [], [], wait.left())',
    'threading.Barrier(4, timeout=patience.HANG_SECONDS)',
    'time.sleep(3600)',
    '", ".join(names)',
    'os.path.join(folder, name)',
    'seconds = time.monotonic() - begin',
    'clocks.replace(monkeypatch, metrics, time=lambda: 0.0)',
  ],
)
def test_what_does_not_is_not(text):
  assert not list(_wrong(ast.parse(text)))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
