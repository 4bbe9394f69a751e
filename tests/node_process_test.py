"""Tests of launch.runtime.engines.node_process, with real processes."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys

import cloudpickle
import pytest

from launch.runtime import isolation
from launch.runtime.engines import node_process
from tests import patience
from tests import processes

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_PR_CAPBSET_DROP, _CAP_SYS_ADMIN = 24, 21
# Starts a node, in a namespace or not, and says what came of it.
_LAUNCHER = """
import pathlib, sys
from launch.runtime import isolation
from launch.runtime.engines import node_process
job, log, isolated = sys.argv[1:]
namespace = isolation.Namespace() if isolated == 'isolated' else None
process = node_process.start(
  pathlib.Path(job).read_bytes(), {}, log, namespace.files if namespace else ()
)
print(process.pid, flush=True)
sys.stdin.read()
"""


def _drop_right():
  """Makes of root, in the program that follows, what others are."""
  ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_SYS_ADMIN, 0, 0, 0)


def _job(function):
  return cloudpickle.dumps([function])


def _run(function, log, env=None):
  """Runs a node and returns its exit code."""
  return patience.end(node_process.start(_job(function), env or {}, str(log)))


def test_it_runs_the_job_and_adds_to_the_log(tmp_path):
  def work():
    import os
    import sys

    print(os.environ['SPIRAL_TEST'], os.environ.get('PATH'))
    print(os.getpgid(0) == os.getpid(), file=sys.stderr)

  log = tmp_path / 'logs' / 'node' / '0'
  for times in (1, 2):
    assert _run(work, log, {'SPIRAL_TEST': f'run-{times}'}) == 0
    text = log.read_text()
    assert text.count(f'run-{times} {os.environ.get("PATH")}\n') == 1
    assert text.count('True\n') == times
  assert 'run-1' in text


@pytest.mark.parametrize(
  ['code', 'expected'],
  [
    ('sys.exit(7)', 7),
    ('raise ValueError("oh, a mistake")', 1),
    ('os.kill(os.getpid(), 9)', -signal.SIGKILL),
  ],
)
def test_it_ends_as_the_job_ends(tmp_path, code, expected):
  def work():
    exec('import os, sys\n' + code)

  log = tmp_path / 'log'
  assert _run(work, log) == expected
  assert ('ValueError: oh, a mistake' in log.read_text()) == (expected == 1)


def test_it_has_a_process_group_of_its_own(tmp_path):
  # So that the Ctrl-C of a terminal is not for it, and what it started can be
  # killed with it.
  def work():
    import time

    print('up', flush=True)
    time.sleep(1000)

  log = tmp_path / 'log'
  process = node_process.start(_job(work), {}, str(log))
  try:
    patience.wait_until(lambda: 'up' in log.read_text(), 'a node')
    assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
    assert os.getsid(process.pid) == os.getsid(0)
    assert _namespace(process.pid) == _namespace('self')
    os.killpg(process.pid, signal.SIGKILL)
    assert patience.end(process) == -signal.SIGKILL
  finally:
    process.kill()


def _namespace(pid):
  return os.readlink(f'/proc/{pid}/ns/net')


@pytest.mark.parametrize(
  ['isolated', 'right'], [(False, True), (True, True), (True, False)]
)
def test_it_does_not_outlive_its_launcher(tmp_path, isolated, right):
  def work():
    import json
    import os
    import socket
    import time

    server = socket.create_server(('', 0))
    names = [name for _, name in socket.if_nameindex()]
    print(json.dumps([server.getsockname()[1], names, os.getuid()]), flush=True)
    time.sleep(1000)

  if isolated and isolation.unavailable():
    pytest.skip(isolation.unavailable())
  job, log = tmp_path / 'job', tmp_path / 'log'
  job.write_bytes(_job(work))
  launcher = subprocess.Popen(
    [
      *(sys.executable, '-c', _LAUNCHER, str(job), str(log)),
      'isolated' if isolated else 'host',
    ],
    env={**os.environ, 'PYTHONPATH': str(_ROOT)},
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
    preexec_fn=None if right else _drop_right,
  )
  line = launcher.stdout.readline()
  if not line:
    output = patience.output(launcher)[1]
    assert isolated and not right, output
    pytest.skip(output)
  node = int(line)
  try:
    patience.wait_until(
      lambda: log.exists() and '\n' in log.read_text(), 'a node'
    )
    port, names, user = json.loads(log.read_text())
    assert user == os.getuid()
    assert ('0.0.0.0', port) in isolation.listening(node)
    if isolated:
      assert names == ['lo']
      assert _namespace(node) != _namespace('self')
    else:
      assert _namespace(node) == _namespace('self')
  finally:
    launcher.kill()
    launcher.communicate()
  processes.wait_until_gone(node)


def test_what_is_no_namespace_is_an_error_in_the_log(tmp_path):
  log = tmp_path / 'log'
  with open(os.devnull) as file:
    process = node_process.start(
      _job(lambda: print('did run')), {}, str(log), [file.fileno()]
    )
  assert patience.end(process) == 1
  assert 'setns: Invalid argument' in log.read_text()
  assert 'did run' not in log.read_text()


def test_the_end_of_a_terminal_is_for_its_launcher(tmp_path):
  def work():
    import signal

    print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)

  log = tmp_path / 'log'
  assert _run(work, log) == 0
  assert log.read_text().endswith('True\n')


def test_its_command_works_without_a_parent_and_with_a_pipe(tmp_path):
  # As by a queue of jobs, from any folder.
  def work():
    print('did run')

  done = patience.run(
    node_process.command(),
    input=_job(work),
    cwd=tmp_path,
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
  )
  assert done.returncode == 0, done.stdout
  assert b'did run' in done.stdout


def test_the_job_finds_the_projects_modules(tmp_path):
  def work():
    import os

    from launch.runtime.engines import engine

    print(engine.__name__, os.environ['PYTHONPATH'])

  log = tmp_path / 'log'
  before = os.getcwd()
  os.chdir(tmp_path)
  try:
    assert _run(work, log) == 0, log.read_text()
  finally:
    os.chdir(before)
  assert f'launch.runtime.engines.engine {_ROOT}' in log.read_text()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
