"""What keeps the place of a node on a machine of a Slurm job, and runs it.

A step of the job runs this file as a program. It reads requests from its
standard input and answers on its standard output, an object of JSON a line:

    {"do": "probe", "port": 20001}          {"port": 20001, "free": true}
    {"do": "start", "number": 1, "job": ..., "env": ..., "log": ...}
    {"do": "stop", "number": 1, "kill": false}
                                            {"number": 1, "code": 0}
    {"do": "nothing"}                       {}

The last line is what each side says, now and then, if it has nothing to say.

The node ends with this program, which ends with its standard input, or when it
has heard nothing for a while: then the launcher, or its machine, is gone.
"""

import base64
from collections.abc import Iterator
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import Any

if __name__ == '__main__':
  sys.path.insert(
    0, os.path.abspath(os.path.join(os.path.dirname(__file__), *3 * ['..']))
  )

from launch.runtime.engines import node_process
from launch.runtime.engines import ports

# How often each side says that it is there.
ALIVE_SECONDS = 5.0
# Before the launcher takes a keeper that it does not hear for lost, and starts
# its node elsewhere, the keeper ends it.
SILENCE_SECONDS = 20.0
_WATCH_SECONDS = 0.1
_CHUNK = 2**16


class Keeper:
  """Runs one node at a time."""

  def __init__(self):
    """Creates a keeper without a process."""
    self._process: subprocess.Popen | None = None
    self._number = 0

  def do(self, request: dict[str, Any]) -> dict[str, Any] | None:
    """Does what a request says; returns the answer, if it has one."""
    kind = request['do']
    if kind == 'probe':
      return {'port': request['port'], 'free': ports.is_free(request['port'])}
    if kind == 'start':
      self._number = request['number']
      try:
        self._process = node_process.start(
          base64.b64decode(request['job']),
          request['env'],
          # Standard output is the launcher's; what is an error, people see.
          node_process.writable(request['log'], '/dev/stderr'),
        )
      except OSError as error:
        print(f'It can not be started: {error}', file=sys.stderr, flush=True)
        return {'number': self._number, 'code': node_process.NO_START}
    elif kind == 'stop' and self._process and request['number'] == self._number:
      node_process.stop(self._process, request['kill'])
    return None

  def ended(self) -> dict[str, Any] | None:
    """Says, once, that the node has ended."""
    code = node_process.poll(self._process) if self._process else None
    if code is None:
      return None
    self._process = None
    return {'number': self._number, 'code': code}

  def close(self) -> None:
    """Kills the node, if there is one, and what it started."""
    if self._process is not None:
      node_process.end(self._process)


def _requests(silence_seconds: float) -> Iterator[dict[str, Any] | None]:
  """Yields requests, and None when there is none for a moment."""
  text = b''
  heard = time.monotonic()
  while time.monotonic() < heard + silence_seconds:
    if select.select([0], [], [], _WATCH_SECONDS)[0]:
      chunk = os.read(0, _CHUNK)
      if not chunk:
        return
      heard = time.monotonic()
      *lines, text = (text + chunk).split(b'\n')
      yield from map(json.loads, lines)
    yield None


def _say(answer: dict[str, Any]) -> None:
  print(json.dumps(answer), flush=True)


def main(argv: list[str]) -> None:
  """Keeps a place."""
  silence_seconds, alive_seconds = map(float, argv[1:])
  for number in (signal.SIGTERM, signal.SIGINT):
    # When the job is cancelled, all get it. It is the launcher's to stop nodes
    # in order. Not ignored, as the node would inherit that.
    signal.signal(number, lambda *unused: None)
  keeper = Keeper()
  said = -alive_seconds
  try:
    for request in _requests(silence_seconds):
      answer = keeper.do(request) if request else keeper.ended()
      if answer or time.monotonic() > said + alive_seconds:
        _say(answer or {})
        said = time.monotonic()
  finally:
    keeper.close()


if __name__ == '__main__':
  main(sys.argv)
