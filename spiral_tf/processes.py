"""Work that several processes share, until it is done or Ctrl-C ends it.

Ours, and not `joblib.Parallel`, for three reasons. Joblib's processes go on
when their parent is killed, to the end of what they are at, which takes hours
here. A call of its can return one thing only, when it is over, so half a shard
is no progress. And processes begin once: what is dear to make, such as a
renderer, is made once a process.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import itertools
import multiprocessing
from multiprocessing import connection as connection_lib
import os
import signal
import threading
import traceback
from typing import Any, TypeVar

_Item = TypeVar('_Item')
_Result = TypeVar('_Result')

# The environment of a process that shall have one thread: with as many busy
# processes as cores, more only wait.
ONE_THREAD = {
  'TF_NUM_INTRAOP_THREADS': '1',
  'TF_NUM_INTEROP_THREADS': '1',
  'OMP_NUM_THREADS': '1',
}

# What a process says: the first word of a message to its parent.
_ASKS, _RESULT, _ERROR, _DONE = 'asks', 'result', 'error', 'done'


class DiedError(RuntimeError):
  """A process ended without having done its work, killed from outside, say."""


class _Remote(Exception):
  """The traceback of an error in another process, to be shown above it."""

  def __str__(self) -> str:
    return f'\n{self.args[0]}'


def map_unordered(
  work: Callable[[Iterator[_Item]], Iterable[_Result]],
  items: Sequence[_Item],
  processes: int,
) -> Iterator[_Result]:
  """Shares items among processes, each of which takes one when it is free.

  The processes do not hear of Ctrl-C, which a terminal sends to all of them,
  but end as soon as the iterator is closed, or is left by an exception. They
  end with their parent, too, even if that was killed.

  Args:
    work: what a process does, a function that processes can be handed. It is
      called once in each, with an iterator of the items that fall to it, and
      returns an iterator of results, of which there may be any number an item.
    items: to be shared; handed out in their order.
    processes: how many work at once, at most. With 1, this one does all.

  Yields:
    The results as they come.

  Raises:
    DiedError: a process ended by itself.
    Exception: what `work` raised.
  """
  if processes == 1:
    yield from work(iter(items))
    return
  context = multiprocessing.get_context('spawn')
  waiting = iter(items)
  workers = {}  # By our end of the pipe to each.
  try:
    with interrupts_ignored():
      for _ in range(min(processes, len(items))):
        ours, theirs = context.Pipe()
        workers[ours] = context.Process(
          target=_serve, args=(work, theirs), daemon=True
        )
        workers[ours].start()
        theirs.close()
    busy = list(workers)
    while busy:
      for pipe in connection_lib.wait(busy):
        try:
          kind, value = pipe.recv()
          if kind == _ASKS:
            pipe.send(list(itertools.islice(waiting, 1)))
        except (EOFError, ConnectionError):
          workers[pipe].join()
          raise DiedError(
            'A worker process ended by itself, with exit code '
            f'{workers[pipe].exitcode} (-9 often means too little memory).'
          ) from None
        if kind == _RESULT:
          yield value
        elif kind == _ERROR:
          error, trace = value
          raise error from _Remote(trace)
        elif kind == _DONE:
          busy.remove(pipe)
  finally:
    for worker in workers.values():
      if worker.pid is not None:
        worker.terminate()
        worker.join()


@contextlib.contextmanager
def interrupts_ignored() -> Iterator[None]:
  """Ignores Ctrl-C; processes that are started meanwhile always will.

  A terminal sends it to all of them, but only the parent can end in order.
  """
  previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
  try:
    yield
  finally:
    signal.signal(signal.SIGINT, previous)


def _serve(work: Callable, pipe: connection_lib.Connection) -> None:
  """Does the work of one process."""
  _end_with_parent()
  # A pipe breaks when the parent is gone.
  with contextlib.suppress(EOFError, ConnectionError):
    try:
      for result in work(_asked_for(pipe)):
        pipe.send((_RESULT, result))
      last = _DONE, None
    except Exception as error:
      last = _ERROR, (error, traceback.format_exc())
    pipe.send(last)


def _asked_for(pipe: connection_lib.Connection) -> Iterator[Any]:
  """Yields the items that the parent hands out, until there are no more."""
  pipe.send((_ASKS, None))
  while item := pipe.recv():
    yield item[0]
    pipe.send((_ASKS, None))


def _end_with_parent() -> None:
  """Lets this process end when its parent has, even if that was killed."""

  def watch():
    multiprocessing.parent_process().join()
    os._exit(1)

  threading.Thread(target=watch, daemon=True).start()
