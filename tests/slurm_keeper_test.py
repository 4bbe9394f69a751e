"""The keeper of a place in a Slurm job, as a program without Slurm."""

import base64
import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys

import cloudpickle
import pytest

from launch.runtime.engines import slurm_keeper
from tests import patience
from tests import processes


class _Keeper:
  """A keeper that runs, and what it says."""

  def __init__(self, silence_seconds=3600.0, **kwargs):
    self.process = subprocess.Popen(
      [sys.executable, slurm_keeper.__file__, str(silence_seconds), '5'],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
      **kwargs,
    )

  def send(self, **request):
    text = json.dumps(request) + '\n'
    self.process.stdin.write(text.encode())
    self.process.stdin.flush()

  def start(self, number, log, function):
    job = base64.b64encode(cloudpickle.dumps([function])).decode()
    self.send(do='start', number=number, job=job, env={'A': 'b'}, log=str(log))

  def answer(self):
    """The next thing it says but that it is there."""
    wait = patience.Wait('an answer')
    while True:
      if not select.select([self.process.stdout], [], [], wait.left())[0]:
        continue
      answer = json.loads(self.process.stdout.readline())
      if answer:
        return answer


@pytest.fixture
def keep():
  """Makes keepers, which end with the test."""
  made = []

  def make(*args, **kwargs):
    made.append(_Keeper(*args, **kwargs))
    return made[-1]

  yield make
  for keeper in made:
    keeper.process.kill()
    keeper.process.wait()
    keeper.process.stdout.close()
    keeper.process.stdin.close()


def _wait_for_words(keeper, log):
  """What a node prints; until then, its keeper hears something."""

  def are_there():
    keeper.send(do='nothing')
    return log.exists() and len(log.read_text().split()) >= 3

  patience.wait_until(
    are_there,
    'words of the node',
    alive=lambda: keeper.process.poll() is None,
  )
  return log.read_text().split()


def _stay():
  import subprocess
  import time

  child = subprocess.Popen(['sleep', '1000'])
  print(os.environ['A'], os.getpid(), child.pid, flush=True)
  time.sleep(1000)


def test_runs_nodes_and_says_how_they_end(keep, tmp_path):
  keeper = keep()
  log = tmp_path / 'logs' / 'group' / '0'
  keeper.start(1, log, _stay)
  word, *ids = _wait_for_words(keeper, log)
  assert word == 'b'
  keeper.send(do='stop', number=2, kill=True)  # Meant for another run.
  keeper.process.send_signal(signal.SIGTERM)  # Meant for nobody.
  with socket.create_server(('', 0)) as server:
    port = server.getsockname()[1]
    keeper.send(do='probe', port=port)
    assert keeper.answer() == {'port': port, 'free': False}
  assert processes.is_alive(int(ids[0]))
  keeper.send(do='stop', number=1, kill=True)
  assert keeper.answer() == {'number': 1, 'code': -signal.SIGKILL}
  processes.wait_until_gone(*map(int, ids))
  keeper.send(do='stop', number=1, kill=True)  # Nothing is there to stop.
  keeper.send(do='probe', port=port)
  assert keeper.answer() == {'port': port, 'free': True}

  def fail():
    # A child inherits what its parent ignores.
    assert signal.getsignal(signal.SIGTERM) != signal.SIG_IGN
    raise SystemExit(3)

  keeper.start(2, log, fail)
  assert keeper.answer() == {'number': 2, 'code': 3}


@pytest.mark.parametrize('how', ['input ends', 'silence', 'killed'])
def test_no_node_outlives_its_keeper(keep, tmp_path, how):
  keeper = keep(*([5.0] if how == 'silence' else []))
  keeper.start(1, tmp_path / '0', _stay)
  _, *ids = _wait_for_words(keeper, tmp_path / '0')
  if how == 'input ends':
    keeper.process.stdin.close()
  elif how == 'killed':
    keeper.process.kill()
    keeper.process.wait()
    # Slurm ends what the node had started.
    os.kill(int(ids[1]), signal.SIGKILL)
  assert patience.end(keeper.process) == (-9 if how == 'killed' else 0)
  processes.wait_until_gone(*map(int, ids))


def test_says_that_it_is_there(keep):
  keeper = keep()
  assert keeper.process.stdout.readline() == b'{}\n'


def test_prints_elsewhere_if_there_can_be_no_log(keep, tmp_path):
  with open(tmp_path / 'errors', 'w+') as errors:
    keeper = keep(stderr=errors)
    keeper.start(1, '/dev/null/logs/0', _stay)
    _, *ids = _wait_for_words(keeper, tmp_path / 'errors')
    keeper.process.stdin.close()
    assert patience.end(keeper.process) == 0
    processes.wait_until_gone(*map(int, ids))


def test_what_can_not_be_started_ends_and_the_keeper_stays(monkeypatch, capsys):
  def start(*unused):
    raise OSError(errno.EMFILE, 'Too many open files')

  monkeypatch.setattr(slurm_keeper.node_process, 'start', start)
  request = {'number': 3, 'job': '', 'env': {}, 'log': '/dev/null'}
  answer = slurm_keeper.Keeper().do({'do': 'start', **request})
  assert answer['number'] == 3
  # As of a node that was killed: it may well be started in a while.
  assert answer['code'] < 0
  assert 'Too many open files' in capsys.readouterr().err


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
