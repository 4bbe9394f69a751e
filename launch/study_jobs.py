"""Makes the runs of a study, some at a time, each in a process of its own."""

from collections.abc import Callable
from collections.abc import Sequence
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from typing import Any, NamedTuple

from launch import study_run
from spiral_tf import processes
from spiral_tf.studies import store

LOG = 'log.txt'
# Then CPU time can be compared, and as many runs as there are cores get on as
# fast as one.
_ENVIRONMENT = {**processes.ONE_THREAD, 'OPENBLAS_NUM_THREADS': '1'}


class News(NamedTuple):
  """What a run says.

  Attributes:
    run: which.
    row: what it says, see `spiral_tf.studies.run.go_on`; None when it has
      ended.
    error: why it ended before it was over; empty if it did not.
  """

  run: store.Run
  row: dict[str, Any] | None
  error: str = ''


def make(
  study: store.Study,
  runs: Sequence[store.Run],
  jobs: int,
  hear: Callable[[News], None],
) -> None:
  """Makes runs until all have ended, or Ctrl-C; then those that go on save.

  Args:
    study: whose runs they are.
    runs: in the order to begin them.
    jobs: how many at a time.
    hear: called with what they say.

  Raises:
    KeyboardInterrupt: Ctrl-C; all processes have ended.
  """
  waiting = list(runs)
  news: queue.Queue[tuple[News, subprocess.Popen]] = queue.Queue()
  working: dict[store.Run, subprocess.Popen] = {}
  try:
    while waiting or working:
      while waiting and len(working) < jobs:
        run = waiting.pop(0)
        store.prepare(study, run)
        working[run] = _start(study, run, news)
      each = news.get()
      if each.row is None:
        del working[each.run]
      hear(each)
  finally:
    _end(list(working.values()))


def _start(
  study: store.Study, run: store.Run, news: queue.Queue
) -> subprocess.Popen:
  """Starts a run, and a thread that hears it."""
  numbers = (
    study.config.seed,
    study.settings.evaluate_every,
    study.settings.images,
  )
  log = os.path.join(run.folder, LOG)
  # A terminal's Ctrl-C is for this process, which tells the others.
  with open(log, 'ab') as file, processes.interrupts_ignored():
    process = subprocess.Popen(
      [
        *(sys.executable, '-m', study_run.__name__),
        *(run.folder, *map(str, numbers)),
      ],
      env={**os.environ, **_ENVIRONMENT},
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=file,
    )

  def listen():
    for line in process.stdout:
      with contextlib.suppress(ValueError):
        news.put(News(run, json.loads(line)))
    news.put(News(run, None, _error(process.wait(), log)))

  threading.Thread(target=listen, daemon=True).start()
  return process


def _error(code: int, log: str) -> str:
  """Why a process ended before its run was over; empty if it was."""
  if code in (0, study_run.STOPPED):
    return ''
  if code < 0:
    return f'killed by signal {-code} (9 often means too little memory)'
  with open(log, 'rb') as file:
    lines = file.read().decode(errors='replace').split('\n')
  said = next((x for x in reversed(lines) if x.strip()), f'exit code {code}')
  return said.removeprefix('Error: ')


def _end(working: Sequence[subprocess.Popen]) -> None:
  """Lets processes save and end; a second Ctrl-C kills them."""
  try:
    for process in working:
      process.stdin.close()
    for process in working:
      process.wait()
  finally:
    for process in working:
      process.kill()
      process.wait()
