"""`python -m launch.train` as a process, and the nodes that it starts."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import uuid

import psutil

from spiral_tf.config import experiment
from tests import patience
from tests import processes

# Environment variable by which all that a launcher started is known.
_MARK = 'SPIRAL_TEST_RUN'
_ROOT = pathlib.Path(__file__).absolute().parent.parent


def write_config(folder, config):
  """Writes `config` as a config file and returns its path."""
  values = json.dumps(experiment.to_dict(config))
  path = pathlib.Path(folder) / 'small_config.py'
  path.write_text(
    'import json\n'
    'from spiral_tf.config import experiment\n'
    'def get_config():\n'
    f'  values = json.loads({values!r})\n'
    '  return experiment.editable(experiment.from_dict(values))\n'
  )
  return str(path)


def start(
  config_path, workdir, *flags, module='launch.train', env=(), **kwargs
):
  """Starts training, in a session of its own.

  Args:
    config_path: from `write_config`.
    workdir: folder of the run.
    *flags: more of them.
    module: that is run.
    env: environment variables, beside this process's.
    **kwargs: of `subprocess.Popen`.

  Returns:
    The launcher's process, from `marked`.
  """
  kwargs.setdefault('stdout', subprocess.PIPE)
  command = [sys.executable, '-m', module, f'--config={config_path}']
  return marked(
    [*command, f'--workdir={workdir}', *flags],
    env,
    cwd=_ROOT,
    stderr=subprocess.STDOUT,
    text=True,
    start_new_session=True,
    **kwargs,
  )


def marked(command, env=(), **kwargs):
  """Starts a process by whose `mark` all that it starts is known, too."""
  mark = uuid.uuid4().hex
  env = {**os.environ, **dict(env), _MARK: mark}
  process = subprocess.Popen(command, env=env, **kwargs)
  process.mark = mark
  return process


def kill_all(process):
  """Kills the launcher, with which all nodes end, and returns its output."""
  if process.poll() is None:
    process.kill()
  return patience.output(process)[0]


def policy_lines(workdir):
  """What the policy learner of a run has logged, a dictionary a line."""
  return learner_lines(workdir, 'policy_learner')


def learner_lines(workdir, name):
  """What a learner of a run has logged, a dictionary a line."""
  path = pathlib.Path(workdir, 'metrics', f'{name}.jsonl')
  lines = path.read_text().splitlines() if path.exists() else []
  return [json.loads(line) for line in lines if line.endswith('}')]


def updates(workdir):
  """Number of the policy learner's last update; 0 before the first."""
  lines = policy_lines(workdir)
  return int(lines[-1]['updates']) if lines else 0


def wait_for(process, what, condition):
  """Waits until `condition()`, or fails with the launcher's output."""
  return patience.wait_until(
    condition,
    what,
    alive=lambda: process.poll() is None,
    tell=lambda: kill_all(process),
  )


def wait_for_updates(workdir, process, number):
  """Waits until the policy learner has logged an update of that number."""
  wait_for(process, f'update {number}', lambda: updates(workdir) >= number)


def nodes(process, group):
  """The processes of a group's nodes, known by the files they print to."""
  found = []
  for child in psutil.Process(process.pid).children(recursive=True):
    try:
      output = os.readlink(f'/proc/{child.pid}/fd/1')
    except OSError:  # It ended meanwhile.
      continue
    if f'/logs/{group}/' in output:
      found.append(child)
  return found


def node(process, group):
  """The process of the only node of a group."""
  found = nodes(process, group)
  assert len(found) == 1, f'{group}: {found}'
  return found[0]


def left_of(process):
  """What still runs of all that a launcher started, in whatever session."""
  mark = f'{_MARK}={process.mark}'.encode()
  left = []
  for other in psutil.process_iter():
    try:
      with open(f'/proc/{other.pid}/environ', 'rb') as file:
        is_of_it = mark in file.read().split(b'\0')
    except OSError:  # It ended meanwhile, or is another user's.
      continue
    if is_of_it and processes.is_alive(other.pid):
      left.append(other)
  return left


def assert_none_left(process):
  """Waits until nothing is left of what a launcher started."""
  patience.wait_until(
    lambda: not left_of(process),
    'the end of all processes',
    tell=lambda: f'Still there: {left_of(process)}',
  )


def interrupt(process):
  """Sends Ctrl-C as a terminal does: to all of them."""
  os.killpg(process.pid, signal.SIGINT)
