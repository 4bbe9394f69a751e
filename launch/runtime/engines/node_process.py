"""A node's process: its own process group, and no life after its launcher's.

Every engine runs this file as a program, which costs a few hundredths of a
second: it joins a network namespace, if one is named, and becomes Launchpad's
entry of a process, which reads the node's function from standard input.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile

_ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *3 * ['..']))
# Nodes save large networks when they stop; the supervisor kills them if they
# take too long, so Launchpad need not, after its 10 seconds.
_NOTICE_SECONDS = 3600
# What stands on another machine for the exit code of a node that could not be
# started there: that of a signal, as it is not the node's fault.
NO_START = -signal.SIGABRT


def command(
  parent: int | None = None, namespaces: Sequence[int] = ()
) -> list[str]:
  """The command line of a node's process; its standard input is the job.

  Args:
    parent: id of the process that starts it, whose end is to end it; None if
      that is for another to see to.
    namespaces: descriptors, which it inherits, of namespaces to enter, see
      `isolation.Namespace`; none to stay in the caller's.

  Returns:
    The arguments of `exec`.
  """
  program = os.path.abspath(__file__)
  return [sys.executable, program, str(parent or 0), *map(str, namespaces)]


def start(
  job: bytes,
  env: Mapping[str, str],
  log: str,
  namespaces: Sequence[int] = (),
) -> subprocess.Popen:
  """Starts a node on this machine.

  Call it in a thread that lives as long as the process should: the kernel takes
  that thread's end for the parent's.

  Args:
    job: cloudpickle of a list of one function.
    env: environment variables, beside this process's.
    log: file that its output is added to; its folder is made if missing.
    namespaces: see `command`.

  Returns:
    The process, which has a process group of its own.

  Raises:
    OSError: the log can't be written, or there is no room for one more process.
  """
  os.makedirs(os.path.dirname(log), exist_ok=True)
  with tempfile.TemporaryFile() as file, open(log, 'ab') as output:
    file.write(job)
    file.seek(0)
    return subprocess.Popen(
      command(os.getpid(), namespaces),
      env={**os.environ, **env},
      stdin=file,
      stdout=output,
      stderr=output,
      pass_fds=namespaces,
    )


def writable(log: str, otherwise: str) -> str:
  """A file for what a node prints: `log`, or another if that can't be one."""
  try:
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, 'ab'):
      return log
  except OSError:
    return otherwise


def poll(process: subprocess.Popen) -> int | None:
  """A node's exit code, None while it runs. What it started ends with it."""
  code = process.poll()
  if code is not None:
    _kill_group(process)
  return code


def stop(process: subprocess.Popen, kill: bool) -> None:
  """Tells a node to end, or kills it; nothing happens if it has ended."""
  process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)


def end(process: subprocess.Popen) -> None:
  """Kills a node and what it had started, and waits for its end."""
  process.kill()
  _kill_group(process)
  process.wait()


def _kill_group(process: subprocess.Popen) -> None:
  with contextlib.suppress(ProcessLookupError, PermissionError):
    os.killpg(process.pid, signal.SIGKILL)


def main(argv: list[str]) -> None:
  """Becomes the node."""
  parent, *namespaces = map(int, argv[1:])
  # A terminal's Ctrl-C, and its end, are for the launcher, which ends nodes in
  # order.
  os.setpgid(0, 0)
  signal.signal(signal.SIGHUP, signal.SIG_IGN)
  sys.path.insert(0, _ROOT)
  # Imported only now that Python's path leads to it.
  from launch.runtime import isolation

  isolation.enter(namespaces)
  if parent:
    # After the namespace: a change of credentials would undo it.
    isolation.die_with(parent)
  paths = [_ROOT, os.environ.get('PYTHONPATH', '')]
  os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, paths))
  folder = importlib.util.find_spec('launchpad').submodule_search_locations[0]
  entry = os.path.join(folder, 'nodes', 'python', 'process_entry.py')
  os.execv(
    sys.executable,
    [
      *(sys.executable, '-u', entry),
      '--data_file=/dev/stdin',
      '--lp_task_id=0',
      f'--lp_termination_notice_secs={_NOTICE_SECONDS}',
    ],
  )


if __name__ == '__main__':
  main(sys.argv)
