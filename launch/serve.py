r"""Opens a page on which to let agents paint, in any browser.

    python -m launch.serve --model=models/mnist_conditional_small

Draw or drop a picture, watch the agent reproduce it, go through its strokes,
change brush and size, and take the result along. Ctrl-C ends it.
"""

import contextlib
import ipaddress
import os
import socket
import sys
import warnings

from absl import flags

from launch import bundled
from launch import commands
from launch import flags as launch_flags
from spiral_tf import messages
from spiral_tf import names
from spiral_tf import progress
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import card
from spiral_tf.agents import inputs

_MODEL = flags.DEFINE_multi_string(
  'model',
  [],
  'Folder of a model of launch.export; may be given several times. By default '
  'all of models/.',
)
_HOST = flags.DEFINE_string(
  'host',
  '127.0.0.1',
  'Address to listen on. With the default, nobody but this machine reaches it.',
)
_PORT = flags.DEFINE_integer(
  'port', 8000, 'Port to listen on; 0 for any.', 0, 65535
)
_ALLOW_HOST = flags.DEFINE_multi_string(
  'allow_host',
  [],
  'Name, without a port, under which browsers may ask for the page, beside '
  'those of this machine for itself; may be given several times. By default '
  'there are no others with the default --host, and any with another one.',
)
_FORWARDED_ALLOW_IPS = flags.DEFINE_list(
  'forwarded_allow_ips',
  [],
  'Addresses of reverse proxies, separated by commas, whose header '
  'X-Forwarded-For says who asks. By default nobody is believed, and all who '
  'come through a proxy share what one address may have.',
)


def main(argv):
  """Serves the page."""
  launch_flags.no_arguments(argv)
  try:
    _serve()
  except KeyboardInterrupt:
    print('Stopped.')


def _serve():
  try:
    from spiral_tf.web import guard
    from spiral_tf.web import memory
    from spiral_tf.web import server
  except ImportError as error:
    sys.exit(
      f'Error: the page needs the package {error.name!r}. Run: '
      "pip install '.[serve]'"
    )
  memory.keep_little()
  # What strangers send is not for this terminal.
  warnings.simplefilter('ignore', inputs.GuessWarning)
  proxies = _proxies()
  listening = _listen()
  agents, pictures = _agents(_MODEL.value or bundled.every())
  local = _HOST.value in guard.LOOPBACK
  hosts = tuple(name.lower() for name in _ALLOW_HOST.value)
  if local or hosts:
    hosts = (*guard.LOOPBACK, *hosts)
  if not local:
    print(
      f'WARNING: everybody who can reach {_HOST.value} can use this page; it '
      'has no passwords.',
      flush=True,
    )
  port = listening.getsockname()[1]
  host = f'[{_HOST.value}]' if ':' in _HOST.value else _HOST.value
  print(f'Open http://{host}:{port}/ (Ctrl-C ends it)', flush=True)
  server.make(agents, hosts, proxies, pictures).run(sockets=[listening])


def _agents(
  paths: list[str],
) -> tuple[dict[str, agent_lib.Agent], dict[str, bytes]]:
  """Loads agents, and pictures of their cards, by names of their folders."""
  folders = [os.path.basename(os.path.normpath(path)) for path in paths]
  report = progress.Progress('agents loaded')
  agents, pictures = {}, {}
  for name, path in zip(names.distinct(folders, ' '), paths):
    agents[name] = agent_lib.load(path)
    picture = os.path.join(path, card.PICTURE)
    with contextlib.suppress(OSError), open(picture, 'rb') as file:
      pictures[name] = file.read()
    report(len(agents), len(paths))
  return agents, pictures


def _proxies() -> tuple[str, ...]:
  for address in _FORWARDED_ALLOW_IPS.value:
    try:
      ipaddress.ip_address(address)
    except ValueError:
      raise ValueError(
        f'--forwarded_allow_ips has {messages.quoted(address)}, but it must be '
        'IP addresses of proxies, such as 127.0.0.1.'
      ) from None
  return tuple(_FORWARDED_ALLOW_IPS.value)


def _listen() -> socket.socket:
  family = socket.AF_INET6 if ':' in _HOST.value else socket.AF_INET
  listening = socket.socket(family)
  listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
  try:
    listening.bind((_HOST.value, _PORT.value))
  except OSError as error:
    raise ValueError(
      f'cannot listen on {_HOST.value}, port {_PORT.value}: {error.strerror}. '
      'Choose another --port.'
    ) from None
  # From now on a browser waits for the models instead of being sent away.
  listening.listen()
  return listening


if __name__ == '__main__':
  commands.run(main)
