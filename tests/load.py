"""Loads the page with 20 people and 20 who mean no good, over real sockets.

    python -m tests.load --seconds=60

To be run by hand. It starts launch.serve on a free port of the loopback, where
each client has an address of its own: 127.0.1.x people, 127.0.2.x the others.
People look at the page, paint, watch the film and take a picture along, with a
pause now and then. First they are alone, then beside the others:

* silent: 40 connections that send nothing;
* slow head, slow body: 10 connections that send a byte a second;
* giant JSON: 10 MB of empty lists, and just what is let in;
* bomb: PNG files of few bytes and 89 million pixels, or of as many as are read;
* noise: 9.9 MB that are no picture; 30 MB: more than may come in;
* unread: 200 requests at once, whose answers are never read;
* abandoned: 8 films that take minutes, whose connections are closed.

It ends with code 1, and a reason, if a person got no answer, if painting took
more than three times as long as alone (the median), or if the server's memory
exceeded 1 GB or stayed more than 100 MB above what it was at the start.
"""

import argparse
import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time

import psutil

from tests import visitors

_PEOPLE = 20
_SLOWER = 3.0
_PEAK_MB = 1000
_KEPT_MB = 100
# Seconds after the last request until memory must be back.
_REST = 5
# What people do; all else is what the others do.
_HONEST = ('page', 'settings', 'paint', 'frames', 'render')


@contextlib.contextmanager
def _server():
  """The page's process, and its port."""
  models = [f'--model=models/{name}' for name in visitors.MODELS]
  process = subprocess.Popen(
    [sys.executable, '-m', 'launch.serve', *models, '--port=0'],
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
  )
  try:
    line = process.stdout.readline()
    yield process, int(re.search(r':(\d+)/', line)[1])
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    seconds = time.monotonic() - started
    print(f'Ctrl-C took {seconds:.1f} s; {output.strip()}')
  finally:
    process.kill()
    process.wait()


class _Memory(threading.Thread):
  """Looks at a process's memory again and again."""

  def __init__(self, process):
    super().__init__(daemon=True)
    self._process = psutil.Process(process.pid)
    self.peak = 0.0
    self.start()

  def now(self):
    """What it has just now, MB."""
    return self._process.memory_info().rss / 1e6

  def run(self):
    with contextlib.suppress(psutil.NoSuchProcess):
      while True:
        self.peak = max(self.peak, self.now())
        time.sleep(0.1)


def _load(port, seconds, pause, others):
  """Lets clients in for a while, and returns what they were answered."""
  tally, end = visitors.Tally(), threading.Event()
  people = [
    visitors.Client(port, f'127.0.1.{number + 1}', tally, end)
    for number in range(_PEOPLE)
  ]
  threads = [
    threading.Thread(target=visitors.person, args=(client, pause))
    for client in people
  ]
  for number, other in enumerate(others):
    client = visitors.Client(port, f'127.0.2.{number + 1}', tally, end)
    threads.append(threading.Thread(target=other, args=(client,)))
  for thread in threads:
    thread.start()
  time.sleep(seconds)
  end.set()
  for thread in threads:
    thread.join()
  return tally


def _print(title, tally):
  print(f'\n{title}')
  print('| what | answers | median, s | worst, s |')
  print('| --- | --- | --- | --- |')
  for name in sorted(tally.seconds, key=lambda n: (n not in _HONEST, n)):
    seconds = tally.seconds[name]
    answers = ', '.join(
      f'{number} x {status}' for status, number in tally.answers[name].items()
    )
    print(
      f'| {name} | {answers} | {statistics.median(seconds):.2f} | '
      f'{max(seconds):.2f} |'
    )


def main():
  """Loads the page, and says how it went."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--seconds', type=float, default=60)
  parser.add_argument('--pause', type=float, default=1)
  flags = parser.parse_args()
  print(f'Load average at the start: {os.getloadavg()}')
  with _server() as (process, port):
    memory = _Memory(process)
    first = visitors.Client(
      port, '127.0.0.1', visitors.Tally(), threading.Event()
    )
    assert first.ask('healthy', 'GET', '/healthz') == b'ok\n'
    begin = memory.now()
    alone = _load(port, flags.seconds / 2, flags.pause, ())
    between = memory.now()
    beside = _load(port, flags.seconds, flags.pause, visitors.OTHERS)
    peak, after = memory.peak, memory.now()
    # Whatever else this machine does meanwhile, it does before and after.
    alone.add(_load(port, flags.seconds / 2, flags.pause, ()))
    time.sleep(_REST)
    left = memory.now()
    _print(f'{_PEOPLE} people alone', alone)
    _print(f'{_PEOPLE} people beside {len(visitors.OTHERS)} others', beside)
    print(
      f'\nMemory, MB: {begin:.0f} at the start, {between:.0f} after people '
      f'were alone, at most {peak:.0f} beside the others, {after:.0f} after '
      f'these, {left:.0f} in the end.'
    )
    print(f'Load average at the end: {os.getloadavg()}')
  for tally in (alone, beside):
    for name in _HONEST:
      assert set(tally.answers[name]) == {200}, f'{name} was not answered.'
  medians = [statistics.median(t.seconds['paint']) for t in (alone, beside)]
  ratio = medians[1] / medians[0]
  print(f'Painting took {ratio:.2f} times as long beside the others as alone.')
  assert ratio <= _SLOWER, 'painting took too long.'
  assert peak < _PEAK_MB, 'too much memory.'
  assert left < begin + _KEPT_MB, 'too much memory was kept.'


if __name__ == '__main__':
  main()
