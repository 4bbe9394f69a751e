"""How long each address has kept others waiting, of late."""

# Seconds in which half of it is forgotten.
_HALF = 30.0
# Seconds that are as good as none.
_NONE = 0.01


class Debts:
  """Seconds of work by address, which fade."""

  def __init__(self):
    """Creates an account of no work."""
    self._seconds: dict[str, tuple[float, float]] = {}

  def add(self, address: str, seconds: float, now: float) -> None:
    """Adds work that was done for an address.

    Args:
      address: whose it was.
      seconds: how long it took.
      now: the time, seconds; of any clock, but always of the same one.
    """
    self._seconds[address] = (self.of(address, now) + seconds, now)
    # Whoever came once must not be remembered for ever.
    if len(self._seconds) > 1000:
      for name in list(self._seconds):
        if self.of(name, now) < _NONE:
          del self._seconds[name]

  def of(self, address: str, now: float) -> float:
    """What is left of an address's work at the time `now`, seconds."""
    seconds, then = self._seconds.get(address, (0.0, now))
    return seconds * 0.5 ** ((now - then) / _HALF)
