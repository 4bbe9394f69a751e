"""What this process is doing, for whoever sees to it that it does not hang."""

from collections.abc import Iterator
import contextlib

STARTING = 'starting'
COMPILING = 'compiling'
WORKING = 'working'
WAITING = 'waiting'
RESTING = 'resting'


class Activity:
  """What one main loop is doing; other threads may ask."""

  def __init__(self):
    """Creates an activity that starts."""
    self._now = (STARTING, '')
    self._steps = 0

  def report(self) -> tuple[str, str, int]:
    """Says what is done: the state, whom it waits for, and steps so far.

    Work counts as compiling before the first step was made.
    """
    state, whom = self._now
    if state == WORKING and not self._steps:
      state = COMPILING
    return state, whom, self._steps

  def work(self) -> None:
    """Begins to work; from now on steps are expected."""
    self._now = (WORKING, '')

  def rest(self) -> None:
    """Begins to rest: there is nothing to do for this loop."""
    self._now = (RESTING, '')

  def step(self) -> None:
    """Notes that the work got on."""
    self._steps += 1

  @contextlib.contextmanager
  def waiting(self, whom: str) -> Iterator[None]:
    """A context in which nothing is done but wait for another node."""
    yield from self._while(WAITING, whom)

  @contextlib.contextmanager
  def resting(self) -> Iterator[None]:
    """A context in which there is nothing to do."""
    yield from self._while(RESTING, '')

  def _while(self, state: str, whom: str) -> Iterator[None]:
    before, self._now = self._now, (state, whom)
    try:
      yield
    finally:
      self._now = before


# A process runs one node.
CURRENT = Activity()
