"""Tests of the page's server over real sockets: everybody's patience ends."""

import concurrent.futures
import contextlib
import json
import socket
import threading

import psutil
import pytest

from spiral_tf.programs import json_form
from spiral_tf.web import connections
from spiral_tf.web import guard
from spiral_tf.web import protocol
from spiral_tf.web import queue as queue_lib
from tests import page
from tests import program_cases

_FRAMES = json.dumps(
  {'program': json.loads(program_cases.painted().to_json()), 'size': 16}
).encode()


@pytest.fixture(scope='module')
def shared():
  """A server for what changes none."""
  with page.serve() as server:
    yield server


@pytest.fixture
def server():
  """A server of a test's own."""
  with page.serve() as server:
    yield server


def _read_to_end(connection):
  data = b''
  with contextlib.suppress(ConnectionResetError):
    while part := connection.recv(65536):
      data += part
  return data


def _works(server):
  return len(server.queue._works)


def test_ordinary_requests_have_ordinary_answers(shared):
  page_paths = ['/', '/healthz', '/api/settings', '/static/page.js']
  for path in (*page_paths, '/api/queue'):
    answer = page.ask(shared, 'GET', path)
    assert answer.status == 200 and answer.text
    head = page.ask(shared, 'HEAD', path)
    assert (head.status, head.text) == (200, '')
    for name in ('content-length', 'content-type', 'content-security-policy'):
      assert head.headers[name] == answer.headers[name] is not None
    for method, status in (('OPTIONS', 204), ('PUT', 405), ('DELETE', 405)):
      other = page.ask(shared, method, path)
      assert other.status == status
      allowed = set(other.headers['allow'].split(', '))
      assert allowed == {'GET', 'HEAD', 'OPTIONS'}
  assert page.ask(shared, 'GET', '/healthz').text == 'ok\n'
  for path in ('/api/paint', '/api/frames', '/api/render'):
    for method, status in (('OPTIONS', 204), ('GET', 405), ('HEAD', 405)):
      other = page.ask(shared, method, path)
      assert other.status == status
      assert set(other.headers['allow'].split(', ')) == {'POST', 'OPTIONS'}
  for path in ('/none', '/static/', '/static/../app.py', '/static/none.js'):
    answer = page.ask(shared, 'GET', path)
    assert answer.status == 404 and json.loads(answer.text)['error']


@pytest.mark.parametrize(
  ('path', 'headers', 'status', 'words'),
  [
    ('/api/paint', {}, 413, 'more than 10 MB'),
    ('/api/frames', {}, 413, 'more than 1 MB'),
    ('/none', {}, 413, 'more than 1 MB'),
    ('/api/paint', {'Origin': 'http://evil.example'}, 403, 'only the page'),
    ('/api/paint', {'Host': 'evil.example'}, 403, 'not to be had'),
  ],
)
def test_whoever_sends_too_much_hears_so(shared, path, headers, status, words):
  answer = page.ask(shared, 'POST', path, bytes(30_000_000), **headers)
  assert answer.status == status
  assert words in json.loads(answer.text)['error']

  def chunks():
    for _ in range(30):
      yield bytes(1_000_000)

  answer = page.ask(shared, 'POST', path, chunks(), **headers)
  assert answer.status == status


def test_nothing_is_sent_of_what_is_too_large_if_the_client_asks(shared):
  with page.connect(shared) as connection:
    connection.sendall(
      b'POST /api/frames HTTP/1.1\r\nHost: 127.0.0.1\r\n'
      b'Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n'
    )
    assert connection.recv(65536).startswith(b'HTTP/1.1 413')


def test_large_requests_are_few_and_others_pass(server):
  part = bytes(guard.MAX_BYTES + 1)
  head = b'POST /api/paint HTTP/1.1\r\nHost: 127.0.0.1\r\n'
  head += b'Content-Length: 9000000\r\n\r\n'
  with contextlib.ExitStack() as stack:
    for _ in range(2):
      connection = stack.enter_context(page.connect(server))
      connection.sendall(head + part)
    large = server.config.app._large
    page.until(lambda: large._held.total() == 2)
    answer = page.ask(server, 'POST', '/api/paint', bytes(2_000_000))
    assert answer.status == 503
    assert 'limited to 2 an address' in answer.text
    assert page.ask(server, 'POST', '/api/frames', _FRAMES).status == 200
    other = page.ask(
      server, 'POST', '/api/paint', bytes(2_000_000), '127.0.0.2'
    )
    assert other.status == 400
  page.until(lambda: not large._held)


def test_json_is_parsed_once_and_not_where_others_wait(shared, monkeypatch):
  threads = []
  parse = json_form.parse

  def spy(text):
    threads.append((threading.current_thread(), _works(shared)))
    return parse(text)

  monkeypatch.setattr(json_form, 'parse', spy)
  assert page.ask(shared, 'POST', '/api/frames', _FRAMES).status == 200
  ((thread, works),) = threads
  assert works == 1
  assert thread in shared.queue._threads._threads


@pytest.mark.parametrize(
  'sent', [b'', b'GET / HTTP/1.1\r\nHost: x', b'GET / HTTP/1.1\r\n' * 2]
)
def test_a_head_that_does_not_come_ends_the_connection(
  server, monkeypatch, sent
):
  monkeypatch.setattr(protocol, 'HEAD_SECONDS', 0.2)
  with page.connect(server) as connection:
    connection.sendall(sent)
    data = _read_to_end(connection)  # Or it would time out.
    assert not data or data.startswith(b'HTTP/1.1 400')


def test_a_head_that_trickles_ends_the_connection(server, monkeypatch):
  monkeypatch.setattr(protocol, 'HEAD_SECONDS', 1)
  with page.connect(server) as connection:
    # The first request is whole, and buys no time for the second one.
    connection.sendall(b'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    data = b''
    while not data.endswith(b'ok\n'):  # Head and body may come one by one.
      data += connection.recv(65536)
      assert data
    with pytest.raises(OSError):
      for _ in range(100 * int(page.FOREVER)):
        connection.sendall(b'G')
        threading.Event().wait(0.01)


def test_silent_connections_shut_nobody_out(server):
  with contextlib.ExitStack() as stack:
    for _ in range(connections.EACH + 20):
      stack.enter_context(page.connect(server))
    for _ in range(3):
      assert page.ask(server, 'GET', '/').status == 200
    assert page.ask(server, 'GET', '/', address='127.0.0.2').status == 200
    assert len(server.connections._all) <= connections.EACH
  # And from many addresses.
  with contextlib.ExitStack() as stack:
    for i in range(connections.TOTAL + 20):
      stack.enter_context(page.connect(server, f'127.0.1.{i % 20}'))
    for _ in range(3):
      assert page.ask(server, 'GET', '/').status == 200
    assert len(server.connections._all) <= connections.TOTAL


def test_connections_that_are_worked_for_leave_no_room(server, monkeypatch):
  monkeypatch.setattr(server.connections, '_each', 2)
  with page.connect(server) as first, page.connect(server) as second:
    for connection in (first, second):
      connection.sendall(page.post('/api/render', page.endless()))
    page.until(lambda: len(server.queue._works | set(server.queue._waits)) == 2)
    answer = page.ask(server, 'GET', '/')
    assert answer.status == 503 and 'many people are connected' in answer.text
    assert page.ask(server, 'GET', '/', address='127.0.0.2').status == 200


def test_a_body_that_trickles_is_told_so(server, monkeypatch):
  monkeypatch.setattr(guard, 'MAX_SECONDS', 0.2)
  monkeypatch.setattr(guard, '_DRAINED_SECONDS', 0.2)
  with page.connect(server) as connection:
    connection.sendall(page.post('/api/frames', b'x', **{'Content-Length': 9}))
    data = _read_to_end(connection)
  assert data.startswith(b'HTTP/1.1 408') and b'too slowly' in data


def test_answers_that_are_not_read_end_the_connection(server, monkeypatch):
  monkeypatch.setattr(protocol, 'READ_SECONDS', 0.2)
  with socket.socket() as connection:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(page.FOREVER)
    connection.connect(('127.0.0.1', server.port))
    one = b'GET /static/page.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    connection.sendall(one * 900)
    page.until(lambda: server.connections._all)
    page.until(lambda: not server.connections._all)


@pytest.mark.parametrize('more', [b'', b'GET / HTTP/1.1\r\n\r\n' * 9])
def test_work_of_those_who_left_ends(server, more):
  """Also if what they have sent besides hides that they closed."""
  with page.connect(server) as connection:
    connection.sendall(page.post('/api/render', page.endless()) + more)
    page.until(lambda: _works(server))
    (job,) = server.queue._works
    assert not job.error
  page.until(job.future.done)
  assert isinstance(job.future.exception(), queue_lib.GoneError)


def test_each_address_has_its_share_and_hears_how_many_come_before(server):
  work = page.post('/api/render', page.endless('gif'))
  with contextlib.ExitStack() as stack:
    for _ in range(queue_lib.SHARE):
      stack.enter_context(page.connect(server)).sendall(work)
    held = server.queue._places._held
    page.until(lambda: held['127.0.0.1'] == queue_lib.SHARE)
    answer = page.ask(server, 'POST', '/api/frames', _FRAMES)
    assert answer.status == 503 and 'an address' in answer.text
    # Others come first, though all places are taken.
    answer = page.ask(server, 'POST', '/api/frames', _FRAMES, '127.0.0.2')
    assert answer.status == 200
  page.until(lambda: not held)


def test_says_how_many_come_before(server):
  waits = page.post('/api/frames', _FRAMES, **{'X-Ticket': 'mine'})
  gate = threading.Event()
  try:
    for i in range(server.queue._working):
      server.queue.submit(f'10.0.0.{i}', lambda check: gate.wait(page.FOREVER))
    with page.connect(server) as connection:
      connection.sendall(waits)

      def ahead(ticket='mine'):
        answer = page.ask(server, 'GET', f'/api/queue?ticket={ticket}')
        return json.loads(answer.text)['ahead']

      page.until(lambda: ahead() == server.queue._working)
      assert ahead('yours') is None
      gate.set()
      assert connection.recv(65536).startswith(b'HTTP/1.1 200')
      assert ahead() is None
  finally:
    gate.set()


def test_it_stops_though_people_wait(monkeypatch):
  monkeypatch.setattr(queue_lib, 'MAX_SECONDS', 1e9)
  with contextlib.ExitStack() as stack:
    with page.serve() as server:
      silent = stack.enter_context(page.connect(server))
      busy = [stack.enter_context(page.connect(server)) for _ in range(6)]
      for connection in busy:
        connection.sendall(page.post('/api/render', page.endless('mp4')))
      page.until(lambda: server.queue._places._held.total() == len(busy))
    # It has stopped, though the films would take hours.
    assert _read_to_end(silent) == b''
    for connection in busy:
      assert b'the server is being stopped' in _read_to_end(connection)


def test_a_proxy_is_believed_only_if_it_is_named():
  forwarded = {'X_Forwarded_For': '10.1.2.3'}
  for proxies, address in (((), '127.0.0.1'), (('127.0.0.1',), '10.1.2.3')):
    with page.serve(proxies=proxies) as server:
      seen = []
      submit = server.queue.submit

      def spy(address, *args, seen=seen, submit=submit):
        seen.append(address)
        return submit(address, *args)

      server.queue.submit = spy
      answer = page.ask(server, 'POST', '/api/frames', _FRAMES, **forwarded)
      assert answer.status == 200
      assert seen == [address]


def test_memory_comes_back(server):
  """After many requests at once that take much of it."""
  body = b'{"program": [' + b'"",' * 340_000 + b'""]}'

  def ask(number):
    address = f'127.0.3.{number % 10 + 1}'
    return page.ask(server, 'POST', '/api/frames', body, address).status

  process = psutil.Process()
  assert ask(0) == 400
  before = process.memory_info().rss
  with concurrent.futures.ThreadPoolExecutor(20) as pool:
    assert set(pool.map(ask, range(20))) == {400}
  page.until(lambda: process.memory_info().rss < before + 50e6)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
