"""The actor without Ray: an object with coroutines."""

import asyncio
import errno
import os
import signal
import socket

import cloudpickle
import pytest

from launch.runtime.engines import ray_keeper
from tests import patience
from tests import processes


def _job():
  def run():
    import os
    import subprocess
    import time

    child = subprocess.Popen(['sleep', '1000'])
    print(os.environ['A'], child.pid, flush=True)
    time.sleep(1000)

  return cloudpickle.dumps([run])


async def _wait_for_words(log):
  def words():
    return log.exists() and log.read_text().endswith('\n')

  await asyncio.to_thread(patience.wait_until, words, 'words of the node')
  return log.read_text().split()


def test_runs_a_node_once(tmp_path):
  log = tmp_path / 'logs' / 'group' / '0'

  async def run():
    keeper = ray_keeper.Keeper()
    await keeper.close()  # There is none yet.
    await keeper.stop(1, True)
    code = asyncio.ensure_future(keeper.run(1, _job(), {'A': 'b'}, str(log)))
    word, child = await _wait_for_words(log)
    assert word == 'b'
    # The same run, asked for once more, as the connection was lost.
    again = asyncio.ensure_future(keeper.run(1, b'', {}, str(log)))
    await keeper.stop(2, True)  # Meant for another run.
    assert processes.is_alive(int(child))
    assert not code.done() and not again.done()
    await keeper.stop(1, True)
    assert await code == await again == -signal.SIGKILL
    processes.wait_until_gone(int(child))

  asyncio.run(run())


def test_close_kills(tmp_path):
  log = tmp_path / '0'

  async def run():
    keeper = ray_keeper.Keeper()
    code = asyncio.ensure_future(keeper.run(1, _job(), {'A': 'b'}, str(log)))
    await _wait_for_words(log)
    await keeper.close()
    assert await code == -signal.SIGKILL

  asyncio.run(run())


def test_what_can_not_be_started_there_ends_and_prints_elsewhere(
  monkeypatch, capsys
):
  logs = []

  def start(job, env, log):
    logs.append(log)
    raise OSError(errno.EMFILE, 'Too many open files')

  monkeypatch.setattr(ray_keeper.node_process, 'start', start)
  run = ray_keeper.Keeper().run(1, b'', {}, os.devnull + '/logs/0')
  # As of a node that was killed: it may well be started in a while.
  assert asyncio.run(run) < 0
  assert logs == ['/dev/stdout']
  assert 'Too many open files' in capsys.readouterr().out


def test_knows_which_ports_are_free():
  keeper = ray_keeper.Keeper()
  with socket.create_server(('127.0.0.1', 0)) as server:
    port = server.getsockname()[1]
    assert not asyncio.run(keeper.is_free(port))
  assert asyncio.run(keeper.is_free(port))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
