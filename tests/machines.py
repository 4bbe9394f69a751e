"""Fake machines for tests: namespaces of this one, joined by a switch.

Each has its own network card, processes, /tmp, /dev/shm and host name, and can
be killed as a whole. Nothing of them can be seen from outside, and nothing of
them outlives the process that made them, however that ends.
"""

from collections.abc import Sequence
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any

import psutil

from tests import patience

_ROOT = pathlib.Path(__file__).resolve().parents[1]
_TOOLS = ('ip', 'mount', 'nsenter', 'setpriv', 'unshare')
# Standard input of the first process of a machine ends with us, and a machine
# with its first process. That adopts orphans, and ignores their ends so that
# the kernel does not keep them as zombies.
_STAY = 'echo ready; trap "" CHLD; exec cat'
# A folder that is shared is kept from being covered by the private ones. -n as
# mount would fail where it cannot write down what it did, as in a sandbox.
_BOOT = f"""set -e
hostname $NAME
mount -n -t tmpfs tmpfs /dev/shm
[ ! -e /etc/hosts ] || {{
  printf "$HOSTS" > /dev/shm/hosts
  mount -n --bind /dev/shm/hosts /etc/hosts; }}
mount -n -t tmpfs tmpfs /mnt
for folder in "$@"; do
  mkdir -p "/mnt$folder"; mount -n --bind "$folder" "/mnt$folder"; done
mount -n -t tmpfs tmpfs /tmp
for folder in "$@"; do
  mkdir -p "$folder"; mount -n --move "/mnt$folder" "$folder"; done
umount -n /mnt
ip link set lo up
{_STAY}"""


def reason() -> str | None:
  """Why there can be no machines here, or None if there can."""
  if os.geteuid():
    return 'needs root, as which "unshare --map-root-user" runs a command'
  missing = [tool for tool in _TOOLS if not shutil.which(tool)]
  if missing:
    return f'needs {", ".join(missing)} (iproute2, util-linux)'
  try:
    with tempfile.TemporaryDirectory() as folder, Machines(1, [folder]):
      return None
  except RuntimeError as error:
    return f'no namespaces of network, mounts and processes: {error}'


class _Process(subprocess.Popen):
  """A process on a machine, whose parent, here, is what entered it."""

  def send_signal(self, sig):
    """Sends a signal to the process itself; `kill` and `terminate`, too."""
    if self.poll() is None:
      children = psutil.Process(self.pid).children()
      for child in children:
        child.send_signal(sig)
      if not children:
        super().send_signal(sig)


class Machine:
  """A machine that runs commands."""

  def __init__(self, name: str, address: str, first: subprocess.Popen):
    """Creates a machine; `Machines` does."""
    self.name = name
    self.address = address
    self._first = first
    # Seen from here; on the machine it is 1.
    self._pid = psutil.Process(first.pid).children()[0].pid

  def popen(self, command: Sequence[str], **kwargs: Any) -> subprocess.Popen:
    """Starts a command, which ends with us.

    Args:
      command: the program and its arguments.
      **kwargs: of `subprocess.Popen`.

    Returns:
      Its process; signals sent through it reach it.
    """
    return _Process([*self._enter(), *command], **kwargs)

  def run(self, command: Sequence[str], **kwargs: Any) -> Any:
    """Runs a command, as `subprocess.run` does; a failure raises its error."""
    done = patience.run(
      [*self._enter(), *command],
      stdout=subprocess.PIPE,
      stderr=subprocess.STDOUT,
      text=True,
      **kwargs,
    )
    if done.returncode:
      raise RuntimeError(f'{" ".join(command)}: {done.stdout}')
    return done

  def processes(self) -> list[psutil.Process]:
    """What runs on it, but for its first process; none if it is killed."""
    space = _space(self._pid)
    found = []
    for process in psutil.process_iter():
      if space and process.pid != self._pid and _space(process.pid) == space:
        found.append(process)
    return found

  def kill(self) -> None:
    """Ends it, and at once and without notice all that runs on it."""
    # Without its parent the first process could not be counted as ended.
    if self._first.poll() is None:
      os.kill(self._pid, signal.SIGKILL)
    self._first.stdin.close()
    patience.end(self._first)

  def _enter(self) -> list[str]:
    return [
      *('nsenter', '-t', str(self._pid), '-m', '-n', '-p', '-u', '-i'),
      *('setpriv', '--pdeathsig', 'KILL', '--'),
    ]


class Machines:
  """A context that makes machines, in a network that only they are on."""

  def __init__(self, count: int, shared: Sequence[os.PathLike] = ()):
    """Makes machines.

    Args:
      count: number of machines.
      shared: folders that all see, though they are in /tmp: the shared file
        system. The project's and Python's are shared anyway.

    Raises:
      RuntimeError: the kernel does not allow it.
    """
    self._processes: list[subprocess.Popen] = []
    self._machines: list[Machine] = []
    folders = {str(pathlib.Path(folder).resolve()) for folder in shared}
    for folder in (_ROOT, pathlib.Path(sys.prefix).resolve()):
      if pathlib.Path('/tmp') in folder.parents:
        folders.add(str(folder))
    # What is in another shared folder comes with that.
    outermost = [
      folder
      for folder in sorted(folders)
      if not any(str(p) in folders for p in pathlib.Path(folder).parents)
    ]
    try:
      self._make(count, outermost)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
      self.close()
      raise RuntimeError(str(error)) from None

  def __enter__(self) -> list[Machine]:
    """Returns the machines."""
    return self._machines

  def __exit__(self, *unused: Any) -> None:
    """Kills them."""
    self.close()

  def close(self) -> None:
    """Kills all machines."""
    for machine in self._machines:
      machine.kill()
    for process in self._processes:
      process.stdin.close()
      patience.end(process)
      process.stdout.close()

  def _make(self, count: int, folders: list[str]) -> None:
    bridge = 'ip link add switch type bridge && ip link set switch up'
    switch = self._start(
      ['unshare', '-n', 'sh', '-c', f'{bridge} && {_STAY}'], {}
    )
    inside = ['nsenter', '-t', str(switch.pid), '-n']
    names = [f'machine{i + 1}' for i in range(count)]
    addresses = [f'10.77.0.{i + 1}' for i in range(count)]
    hosts = '127.0.0.1 localhost\\n' + ''.join(
      f'{address} {name}\\n' for address, name in zip(addresses, names)
    )
    for i, (name, address) in enumerate(zip(names, addresses)):
      first = self._start(
        [
          *(*inside, 'unshare', '-n', '-m', '-p', '-u', '-i'),
          *('--fork', '--mount-proc', '--propagation', 'private'),
          *('sh', '-c', _BOOT, 'sh', *folders),
        ],
        {'NAME': name, 'HOSTS': hosts},
      )
      machine = Machine(name, address, first)
      self._machines.append(machine)
      for command in (
        f'ip link add port{i} type veth peer name eth0 netns {machine._pid}',
        f'ip link set port{i} master switch up',
      ):
        _check([*inside, *command.split()])
      for command in (
        f'ip addr add {address}/24 dev eth0',
        'ip link set eth0 up',
        'ip route add default dev eth0',
      ):
        machine.run(command.split())

  def _start(self, command: list[str], env: dict) -> subprocess.Popen:
    """Starts the first process of something, and waits until it is ready."""
    process = subprocess.Popen(
      command,
      env={**os.environ, **env},
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=subprocess.STDOUT,
      text=True,
      start_new_session=True,
    )
    self._processes.append(process)
    line = process.stdout.readline()
    if line.strip() != 'ready':
      raise RuntimeError(line.strip() or 'unshare fails')
    return process


def _check(command: list[str]) -> None:
  """Runs a command here; raises what it says if it fails."""
  done = subprocess.run(command, capture_output=True, text=True)
  if done.returncode:
    raise RuntimeError(done.stderr.strip())


def _space(pid: int) -> str | None:
  """The namespace of processes that a process is in, or None if it ended."""
  try:
    return os.readlink(f'/proc/{pid}/ns/pid')
  except OSError:
    return None
