"""A network for one program: a namespace with nothing but a loopback interface.

Courier and Reverb listen on all interfaces, without a password, and whoever
reaches a port can run code. In a network namespace of their own (Linux, `man 7
network_namespaces`) there is no interface that another machine, or another
program of this one, could reach them by. Files are not affected.

Only the standard library's light modules are imported: each node's process
comes by here.
"""

from collections.abc import Sequence
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
_ANY_KIND = 0
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

# Words of an error for which such a setting, or a filter, may be the reason.
_FORBIDDEN = ('not permitted', 'denied', 'not implemented')
_READY = 'ready\n'

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
  """A network namespace, for as long as it is not closed.

  Open files hold it, which no other process has, unless they are handed to it:
  so it lasts as long as this process, whatever else is killed.

  Attributes:
    files: descriptors of what to `enter`, in this order.
  """

  def __init__(self):
    """Creates a namespace.

    Raises:
      OSError: the kernel does not allow it, see `explain`.
    """
    self.files: tuple[int, ...] = ()
    if not sys.platform.startswith('linux'):
      raise OSError(
        f'network namespaces are a thing of Linux, and this is {sys.platform}'
      )
    # A process without threads makes it, and ends when its files are open here.
    maker = subprocess.Popen(
      # Alone (-I): this folder's modules are not to hide Python's own.
      [sys.executable, '-I', os.path.abspath(__file__)],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      # A terminal's Ctrl-C is not for it.
      start_new_session=True,
    )
    try:
      is_ready = maker.stdout.readline() == _READY
      if is_ready:
        self.files = _open(maker.pid)
    finally:
      error = maker.communicate()[1].strip().splitlines()
    if not is_ready:
      raise OSError(error[-1] if error else 'no network namespace')

  def close(self) -> None:
    """Gives the namespace up, which ends with the last process in it."""
    for file in self.files:
      os.close(file)
    self.files = ()

  def __enter__(self) -> 'Namespace':
    return self

  def __exit__(self, *exception) -> None:
    self.close()


def unavailable() -> str | None:
  """Why there can be no namespace here, and the cure; None if there can."""
  try:
    Namespace().close()
  except OSError as error:
    return explain(error)
  return None


def explain(error: OSError) -> str:
  """Says why there is no namespace, and the cure, if one is known.

  Args:
    error: of the attempt to make one.

  Returns:
    Sentences, on one line.
  """
  cures = []
  for name, forbids, allows in _RULES:
    if _setting(name) == forbids:
      rule = name.replace('/', '.')
      cures.append(
        f'{rule} is {forbids}: an administrator can run '
        f'"sysctl {rule}={allows}".'
      )
  if not cures and any(word in str(error) for word in _FORBIDDEN):
    cures.append(
      'In a container, its seccomp filter may forbid it: start Docker with '
      '--security-opt seccomp=unconfined.'
    )
  return ' '.join([f'The kernel allows no network namespace: {error}.', *cures])


def join(pid: int) -> None:
  """Moves this process, which must have no threads, into a namespace.

  Args:
    pid: of a process in it.

  Raises:
    OSError: the process is gone, or the kernel does not allow it.
  """
  enter(_open(pid))


def enter(files: Sequence[int]) -> None:
  """Moves this process, which must have no threads, into namespaces.

  Args:
    files: descriptors of them, in this order, see `Namespace`; closed here.

  Raises:
    OSError: one is no namespace, or the kernel does not allow it.
  """
  for file in files:
    _check(_libc.setns(file, _ANY_KIND), 'setns')
    os.close(file)


def _open(pid: int) -> tuple[int, ...]:
  """Opens those of a process's namespaces that are not this one's."""
  # Both before the first is entered, which changes what a process may see.
  files = []
  for kind in ('user', 'net'):
    path = f'/proc/{pid}/ns/{kind}'
    if os.readlink(path) != os.readlink(f'/proc/self/ns/{kind}'):
      files.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
  return tuple(files)


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


def _make() -> None:
  """Moves this process into a new network namespace with a loopback."""
  # Root keeps its rights on files only in its own user namespace.
  if not _libc.unshare(_CLONE_NEWNET):
    try:
      return _raise_loopback()
    except PermissionError:
      pass  # A root that was left the one right, and not that on networks.
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
  _raise_loopback()


def _raise_loopback() -> None:
  """Turns on the loopback interface, which is down in a new namespace."""
  with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    request = struct.pack('16sH14x', b'lo', 0)
    answer = fcntl.ioctl(probe, _SIOCGIFFLAGS, request)
    flags = struct.unpack('16sH14x', answer)[1] | _IFF_UP
    fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', flags))


def _show() -> None:
  """Makes a namespace, and lets the parent open it, until that has done so."""
  _make()
  print(_READY, end='', flush=True)
  sys.stdin.read()


if __name__ == '__main__':
  _show()
