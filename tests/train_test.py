"""`python -m launch.train` as a person uses it: stop, go on, break.

These start real processes, because signals and crashes are what they are about;
each start of TensorFlow in five processes takes some ten seconds.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import psutil
import pytest

from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent


@pytest.fixture
def workdir(tmp_path):
  """A folder with the small experiment's config file beside it."""
  values = json.dumps(config_lib.to_dict(small.CONFIG))
  (tmp_path / 'small_config.py').write_text(
    'import json\n'
    'from spiral_tf import config\n'
    'def get_config():\n'
    f'  values = json.loads({values!r})\n'
    '  return config.editable(config.from_dict(values))\n'
  )
  return str(tmp_path / 'run')


def _start(workdir, *flags):
  return subprocess.Popen(
    [
      sys.executable,
      '-m',
      'launch.train',
      f'--config={os.path.dirname(workdir)}/small_config.py',
      f'--workdir={workdir}',
      *flags,
    ],
    cwd=_ROOT,
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
    start_new_session=True,
  )


def _wait_for_updates(workdir, process, number):
  path = os.path.join(workdir, 'metrics', 'policy_learner.jsonl')
  end = time.monotonic() + 180
  while time.monotonic() < end and process.poll() is None:
    if os.path.exists(path):
      lines = pathlib.Path(path).read_text().splitlines()
      if lines and json.loads(lines[-1])['updates'] >= number:
        return
    time.sleep(0.1)
  if process.poll() is None:  # Its output would not end.
    os.killpg(process.pid, signal.SIGKILL)
  raise AssertionError(f'no update {number}: {process.communicate()[0]}')


def _node(process, group):
  """The process of a node, known by the file that its output goes to."""
  for child in psutil.Process(process.pid).children(recursive=True):
    if f'/{group}/' in os.readlink(f'/proc/{child.pid}/fd/1'):
      return child
  raise AssertionError(f'no {group}')


def _assert_no_process_left(process):
  end = time.monotonic() + 5
  while time.monotonic() < end:
    left = []
    for other in psutil.process_iter():
      try:
        if os.getsid(other.pid) == process.pid:
          left.append(other)
      except ProcessLookupError:
        continue
    if not left:
      return
    time.sleep(0.1)
  raise AssertionError(f'still there: {left}')


def test_ctrl_c_loses_nothing_and_the_same_command_goes_on(workdir):
  endless = '--config.training.frames=0'
  process = _start(workdir, endless)
  _wait_for_updates(workdir, process, 10)
  os.killpg(process.pid, signal.SIGINT)  # As a terminal does: to all of them.
  output = process.communicate(timeout=60)[0]
  assert process.returncode == 130, output
  assert 'The same command goes on from here' in output
  _assert_no_process_left(process)
  stopped_at = checkpoint.done_so_far(workdir)[0]
  assert stopped_at >= 10

  total = stopped_at + 10
  frames = config_lib.frames(small.CONFIG, total)
  process = _start(workdir, f'--config.training.frames={frames}')
  output = process.communicate(timeout=120)[0]
  assert process.returncode == 0, output
  assert 'come to its end' in output
  assert f'Goes on from {stopped_at} updates' in output
  _assert_no_process_left(process)
  assert checkpoint.done_so_far(workdir)[0] == total
  lines = pathlib.Path(workdir, 'metrics', 'policy_learner.jsonl').read_text()
  updates = [json.loads(line)['updates'] for line in lines.splitlines()]
  assert updates == sorted(updates)

  made_with = checkpoint.load_config(workdir)
  process = _start(
    workdir,
    f'--config.training.frames={frames}',
    '--config.policy_learner.learning_rate=0.5',
  )
  output = process.communicate(timeout=30)[0]
  assert process.returncode == 0, output
  assert 'has come to its end' in output
  assert 'Starting' not in output
  assert checkpoint.load_config(workdir) == made_with


def test_sigterm_saves_too_and_divergence_spoils_nothing(workdir):
  process = _start(workdir, '--config.training.frames=0')
  _wait_for_updates(workdir, process, 5)
  process.terminate()
  output = process.communicate(timeout=60)[0]
  assert process.returncode == 130, output
  _assert_no_process_left(process)
  updates, _ = checkpoint.done_so_far(workdir)
  assert updates >= 5

  kept = checkpoint.restore(workdir, checkpoint.POLICY_LEARNER, {})
  process = _start(
    workdir,
    '--config.training.frames=0',
    '--config.policy_learner.learning_rate=1e30',
  )
  output = process.communicate(timeout=120)[0]
  assert process.returncode == 1, output
  _assert_no_process_left(process)
  explanation = output[output.rindex('Error: ') :]
  assert f'at update {updates + 1}, which was not finite' in explanation
  assert f'goes on from its last checkpoint, {kept}.' in explanation
  assert 'lower --config.policy_learner.learning_rate' in explanation
  assert checkpoint.done_so_far(workdir)[0] == updates
  assert checkpoint.restore(workdir, checkpoint.POLICY_LEARNER, {}) == kept


def test_a_killed_node_ends_the_program_with_an_error(workdir):
  process = _start(workdir, '--config.training.frames=0')
  _wait_for_updates(workdir, process, 5)
  _node(process, 'replay').kill()
  output = process.communicate(timeout=60)[0]
  assert process.returncode not in (0, 130), output
  assert 'Error: ' in output
  _assert_no_process_left(process)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
