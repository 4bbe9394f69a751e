"""The page's server in a thread of a test, on a real socket."""

import contextlib
import dataclasses
import http.client
import json
import socket
import threading

from spiral_tf.web import server as server_lib
from tests import patience
from tests import program_cases

# Seconds after which something that never comes is a failure.
FOREVER = patience.HANG_SECONDS


@contextlib.contextmanager
def serve(agents=(), hosts=('127.0.0.1',), proxies=()):
  """Runs a server; its attribute `port` is where."""
  with socket.create_server(('127.0.0.1', 0)) as listening:
    server = server_lib.make(dict(agents), hosts, proxies)
    server.port = listening.getsockname()[1]
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
      until(lambda: server.started)
      yield server
    finally:
      server.should_exit = True
      patience.join(thread)


def until(condition):
  """Waits until something is so."""
  patience.wait_until(condition, 'what the page is to do')


def connect(server, address='127.0.0.1'):
  """Opens a connection from an address."""
  return socket.create_connection(
    ('127.0.0.1', server.port), FOREVER, (address, 0)
  )


def ask(server, method, path, body=None, address='127.0.0.1', **headers):
  """Asks as a plain client does: it writes all, and then it reads."""
  connection = http.client.HTTPConnection(
    '127.0.0.1', server.port, FOREVER, (address, 0)
  )
  with contextlib.closing(connection):
    named = {name.replace('_', '-'): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    return answer


def endless(form='png'):
  """A request for what takes far longer than any test."""
  program = program_cases.painted(
    number=900, brush='classic/blend+paint', channels=3, substrokes=200
  )
  commands = tuple(
    dataclasses.replace(command, radius=60.0)
    for command in program.commands
    if hasattr(command, 'radius')
  )
  program = dataclasses.replace(program, commands=commands)
  values = {'program': json.loads(program.to_json()), 'format': form}
  return json.dumps({**values, 'size': 1024}).encode()


def post(path, body, **headers):
  """A request as bytes."""
  headers = {'Host': '127.0.0.1', 'Content-Length': len(body), **headers}
  lines = [f'{name}: {value}\r\n' for name, value in headers.items()]
  return f'POST {path} HTTP/1.1\r\n{"".join(lines)}\r\n'.encode() + body
