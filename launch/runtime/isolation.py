"""A network for one program: a namespace with nothing but a loopback interface.

Courier and Reverb listen on all interfaces, without a password, and whoever
reaches a port can run code. In a network namespace of their own (Linux, `man 7
network_namespaces`) there is no interface that another machine, or another
program of this one, could reach them by. Files are not affected.

Only the standard library's light modules are imported: each node's process
comes by here.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
# State of a socket in /proc/net/tcp.
_LISTENING = '0A'
# Settings of a kernel that forbid namespaces, and values that allow them.
_RULES = (
  ('user/max_user_namespaces', '0', '10000'),
  ('user/max_net_namespaces', '0', '10000'),
  ('kernel/unprivileged_userns_clone', '0', '1'),
  ('kernel/apparmor_restrict_unprivileged_userns', '1', '0'),
)

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
  """A network namespace, for as long as it is not closed.

  A process that does nothing holds it, and ends with this one.
  """

  def __init__(self):
    """Creates a namespace; in a thread that lives as long as it should.

    Raises:
      OSError: the kernel does not allow it.
    """
    self._holder = subprocess.Popen(
      # Alone (-I): this folder's modules are not to hide Python's own.
      [sys.executable, '-I', os.path.abspath(__file__), str(os.getpid())],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      # A terminal's Ctrl-C is not for it: it would end before the nodes.
      start_new_session=True,
    )
    if self._holder.stdout.readline() != 'ready\n':
      error = self._holder.communicate()[1].strip().splitlines()
      raise OSError(error[-1] if error else 'no network namespace')

  @property
  def pid(self) -> int:
    """Id of a process in the namespace, see `join`."""
    return self._holder.pid

  def close(self) -> None:
    """Gives the namespace up, which ends with the last process in it."""
    self._holder.kill()
    self._holder.communicate()

  def __enter__(self) -> 'Namespace':
    return self

  def __exit__(self, *exception) -> None:
    self.close()


def unavailable() -> str | None:
  """Why there can be no namespace here, and the cure; None if there can."""
  if not sys.platform.startswith('linux'):
    return (
      f'Network namespaces are a thing of Linux, and this is {sys.platform}.'
    )
  try:
    Namespace().close()
  except OSError as error:
    cures = []
    for name, forbids, allows in _RULES:
      if _setting(name) == forbids:
        rule = name.replace('/', '.')
        cures.append(
          f'{rule} is {forbids}: an administrator can run '
          f'"sysctl {rule}={allows}".'
        )
    return ' '.join(
      [f'The kernel allows no network namespace: {error}.']
      + (
        cures
        or [
          'In a container, its seccomp filter may forbid it: start Docker with '
          '--security-opt seccomp=unconfined.'
        ]
      )
    )
  return None


def join(pid: int) -> None:
  """Moves this process, which must have no threads, into a namespace.

  Args:
    pid: of a process in it.

  Raises:
    OSError: the process is gone, or the kernel does not allow it.
  """
  # Both files are opened before the first namespace is entered, which changes
  # what this process may see.
  files = {}
  for kind in ('user', 'net'):
    path = f'/proc/{pid}/ns/{kind}'
    if os.readlink(path) != os.readlink(f'/proc/self/ns/{kind}'):
      files[kind] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
  for kind, file in files.items():
    flag = _CLONE_NEWUSER if kind == 'user' else _CLONE_NEWNET
    _check(_libc.setns(file, flag), 'setns')
    os.close(file)


def listening(pid: int) -> list[tuple[str, int]]:
  """TCP ports on which somebody listens, in the namespace of a process.

  Args:
    pid: of the process.

  Returns:
    Address and port of each, sorted.
  """
  endpoints = set()
  for name, family in (('tcp', socket.AF_INET), ('tcp6', socket.AF_INET6)):
    with open(f'/proc/{pid}/net/{name}') as file:
      lines = file.read().splitlines()[1:]
    for line in lines:
      local, _, state = line.split()[1:4]
      if state == _LISTENING:
        address, port = local.split(':')
        # Words of four bytes, each in the machine's order.
        packed = b''.join(
          struct.pack('=I', int(address[i : i + 8], 16))
          for i in range(0, len(address), 8)
        )
        endpoints.add((socket.inet_ntop(family, packed), int(port, 16)))
  return sorted(endpoints)


def die_with(parent: int) -> None:
  """Lets the kernel kill this process when its parent ends.

  Args:
    parent: its id; if it has ended already, so does this process.

  Raises:
    OSError: the kernel does not allow it.
  """
  _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), 'prctl')
  if os.getppid() != parent:
    sys.exit(1)


def _setting(name: str) -> str | None:
  """A setting of the kernel, or None if this one does not have it."""
  try:
    with open(f'/proc/sys/{name}') as file:
      return file.read().strip()
  except OSError:
    return None


def _check(result: int, call: str) -> None:
  if result:
    number = ctypes.get_errno()
    raise OSError(number, f'{call}: {os.strerror(number)}')


def _unshare() -> None:
  """Moves this process into a new network namespace."""
  # Root keeps its rights on files only in its own user namespace.
  if _libc.unshare(_CLONE_NEWNET):
    user, group = os.geteuid(), os.getegid()
    _check(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET), 'unshare')
    for name, text in (
      ('setgroups', 'deny'),
      ('uid_map', f'{user} {user} 1'),
      ('gid_map', f'{group} {group} 1'),
    ):
      try:
        with open(f'/proc/self/{name}', 'w') as file:
          file.write(text)
      except OSError as error:
        raise OSError(error.errno, f'{name}: {error.strerror}') from error


def _raise_loopback() -> None:
  """Turns on the loopback interface, which is down in a new namespace."""
  with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    request = struct.pack('16sH14x', b'lo', 0)
    answer = fcntl.ioctl(probe, _SIOCGIFFLAGS, request)
    flags = struct.unpack('16sH14x', answer)[1] | _IFF_UP
    fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', flags))


def _hold() -> None:
  """Holds a namespace until the parent ends or closes standard input."""
  _unshare()
  die_with(int(sys.argv[1]))
  _raise_loopback()
  print('ready', flush=True)
  sys.stdin.read()


if __name__ == '__main__':
  _hold()
