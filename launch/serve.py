r"""Opens a page on which to let agents paint, in any browser.

    python -m launch.serve --model=models/mnist_conditional_small

Draw or drop a picture, watch the agent reproduce it, go through its strokes,
change brush and size, and take the result along. Ctrl-C ends it.
"""

import os
import socket
import sys

from absl import app
from absl import flags

from launch import bundled
from launch import flags as launch_flags
from spiral_tf import names
from spiral_tf.agents import agent as agent_lib

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


def main(argv):
  """Serves the page."""
  launch_flags.no_arguments(argv)
  try:
    _serve()
  except KeyboardInterrupt:
    print('Stopped.')


def _serve():
  try:
    import python_multipart  # noqa: F401, FastAPI needs it later.
    import uvicorn

    from spiral_tf.web import app as web
    from spiral_tf.web import guard
  except ImportError as error:
    sys.exit(
      f'Error: the page needs the package {error.name!r}. Run: '
      "pip install '.[serve]'"
    )
  try:
    listening = _listen()
    agents = _agents(_MODEL.value or bundled.every())
  except (ValueError, OSError) as error:
    sys.exit(f'Error: {error}')
  local = _HOST.value in guard.LOOPBACK
  if not local:
    print(
      f'WARNING: everybody who can reach {_HOST.value} can use this page; it '
      'has no passwords.',
      flush=True,
    )
  port = listening.getsockname()[1]
  host = f'[{_HOST.value}]' if ':' in _HOST.value else _HOST.value
  print(f'Open http://{host}:{port}/ (Ctrl-C ends it)', flush=True)
  server = uvicorn.Server(
    uvicorn.Config(
      web.make_app(agents, guard.LOOPBACK if local else ()),
      log_level='warning',
      limit_concurrency=100,
      timeout_keep_alive=5,
      timeout_graceful_shutdown=5,
    )
  )
  server.run(sockets=[listening])


def _agents(paths: list[str]) -> dict[str, agent_lib.Agent]:
  """Loads agents; the page shows each under the name of its folder."""
  folders = [os.path.basename(os.path.normpath(path)) for path in paths]
  return {
    name: agent_lib.load(path)
    for name, path in zip(names.distinct(folders, ' '), paths)
  }


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
  app.run(main)
