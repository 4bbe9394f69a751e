"""Tests of launch.runtime.engines.local_engine, with real processes."""

import functools
import os
import signal

import cloudpickle
import launchpad as lp
import psutil
import pytest

from launch.runtime import heartbeats
from launch.runtime import isolation
from launch.runtime import jobs
from launch.runtime import roles
from launch.runtime import supervisor
from launch.runtime.engines import engine as engine_lib
from launch.runtime.engines import local_engine
from tests import engine_nodes
from tests import patience
from tests import processes


def _task(tmp_path, function, name='node/0'):
  # By value: the nodes' processes cannot import this module under Bazel.
  return engine_lib.Task(
    name,
    cloudpickle.dumps([functools.partial(jobs.run, function)]),
    {'SPIRAL_TEST': 'seen'},
    str(tmp_path / 'logs' / name),
  )


@pytest.fixture
def engine():
  made = local_engine.LocalEngine()
  yield made
  made.close()


def _wait_for_log(path, text):
  patience.wait_until(
    lambda: path.exists() and text in path.read_text(),
    f'"{text}" in {path}',
    tell=lambda: path.read_text() if path.exists() else 'It is not there.',
  )


def test_a_node_runs_and_its_exit_code_and_log_are_kept(
  tmp_path, engine, monkeypatch
):
  # What the launcher has, which a node's process needs before it imports ours.
  monkeypatch.setenv('TF_ENABLE_ONEDNN_OPTS', '0')

  def work():
    import os
    import sys

    kernels = os.environ['TF_ENABLE_ONEDNN_OPTS']
    print('environment', os.environ['SPIRAL_TEST'], kernels)
    sys.exit(7)

  engine.place({'node/0': engine_lib.Resources()})
  for times in (1, 2):  # Started again, it adds to its log.
    engine.start(_task(tmp_path, work))
    assert engine_nodes.poll(engine) == [engine_lib.Ended('node/0', 7)]
    log = (tmp_path / 'logs' / 'node' / '0').read_text()
    assert log.count('environment seen 0') == times
  assert engine.poll() == []


def test_stop_lets_a_node_finish_and_kill_does_not(tmp_path, engine):
  def work():
    import launchpad as lp

    print('up', flush=True)
    lp.wait_for_stop()
    print('saved', flush=True)

  log = tmp_path / 'logs' / 'node' / '0'
  engine.start(_task(tmp_path, work))
  _wait_for_log(log, 'up')
  engine.stop('node/0')
  assert engine_nodes.poll(engine) == [engine_lib.Ended('node/0', 0)]
  assert 'saved' in log.read_text()
  engine.start(_task(tmp_path, work))
  engine.stop('node/0', kill=True)
  assert engine_nodes.poll(engine) == [
    engine_lib.Ended('node/0', -signal.SIGKILL)
  ]
  engine.stop('node/0')  # Is not running: nothing happens.


def test_what_a_node_started_ends_with_it(tmp_path, engine):
  def work():
    import os
    import subprocess

    child = subprocess.Popen(['sleep', '1000'])
    print('child', child.pid, 'end', flush=True)
    os._exit(1)

  engine.start(_task(tmp_path, work))
  engine_nodes.poll(engine)
  log = (tmp_path / 'logs' / 'node' / '0').read_text()
  child = int(log.split('child ')[1].split()[0])
  processes.wait_until_gone(child)


def test_close_leaves_nothing(tmp_path):
  def work():
    import time

    print('up', flush=True)
    time.sleep(1000)

  engine = local_engine.LocalEngine()
  engine.start(_task(tmp_path, work))
  _wait_for_log(tmp_path / 'logs' / 'node' / '0', 'up')
  (child,) = [
    other.pid
    for other in psutil.Process(os.getpid()).children()
    if 'process_entry.py' in ' '.join(other.cmdline())
  ]
  engine.close()
  assert not psutil.pid_exists(child)


def test_endpoints_all_differ(engine):
  endpoints = engine.endpoints([f'node/{i}' for i in range(50)])
  assert len(set(endpoints.values())) == 50
  more = engine.endpoints(['other'])
  assert more['other'] not in endpoints.values()


def test_a_log_that_can_not_be_written_keeps_no_node_from_running(
  tmp_path, engine, capsys
):
  def work():
    import sys

    print('unheard', flush=True)
    sys.exit(7)

  (tmp_path / 'logs').mkdir()
  (tmp_path / 'logs' / 'node').write_text('a file in the place of a folder')
  engine.start(_task(tmp_path, work))
  assert engine_nodes.poll(engine) == [engine_lib.Ended('node/0', 7)]
  (line,) = capsys.readouterr().err.splitlines()
  assert str(tmp_path / 'logs' / 'node' / '0') in line


def test_a_node_that_is_stopped_is_killed_and_started_again(tmp_path, engine):
  """The whole of `launch.runtime`, with a real process that hangs."""

  def hang_once(folder):
    import os
    import pathlib
    import signal

    import launchpad as lp

    from tests import patience

    if (folder / 'hung').exists():
      lp.stop()
    # Not before it has given a sign of life.
    sign = pathlib.Path(folder, 'heartbeats', 'node', '0')
    patience.wait_until(
      lambda: b'"resting"' in sign.read_bytes(), 'sign of life'
    )
    (folder / 'hung').touch()
    os.kill(os.getpid(), signal.SIGSTOP)

  def make_program():
    program = lp.Program('test')
    with program.group('node'):
      program.add_node(lp.PyNode(functools.partial(hang_once, tmp_path)))
    return program, {
      'node': roles.Role('node', endings={10: roles.Ending(True, 'is done')})
    }

  lines = []
  made = supervisor.Supervisor(
    engine,
    make_program,
    str(tmp_path / 'logs'),
    lambda kind: engine_lib.Resources(),
    {},
    report=lines.append,
    beats=heartbeats.Beats(
      str(tmp_path / 'heartbeats'),
      functools.partial(heartbeats.Doing, heartbeats.RESTING),
      seconds=0.1,
    ),
    hang_seconds=3.0,
  )
  assert made.run() is True
  said = '\n'.join(lines)
  assert 'node/0 has given no sign of life for' in said
  assert 'it was resting. It is killed.' in said
  assert 'node/0 was killed by signal 9' in said
  assert made.restarts >= 1
  assert not (tmp_path / 'heartbeats').exists()


@pytest.mark.skipif(
  bool(isolation.unavailable()), reason=str(isolation.unavailable())
)
def test_nodes_share_a_network_that_others_do_not_see(tmp_path):
  def serve():
    import socket

    server = socket.create_server(('', 23456))
    print('up', flush=True)
    server.accept()

  def connect():
    import socket

    socket.create_connection(('localhost', 23456)).close()

  engine = local_engine.LocalEngine(isolation.Namespace())
  engine.start(_task(tmp_path, serve, 'server/0'))
  _wait_for_log(tmp_path / 'logs' / 'server' / '0', 'up')
  with pytest.raises(OSError):
    connect()
  engine.start(_task(tmp_path, connect, 'client/0'))
  ended = dict(engine_nodes.poll(engine))
  if len(ended) < 2:
    ended.update(engine_nodes.poll(engine))
  assert ended == {'server/0': 0, 'client/0': 0}
  engine.close()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
