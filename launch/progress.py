"""Lines that say how far long work is."""

import time

_SECONDS = 2.0  # Between lines.


class Progress:
  """Prints now and then how much is done, how fast, and what is left."""

  def __init__(self, what: str):
    """Starts the clock; `what` is counted, as in "windows"."""
    self._what = what
    self._started = self._printed = time.monotonic()

  def __call__(self, done: int, total: int) -> None:
    """Says that `done` of `total` are done."""
    now = time.monotonic()
    if now - self._printed < _SECONDS or not done:
      return
    self._printed = now
    rate = done / (now - self._started)
    left = (total - done) / rate
    print(
      f'{done:,} of {total:,} {self._what}, {rate:.1f}/s, {left:.0f} s left',
      flush=True,
    )
