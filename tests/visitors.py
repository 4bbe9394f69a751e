"""People who use the page, and others who mean no good, for `tests.load`."""

import collections
import contextlib
import dataclasses
import http.client
import io
import itertools
import json
import random
import socket
import threading
import time
import zlib

from PIL import Image

from tests import program_cases

MODELS = ('mnist_conditional_small', 'mnist_small', 'photos_small')


class Tally:
  """What was answered to whom, and how long it took."""

  def __init__(self):
    self._lock = threading.Lock()
    self.seconds = collections.defaultdict(list)
    self.answers = collections.defaultdict(collections.Counter)

  def add(self, other):
    """Adds what another tally has."""
    for name, seconds in other.seconds.items():
      self.seconds[name] += seconds
      self.answers[name] += other.answers[name]

  @contextlib.contextmanager
  def time(self, name):
    """Times a request; its answer's status is to be put into the list."""
    started, status = time.monotonic(), []
    try:
      yield status
    except (OSError, http.client.HTTPException) as error:
      status[:] = [type(error).__name__]
    with self._lock:
      self.seconds[name].append(time.monotonic() - started)
      self.answers[name][status[0] if status else 'none'] += 1


class Client:
  """Somebody with an address of his own."""

  def __init__(self, port, address, tally, end):
    self.port, self.address, self.tally, self.end = port, address, tally, end
    self.random = random.Random(address)

  def connect(self):
    """Opens a plain connection."""
    return socket.create_connection(
      ('127.0.0.1', self.port), 30, (self.address, 0)
    )

  def ask(self, name, method, path, body=None, kind='application/json'):
    """Asks, and returns the answer; None if there was none, or not 200."""
    with self.tally.time(name) as status:
      connection = http.client.HTTPConnection(
        '127.0.0.1', self.port, 300, (self.address, 0)
      )
      with contextlib.closing(connection):
        headers = {'Content-Type': kind} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        status.append(answer.status)
        return data if answer.status == 200 else None
    return None

  def pause(self, seconds):
    """Waits, or until the end."""
    self.end.wait(seconds)


def _form(image, **fields):
  """A form as browsers send it: content type, and body."""
  parts = [
    f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    f'{value}\r\n'.encode()
    for name, value in fields.items()
  ]
  head = '--edge\r\nContent-Disposition: form-data; name="image"; filename="x"'
  parts.append(f'{head}\r\n\r\n'.encode() + image + b'\r\n--edge--\r\n')
  return {'kind': 'multipart/form-data; boundary=edge', 'body': b''.join(parts)}


def _png(picture):
  data = io.BytesIO()
  picture.save(data, 'PNG')
  return data.getvalue()


def _bomb(width, height, depth=8, color=2):
  """A PNG file without any content to speak of."""

  def chunk(kind, data):
    check = zlib.crc32(kind + data).to_bytes(4, 'big')
    return len(data).to_bytes(4, 'big') + kind + data + check

  row = 1 + width * depth // 8 * {0: 1, 2: 3, 6: 4}[color]
  packer = zlib.compressobj(9)
  packed = b''.join(packer.compress(bytes(row)) for _ in range(height))
  head = width.to_bytes(4, 'big') + height.to_bytes(4, 'big')
  head += bytes([depth, color, 0, 0, 0])
  return b'\x89PNG\r\n\x1a\n' + b''.join(
    chunk(kind, data)
    for kind, data in (
      (b'IHDR', head),
      (b'IDAT', packed + packer.flush()),
      (b'IEND', b''),
    )
  )


def person(client, pause):
  """Uses the page."""
  picture = Image.new('RGB', (512, 512), 'white')
  picture.paste((0, 0, 0), (150, 80, 220, 420))
  image = _png(picture)
  for number in itertools.count():
    client.pause(client.random.uniform(0, 2 * pause))
    if client.end.is_set():
      return
    client.ask('page', 'GET', '/')
    client.ask('settings', 'GET', '/api/settings')
    fields = {'samples': 4, 'seed': number, 'temperature': 1}
    model = client.random.choice(MODELS)
    form = _form(image, model=model, **fields)
    painted = client.ask('paint', 'POST', '/api/paint', **form)
    if painted is None:
      continue
    body = {'program': json.loads(painted)['program'], 'size': 256}
    client.ask('frames', 'POST', '/api/frames', json.dumps(body).encode())
    body['format'] = client.random.choice(['png', 'svg', 'gif'])
    client.ask('render', 'POST', '/api/render', json.dumps(body).encode())


def _hold(client, kind, number, first, drop=b''):
  """Holds connections on which little is sent, and opens lost ones anew."""
  held = []
  while not client.end.is_set():
    while len(held) < number:
      try:
        held.append(client.connect())
        held[-1].sendall(first)
        held[-1].setblocking(False)
      except OSError:
        break
    client.pause(1)
    for connection in list(held):
      try:
        if drop:
          connection.send(drop)
        if connection.recv(65536) == b'':
          raise ConnectionResetError
      except BlockingIOError:
        continue
      except OSError:
        held.remove(connection)
        connection.close()
        with client.tally.time(f'{kind}: closed') as status:
          status.append('yes')


def _silent(client):
  _hold(client, 'silent', 40, b'')


def _slow_head(client):
  head = b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: '
  _hold(client, 'slow head', 10, head, b'x')


def _slow_body(client):
  head = b'POST /api/frames HTTP/1.1\r\nHost: 127.0.0.1\r\n'
  _hold(client, 'slow body', 10, head + b'Content-Length: 900000\r\n\r\n', b' ')


def _giant(client):
  for number in itertools.cycle([3_300_000, 340_000]):
    if client.end.is_set():
      return
    body = b'{"program": [' + b'[],' * number + b'[]]}'
    client.ask(f'JSON, {len(body) >> 20} MB', 'POST', '/api/frames', body)


def _bombs(client):
  bombs = {
    '89 Mpixels': _bomb(11000, 8100),
    '4 Mpixels, 16 bits': _bomb(2048, 2048, 16, 0),
    '4 Mpixels, alpha': _bomb(2048, 2048, 8, 6),
  }
  for name, bomb in itertools.cycle(bombs.items()):
    if client.end.is_set():
      return
    form = _form(bomb, model=MODELS[0])
    client.ask(f'bomb, {name}', 'POST', '/api/paint', **form)


def _noise(client):
  form = _form(client.random.randbytes(9_900_000), model=MODELS[0])
  while not client.end.is_set():
    client.ask('noise, 9.9 MB', 'POST', '/api/paint', **form)


def _too_large(client):
  while not client.end.is_set():
    client.ask('30 MB', 'POST', '/api/paint', bytes(30_000_000), 'image/png')


def _unread(client):
  one = b'GET /static/page.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
  while not client.end.is_set():
    held = []
    with contextlib.suppress(OSError):
      for _ in range(10):
        held.append(client.connect())
        held[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        held[-1].settimeout(1)
        held[-1].sendall(one * 200)
    client.pause(15)
    for connection in held:
      connection.close()


def _endless():
  """Bodies that ask for what takes minutes."""
  long = program_cases.painted(number=1999, brush='classic/charcoal')
  one = program_cases.painted(number=1, brush='classic/blend+paint', channels=3)
  (stroke,) = one.commands
  one = dataclasses.replace(
    one, commands=(dataclasses.replace(stroke, radius=60.0),)
  )
  return [
    json.dumps(
      {'program': json.loads(program.to_json()), 'format': form, 'size': 1024}
    ).encode()
    for program, form in ((long, 'mp4'), (long, 'gif'), (one, 'png'))
  ]


def _abandoned(client):
  bodies = _endless()
  while not client.end.is_set():
    held = []
    for body in (bodies * 3)[:8]:
      with contextlib.suppress(OSError):
        held.append(client.connect())
        head = b'POST /api/render HTTP/1.1\r\nHost: 127.0.0.1\r\n'
        head += b'Content-Length: %d\r\n\r\n' % len(body)
        held[-1].sendall(head + body)
    client.pause(6)
    for connection in held:
      connection.close()


# How many of each kind there are: 20.
OTHERS = (
  *[_silent] * 3,
  *[_slow_head] * 3,
  *[_slow_body] * 2,
  *[_giant] * 2,
  *[_bombs] * 2,
  *[_noise] * 1,
  *[_too_large] * 2,
  *[_unread] * 2,
  *[_abandoned] * 3,
)
