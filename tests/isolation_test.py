"""Tests of launch.runtime.isolation, with real namespaces where allowed."""

import ctypes
import json
import os
import pathlib
import socket
import subprocess
import sys

import psutil
import pytest

from launch.runtime import isolation
from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import local_engine
from tests import engine_nodes
from tests import patience
from tests import processes

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_PR_CAPBSET_DROP, _CAP_NET_ADMIN, _CAP_SYS_ADMIN = 24, 12, 21
_CLONE_NEWUSER = 0x10000000
# Has a namespace, and a process in it.
_LAUNCHER = """
import subprocess, sys
from launch.runtime import isolation
reason = isolation.unavailable()
if reason:
  print(reason)
else:
  namespace = isolation.Namespace()
  inner = subprocess.Popen(
    [sys.executable, '-c', sys.argv[1], *map(str, namespace.files)],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    pass_fds=namespace.files,
  )
  inner.stdout.readline()
  print(inner.pid, flush=True)
  sys.stdin.read()
  namespace.close()
  inner.communicate()
"""
_INNER = """
import os, sys
from launch.runtime import isolation
parent = os.getppid()
isolation.enter([int(file) for file in sys.argv[1:]])
isolation.die_with(parent)
print('in', flush=True)
sys.stdin.read()
"""
_PREFIX = """
import json, os, socket, sys
from launch.runtime import isolation
isolation.join(int(sys.argv[1]))
"""


def _drop_right(right=_CAP_SYS_ADMIN):
  """Makes of root, in the program that follows, what others are."""
  ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)


def _python(code, *arguments, python=sys.executable, **kwargs):
  return subprocess.Popen(
    [python, '-c', code, *map(str, arguments)],
    env={**os.environ, 'PYTHONPATH': str(_ROOT)},
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
    **kwargs,
  )


def _finish(process):
  output = patience.output(process)[0]
  assert process.returncode == 0, output
  return output


class _Launcher:
  """A process that has a namespace, and others that join it."""

  def __init__(self, python=sys.executable, **kwargs):
    self._python, self._kwargs = python, kwargs
    self.process = _python(_LAUNCHER, _INNER, python=python, **kwargs)
    line = self.process.stdout.readline().strip()
    if not line.isdecimal():
      patience.output(self.process)
      self._skip(line)
    self.pid = int(line)

  def _skip(self, reason):
    """Skips the test, if another program is not allowed it either."""
    command = ['unshare', '--map-root-user', '--net', 'true']
    try:
      patience.run(command, check=True, **self._kwargs)
    except (OSError, subprocess.SubprocessError):
      pytest.skip(reason)
    raise AssertionError(reason)

  def start_inside(self, code, *arguments):
    return _python(
      *(_PREFIX + code, self.pid, *arguments),
      python=self._python,
      **self._kwargs,
    )

  def run_inside(self, code, *arguments):
    return _finish(self.start_inside(code, *arguments))


# Root has the right to make a network namespace; all others have it in a user
# namespace of their own only. A container may leave it that right, but not the
# one to change what it made.
_PREPARE = {
  'as we are': None,
  'without the right': _drop_right,
  'without that on networks': lambda: _drop_right(_CAP_NET_ADMIN),
}


@pytest.fixture(params=_PREPARE)
def launcher(request):
  made = _Launcher(preexec_fn=_PREPARE[request.param])
  yield made
  if made.process.poll() is None:
    patience.output(made.process)


def _namespace_of(pid, kind):
  return os.readlink(f'/proc/{pid}/ns/{kind}')


def test_user_and_files_are_the_same_inside(launcher, tmp_path):
  path = tmp_path / 'file'
  output = launcher.run_inside(
    'open(sys.argv[2], "w").write(f"{os.getuid()} {os.getgid()}")', path
  )
  assert output == ''
  assert path.read_text() == f'{os.getuid()} {os.getgid()}'
  assert path.stat().st_uid == os.getuid()
  assert path.stat().st_gid == os.getgid()


def test_what_is_no_matter_of_rights_has_no_cure_for_that(monkeypatch):
  monkeypatch.setattr(isolation, '_setting', {}.get)
  reason = isolation.explain(OSError(24, 'Too many open files'))
  assert 'Too many open files' in reason
  assert 'seccomp' not in reason and 'sysctl' not in reason


def test_root_stays_in_its_user_namespace_to_keep_its_rights(launcher, request):
  status = pathlib.Path('/proc/self/status').read_text()
  rights = int(status.split('CapEff:')[1].split()[0], 16)
  is_same = _namespace_of(launcher.pid, 'user') == _namespace_of('self', 'user')
  keeps = 'as we are' in request.node.name and rights >> _CAP_SYS_ADMIN & 1
  assert is_same == bool(keeps)


def test_nothing_but_a_working_loopback_is_inside(launcher):
  output = launcher.run_inside("""
server = socket.create_server(('127.0.0.1', 0))
socket.create_connection(server.getsockname()).close()
try:
  socket.create_connection(('10.1.2.3', 80))
except OSError as error:
  print(json.dumps([socket.if_nameindex(), error.strerror]))
""")
  assert json.loads(output) == [[[1, 'lo']], 'Network is unreachable']


def test_a_server_is_reached_from_inside_and_not_from_outside(launcher):
  assert isolation.listening(launcher.pid) == []
  server = launcher.start_inside("""
server = socket.create_server(('', 0))
dual = socket.create_server(
  ('::', 0), family=socket.AF_INET6, dualstack_ipv6=True
)
print(server.getsockname()[1], dual.getsockname()[1], flush=True)
server.accept()[0].sendall(b'hello')
dual.accept()
""")
  ports = [int(port) for port in server.stdout.readline().split()]
  assert isolation.listening(launcher.pid) == sorted(
    [('0.0.0.0', ports[0]), ('::', ports[1])]
  )
  for port in ports:
    with pytest.raises(ConnectionRefusedError):
      socket.create_connection(('127.0.0.1', port))
  output = launcher.run_inside(
    """
client = socket.create_connection(('localhost', int(sys.argv[2])))
print(client.recv(5))
socket.create_connection(('127.0.0.1', int(sys.argv[3])))
""",
    *ports,
  )
  assert output == "b'hello'\n"
  _finish(server)
  assert isolation.listening(launcher.pid) == []


def test_it_ends_with_a_launcher_that_is_killed(launcher):
  assert processes.is_alive(launcher.pid)
  launcher.process.kill()
  launcher.process.wait()
  processes.wait_until_gone(launcher.pid)


def test_a_user_without_any_rights_can_have_one():
  if os.geteuid():
    pytest.skip('the other tests show it, as this is not root')
  user = {'user': 65534, 'group': 65534, 'extra_groups': []}
  python = '/usr/bin/python3'  # A venv's may lie where only root can look.
  try:
    _finish(
      _python('from launch.runtime import isolation', python=python, **user)
    )
  except (AssertionError, OSError, subprocess.SubprocessError) as error:
    pytest.skip(f'another user can not use {python} here: {error}')
  launcher = _Launcher(python=python, **user)
  assert launcher.run_inside('print(os.getuid())') == '65534\n'
  patience.output(launcher.process)


def test_closing_twice_does_no_harm():
  reason = isolation.unavailable()
  if reason:
    pytest.skip(reason)
  before = os.listdir('/proc/self/fd')
  with isolation.Namespace() as namespace:
    assert len(os.listdir('/proc/self/fd')) > len(before)
  assert os.listdir('/proc/self/fd') == before
  namespace.close()


def test_no_other_process_holds_it(tmp_path):
  reason = isolation.unavailable()
  if reason:
    pytest.skip(reason)

  def look():
    import socket

    print([name for _, name in socket.if_nameindex()])

  before = set(psutil.Process().children(recursive=True))
  engine = local_engine.LocalEngine(isolation.Namespace())
  for child in set(psutil.Process().children(recursive=True)) - before:
    child.kill()
    child.wait()
  try:
    task = engine_nodes.task(tmp_path, 'node/0', look)
    engine.start(task)
    assert engine_nodes.poll(engine) == [engine_lib.Ended('node/0', 0)]
    assert pathlib.Path(task.log).read_text().endswith("['lo']\n")
  finally:
    engine.close()


def test_a_kernels_refusal_is_told_with_its_rule_and_cure():
  # In a user namespace of its own, a process can set the limits of the kernel.
  code = f"""
import ctypes, os, pathlib, sys
from launch.runtime import isolation
user, group = os.geteuid(), os.getegid()
try:
  isolation._check(ctypes.CDLL(None).unshare({_CLONE_NEWUSER}), 'unshare')
  for name, text in (
    ('self/setgroups', 'deny'),
    ('self/uid_map', f'{{user}} {{user}} 1'),
    ('self/gid_map', f'{{group}} {{group}} 1'),
    ('sys/user/max_net_namespaces', '0'),
  ):
    pathlib.Path('/proc', name).write_text(text)
except OSError as error:
  sys.exit(f'can not set a limit: {{error}}')
print(isolation.unavailable())
"""
  process = _python(code)
  output = patience.output(process)[0]
  if 'can not set a limit' in output:
    pytest.skip(output)
  assert process.returncode == 0, output
  assert 'unshare: No space left on device' in output
  assert 'user.max_net_namespaces is 0' in output
  assert '"sysctl user.max_net_namespaces=10000"' in output
  assert len(output.splitlines()) == 1


@pytest.mark.parametrize(
  ['settings', 'expected'],
  [
    (
      {'kernel/unprivileged_userns_clone': '0'},
      '"sysctl kernel.unprivileged_userns_clone=1"',
    ),
    (
      {'user/max_user_namespaces': '0', 'user/max_net_namespaces': '5'},
      '"sysctl user.max_user_namespaces=10000"',
    ),
    (
      {'kernel/apparmor_restrict_unprivileged_userns': '1'},
      '"sysctl kernel.apparmor_restrict_unprivileged_userns=0"',
    ),
    ({}, '--security-opt seccomp=unconfined'),
  ],
)
def test_each_rule_has_a_cure(monkeypatch, settings, expected):
  def refuse():
    raise PermissionError(1, 'unshare: Operation not permitted')

  monkeypatch.setattr(isolation, 'Namespace', refuse)
  monkeypatch.setattr(isolation, '_setting', settings.get)
  reason = isolation.unavailable()
  assert 'unshare: Operation not permitted' in reason
  assert expected in reason
  assert reason.count('sysctl ') + reason.count('seccomp=') == 1


def test_a_process_whose_parent_is_gone_ends_itself():
  process = _python(
    'from launch.runtime import isolation; isolation.die_with(2)'
  )
  patience.output(process)
  assert process.returncode == 1


def test_it_is_light():
  # Each node's process imports it, before it becomes something else.
  output = _finish(
    _python("""
import sys
from launch.runtime import isolation
print(*sorted({name.partition('.')[0] for name in sys.modules}))
""")
  )
  assert 'launch' in output.split()
  heavy = {'absl', 'launchpad', 'numpy', 'psutil', 'reverb', 'tensorflow'}
  assert not heavy & set(output.split())


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
