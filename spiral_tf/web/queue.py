"""Decides whose work is done next: whoever had least of late, in slices.

A few jobs work at the same time, some wait, and the others are sent away. A job
asks between its steps whether it may go on. That is where it ends if nobody
waits for its answer any more, or if it has taken too long; and where it makes
room, for a while, for those who have had less.
"""

from collections.abc import Callable
from collections.abc import Iterator
from concurrent import futures
import itertools
import os
import threading
import time
from typing import Any

from spiral_tf.web import debts
from spiral_tf.web import shares

# Processor time of a job, seconds, at most.
MAX_SECONDS = 20.0
# How many may wait for those that work; and, of both, how many of one address.
WAITING = 64
SHARE = 8
# How many of those that wait may be in the middle of their work.
_PAUSED = 8
# Seconds that a job works before others have a turn.
_SLICE = 0.1
# Seconds of work after which a job may be ended, if there is no room for one
# more in the middle of its work.
_LONG = 5.0
# What a job takes, seconds, as long as nobody knows.
_GUESS = 0.5

# What a job calls between its steps, perhaps with the share of the work that is
# done; it raises an error to end it.
Check = Callable[..., None]


class GoneError(RuntimeError):
  """Nobody waits for the answer any more."""


# What says why work ended, and needs no traceback.
_EXPECTED = (ValueError, GoneError, shares.FullError)


class Job:
  """Work that waits for its turn, or is being done.

  Attributes:
    future: what the work returns, or why it failed.
    share: of the work that is done, in [0, 1]; None as long as nobody knows.
  """

  def __init__(
    self,
    queue: 'Queue',
    address: str,
    work: Callable[[Check], Any],
    needs: str | None,
    number: int,
  ):
    """Creates a job; see `Queue.submit`."""
    self.future: futures.Future = futures.Future()
    self.address = address
    self.work = work
    self.needs = needs
    self.number = number
    self.started = False
    self.share: float | None = None
    self.error: Exception | None = None  # Why it must end.
    self.since = 0.0  # When its slice began.
    self.spent = 0.0  # Seconds of the slices before.
    self.resumed = threading.Event()
    self._queue = queue
    self._began = 0.0

  def check(self, share: float | None = None) -> None:
    """Says that the work may go on, perhaps after a pause.

    Args:
      share: of the work that is done; None if that is not known.

    Raises:
      GoneError: nobody waits for it.
      FullError: it takes long, and too many others wait.
      ValueError: it has taken too long.
    """
    if share is not None:
      self.share = share
    self._queue.pause(self)
    if self.error:
      raise self.error
    if time.thread_time() - self._began > MAX_SECONDS:
      raise ValueError(
        f'this takes more than {MAX_SECONDS:.0f} s of a processor; choose a '
        'smaller size, a shorter program or another brush, or use launch.paint.'
      )

  def run(self) -> None:
    """Does the work, in a thread of its own."""
    self._began = time.thread_time()
    result, error = None, None
    try:
      if self.error:
        raise self.error
      result = self.work(self.check)
    except _EXPECTED as raised:
      # Its frames hold pictures, and whoever has the error would hold them.
      error = raised.with_traceback(None)
      error.__context__ = None
    except Exception as raised:
      error = raised
    self._queue.leave(self)
    if error:
      self.future.set_exception(error)
    else:
      self.future.set_result(result)

  def ahead(self) -> int | None:
    """How many come before it; None if its work has begun."""
    return self._queue.ahead(self)

  def cancel(self) -> None:
    """Ends it, as soon as it asks, if it is not done."""
    self._queue.end(self, GoneError('nobody waits for this any more.'))


class Queue:
  """Places for work that keeps a processor busy.

  What it calls `needs` is held by one job at a time, until its end; such a job
  has no pauses. A job that waits for it holds no working place meanwhile.
  """

  def __init__(
    self, working: int = 0, waiting: int = WAITING, share: int = SHARE
  ):
    """Creates a queue.

    Args:
      working: how many work at the same time; 0 for one a processor.
      waiting: how many may wait for them.
      share: how many, of both, one address may have.
    """
    self._working = working or len(os.sched_getaffinity(0))
    self._places = shares.Shares(self._working + waiting, share, 'jobs')
    self._threads = futures.ThreadPoolExecutor(self._working + _PAUSED)
    self._lock = threading.Lock()
    self._numbers = itertools.count()
    self._debts = debts.Debts()
    self._waits: list[Job] = []
    self._works: set[Job] = set()
    self._stopped = False
    self._rested = True

  def submit(
    self, address: str, work: Callable[[Check], Any], needs: str | None = None
  ) -> Job:
    """Lets work wait for its turn.

    Args:
      address: whose it is.
      work: the work. It must call its argument between its steps.
      needs: what only one job may have at a time.

    Returns:
      The job.

    Raises:
      shares.FullError: too many wait already.
    """
    with self._lock:
      if self._stopped:
        raise shares.FullError('the server is being stopped.')
      self._places.take(address)
      job = Job(self, address, work, needs, next(self._numbers))
      self._waits.append(job)
      self._rested = False
      self._start()
    return job

  def rests(self) -> bool:
    """Whether all work is done; once after each time that there was some."""
    with self._lock:
      rests = not self._waits and not self._works
      rested, self._rested = self._rested, rests
    return rests and not rested

  def stop(self) -> None:
    """Ends all jobs, as soon as they ask, and takes no others."""
    with self._lock:
      self._stopped = True
      jobs = [*self._waits, *self._works]
    for job in jobs:
      self.end(job, shares.FullError('the server is being stopped.'))

  def pause(self, job: Job) -> None:
    """Lets others work instead of a job, if it is their turn."""
    now = time.monotonic()
    if job.needs or now - job.since < _SLICE or not self._waits:
      return
    with self._lock:
      rank = self._debt(job.address, now)
      job.since, spent = now, now - job.since
      self._debts.add(job.address, spent, now)
      job.spent += spent
      order = self._order(now)
      if not any(r < rank for r, other in order if self._may_start(other)):
        return
      paused = [other for other in self._waits if other.started]
      if len(paused) >= _PAUSED:
        longest = max([*paused, job], key=lambda job: job.spent)
        if longest.spent < _LONG:
          return
        longest.error = shares.FullError(
          'this takes long, and many people wait; try again later, or use '
          'launch.paint.'
        )
        if longest is job:
          return
        self._waits.remove(longest)
        longest.resumed.set()
      job.resumed.clear()
      self._works.remove(job)
      self._waits.append(job)
      self._start()
    job.resumed.wait()

  def leave(self, job: Job) -> None:
    """Gives a job's place to another one."""
    with self._lock:
      now = time.monotonic()
      if job in self._works:
        self._works.remove(job)
        self._debts.add(job.address, now - job.since, now)
      self._places.give_back(job.address)
      self._start()

  def end(self, job: Job, error: Exception) -> None:
    """Ends a job as soon as it asks, or at once if it has not begun."""
    with self._lock:
      job.error = job.error or error
      if job not in self._waits:
        return
      self._waits.remove(job)
      if job.started:
        job.resumed.set()
        return
    self.leave(job)
    job.future.set_exception(error)

  def ahead(self, job: Job) -> int | None:
    """See `Job.ahead`."""
    with self._lock:
      if job.started or job not in self._waits:
        return None
      order = [other for _, other in self._order(time.monotonic())]
      return len(self._works) + order.index(job)

  def _start(self) -> None:
    """Lets jobs work as long as there is a place."""
    while len(self._works) < self._working:
      now = time.monotonic()
      order = (job for _, job in self._order(now) if self._may_start(job))
      job = next(order, None)
      if job is None:
        return
      self._waits.remove(job)
      self._works.add(job)
      job.since = now
      if job.started:
        job.resumed.set()
      else:
        job.started = True
        self._threads.submit(job.run)

  def _may_start(self, job: Job) -> bool:
    return not job.needs or all(job.needs != w.needs for w in self._works)

  def _order(self, now: float) -> list[tuple[float, Job]]:
    """Those that wait, the next one first, and what they are ordered by."""
    ranks: dict[str, Iterator[float]] = {}
    order = []
    for job in sorted(self._waits, key=lambda job: job.number):
      if job.address not in ranks:
        debt = self._debt(job.address, now)
        ranks[job.address] = itertools.count(debt, _GUESS)
      order.append((next(ranks[job.address]), job))
    return sorted(order, key=lambda item: (item[0], item[1].number))

  def _debt(self, address: str, now: float) -> float:
    """Seconds of work that an address has had, also just now."""
    works = [now - j.since for j in self._works if j.address == address]
    return self._debts.of(address, now) + sum(works)
