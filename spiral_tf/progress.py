"""Lines that say how far long work is, how fast it goes and when it ends.

Ours, and not tqdm: most of the output here ends in the logs of nodes and of
jobs, where a line now and then is read and a bar that rewrites itself is not,
and tqdm would be one more dependency.
"""

from collections.abc import Callable
import time


def _print(line: str) -> None:
  print(line, flush=True)  # Seen at once in a log, too.


class Progress:
  """Says now and then how much is done, how fast, and what time is left."""

  def __init__(
    self,
    what: str,
    every: float = 2.0,
    found: int = 0,
    rated: str = '',
    to_the_end: bool = False,
    say: Callable[[str], None] = _print,
  ):
    """Starts the clock.

    Args:
      what: is counted, as in "windows".
      every: seconds between lines, at least.
      found: how much of it was done before; it counts for no speed.
      rated: what the speed is of, if not of `what`, as in "renders".
      to_the_end: whether the end is said, however soon it comes.
      say: called with each line.
    """
    self._what = what
    self._every = every
    self._found = found
    self._rated = f'{rated} ' if rated else ''
    self._to_the_end = to_the_end
    self._say = say
    self._started = self._said = time.monotonic()

  def __call__(
    self, done: int, total: int, made: int | None = None, note: str = ''
  ) -> None:
    """Hears that `done` of `total` are done, and says so if it is time to.

    Args:
      done: how much is done, with what was found.
      total: how much there will be.
      made: how much of what is rated was made, `done` less `found` by default.
      note: what else to say.
    """
    now = time.monotonic()
    is_end = done == total and self._to_the_end
    if done <= self._found or (now - self._said < self._every and not is_end):
      return
    self._said = now
    seconds = max(now - self._started, 1e-9)
    new = done - self._found
    rate = (new if made is None else made) / seconds
    left = round(seconds / new * (total - done))
    self._say(
      f'{done:,} of {total:,} {self._what}, '
      f'{rate:,.{0 if rate >= 10 else 1}f} {self._rated}a second, '
      f'{_clock(left)} left' + (f', {note}' if note else '')
    )


class OneLine:
  """Prints lines on a terminal, each in the place of the one before."""

  def __init__(self):
    """Prints nothing yet."""
    self._width = 0

  def __call__(self, line: str) -> None:
    """Prints a line."""
    print('\r' + line.ljust(self._width), end='', flush=True)
    self._width = len(line)

  def end(self) -> None:
    """Leaves the line, for others to print below."""
    if self._width:
      print()


def _clock(seconds: int) -> str:
  """Writes a duration as minutes and seconds, with hours if there are any."""
  minutes, seconds = divmod(seconds, 60)
  if minutes < 60:
    return f'{minutes}:{seconds:02}'
  return f'{minutes // 60}:{minutes % 60:02}:{seconds:02}'
