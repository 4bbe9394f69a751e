"""Tests of spiral_tf.locks."""

import contextlib
import errno
import fcntl
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading

import pytest

from spiral_tf import locks
from tests import patience

_ROOT = pathlib.Path(__file__).absolute().parent.parent

_HOLDER = """
import sys, time
from spiral_tf import locks

if sys.argv[2] == 'hold':
  lock = locks.hold(sys.argv[1], lambda: None)
else:
  lock = locks.announced(sys.argv[1])
with lock:
  print('holds', flush=True)
  time.sleep(3600)
"""


def _refuse():
  raise RuntimeError('in use')


@contextlib.contextmanager
def _other_process(path, how='hold'):
  """Another process that holds the lock."""
  process = subprocess.Popen(
    [sys.executable, '-c', _HOLDER, path, how],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': str(_ROOT)},
    stdout=subprocess.PIPE,
    text=True,
  )
  try:
    assert process.stdout.readline() == 'holds\n'
    yield process
  finally:
    process.kill()
    process.communicate()


@pytest.fixture(params=['file', 'folder'])
def path(request, tmp_path):
  """What is locked: a file that is not there yet, or a folder."""
  return str(tmp_path / 'file' if request.param == 'file' else tmp_path)


def test_one_at_a_time_has_it(path):
  with locks.hold(path, _refuse):
    with pytest.raises(RuntimeError, match='in use'):  # noqa: SIM117
      with locks.hold(path, _refuse):
        pytest.fail('It was held twice.')
    with pytest.raises(RuntimeError, match='in use'):  # Still.
      locks.hold(path, _refuse).__enter__()
  with locks.hold(path, _refuse):
    pass


def test_a_body_that_fails_gives_it_back(path):
  with pytest.raises(ValueError, match='body'):  # noqa: SIM117
    with locks.hold(path, _refuse):
      raise ValueError('body')
  with locks.hold(path, _refuse):
    pass


def test_a_folder_gets_no_file(tmp_path):
  with locks.hold(str(tmp_path), _refuse):
    assert not list(tmp_path.iterdir())


def test_who_waits_gets_it_from_a_process_that_is_killed(path):
  waiting = threading.Event()
  with _other_process(path) as process:
    threading.Thread(
      target=lambda: waiting.wait() and os.kill(process.pid, signal.SIGKILL),
      daemon=True,
    ).start()
    with locks.hold(path, waiting.set):
      assert waiting.is_set()
      assert patience.end(process) == -signal.SIGKILL


def test_a_file_that_cannot_be_made(tmp_path):
  with pytest.raises(FileNotFoundError):
    locks.hold(str(tmp_path / 'no' / 'file'), _refuse).__enter__()


def test_who_comes_later_is_told_who_has_it_until_it_is_killed(tmp_path):
  path = str(tmp_path / 'lock')
  with _other_process(path, 'announced') as process:
    with pytest.raises(locks.HeldError) as error:  # noqa: SIM117
      with locks.announced(path):
        pytest.fail('It was held twice.')
    assert error.value.holder == (
      f'process {process.pid} on {socket.gethostname()}'
    )
    process.kill()
    process.wait()
    with locks.announced(path):
      pass
  assert os.path.getsize(path) == 0  # Nobody.


@pytest.mark.parametrize('text', [b'held by pro', b'held', b'', bytes(40)])
def test_what_a_power_cut_left_of_the_text_is_no_hindrance(tmp_path, text):
  path = tmp_path / 'lock'
  path.write_bytes(text)
  with locks.announced(str(path)):
    assert f'process {os.getpid()} on' in path.read_text()


def test_a_file_of_somebody_else_is_not_written(tmp_path):
  path = tmp_path / 'lock'
  path.write_text('my notes')
  with pytest.raises(ValueError, match='Move it away') as error:
    locks.announced(str(path)).__enter__()
  assert str(path) in str(error.value)
  assert path.read_text() == 'my notes'


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch, capsys):
  def flock(descriptor, how):
    raise OSError(errno.ENOLCK, 'No locks available')

  monkeypatch.setattr(fcntl, 'flock', flock)
  path = str(tmp_path / 'lock')
  with locks.announced(path):
    assert path in capsys.readouterr().out


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
