"""Keeps what a run writes for months small, without losing its course.

What is new is kept whole, and of what is older less the older it is. All is
decided by counters, such as environment frames, and by how much there is: a
clock that jumps changes nothing.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import json
import os
import re
from typing import Any

import numpy as np

from spiral_tf import files
from spiral_tf.workdir import json_lines

_PICTURE = re.compile(r'(\d{10,})\.png')


class Sparse:
  """Says when to write, the rarer the further a counter has come.

  After `n` frames that are written one by one, the next `k n` frames take
  `log(k) / share` more.
  """

  def __init__(self, share: float):
    """Creates one that has not written.

    Args:
      share: of the counter, by which it must have grown since the last time.
    """
    self._share = share
    self._last: int | None = None

  def is_due(self, counter: int) -> bool:
    """Whether to write now; if so, it is taken as done."""
    last = self._last
    grown = last is None or counter - last > self._share * last
    # A run that goes on from a checkpoint counts from there.
    due = grown or counter < last
    if due:
      self._last = counter
    return due


class Lines:
  """A file of JSON lines that is thinned whenever it has become too large."""

  def __init__(
    self,
    path: str,
    limit: int,
    position: Callable[[Mapping[str, Any]], float],
    is_kept: Callable[[Mapping[str, Any]], bool] = lambda record: False,
  ):
    """Watches a file, which only this process writes.

    Args:
      path: of the file.
      limit: bytes from which on it is thinned.
      position: of a record, a counter; records that have one together, such as
        those of a round, stay together.
      is_kept: whether a record must stay. If most must, the file becomes
        larger.
    """
    self._path = path
    self._limit = self._next = limit
    self._position = position
    self._is_kept = is_kept

  def thin(self) -> bool:
    """Thins the file if it is too large; says whether it did.

    Whoever reads it sees the file before or after. Whoever has it open must
    open it anew.
    """
    if os.path.getsize(self._path) <= self._next:
      return False
    lines = json_lines.whole_lines(self._path)
    kept = _thinned(lines, self._limit, self._position, self._is_kept)
    files.replace(self._path, b''.join(line + b'\n' for line in kept))
    # Else a file of records that must stay would be written anew for each.
    size = os.path.getsize(self._path)
    self._next = max(self._limit, size + self._limit // 4)
    return True


def thin_pictures(folder: str, number: int) -> None:
  """Removes pictures of samples, so that about so many are left.

  Args:
    folder: of files that are called `<frames>.png`, ten digits or more; others
      are nobody's business.
    number: of pictures from which on some go, 0 for never.
  """
  with os.scandir(folder) as entries:
    found = {
      int(match[1]): entry.path
      for entry in entries
      if (match := _PICTURE.fullmatch(entry.name))
      and entry.is_file(follow_symlinks=False)
    }
  frames = sorted(found)
  if not number or len(frames) <= number:
    return
  kept = frames
  while len(kept) > number:
    fewer = [kept[i] for i in thinned(kept)]
    kept = fewer if len(fewer) < len(kept) else kept[-number:]
  for gone in set(frames) - set(kept):
    os.remove(found[gone])


def thinned(positions: Sequence[float]) -> list[int]:
  """Chooses three quarters of something: the newer half, and half of the rest.

  Of the older half, the first is kept, and others so that they are spread
  evenly over their positions, however often this has been done before.

  Args:
    positions: of each, `[N]`, increasing.

  Returns:
    Indices of those to keep, increasing.
  """
  half = len(positions) // 2
  old = np.asarray(positions[:half], np.float64)
  chosen: set[int] = set()
  if half:
    places = np.linspace(old[0], old[-1], max(1, half // 2))
    after = np.searchsorted(old, places).clip(1 if half > 1 else 0, half - 1)
    before = np.maximum(after - 1, 0)
    nearer = places - old[before] < old[after] - places
    chosen = set(np.where(nearer, before, after).tolist())
  return [*sorted(chosen), *range(half, len(positions))]


def _thinned(
  lines: Sequence[bytes],
  limit: int,
  position: Callable[[Mapping[str, Any]], float],
  is_kept: Callable[[Mapping[str, Any]], bool],
) -> list[bytes]:
  """Leaves out lines until the rest fits into three quarters of `limit`."""
  records = [x for line in lines if (x := _record(line, position)) is not None]
  # A run that was killed goes on from its last checkpoint: what it had written
  # from there on counts no longer, as for curves of errors.
  sound: list[tuple[float, bytes, bool]] = []
  for place, line, record in records:
    kept = is_kept(record)
    while sound and sound[-1][0] > place and not sound[-1][2]:
      sound.pop()
    sound.append((place, line, kept))
  places = sorted({place for place, _, kept in sound if not kept})
  while True:
    alive = set(places)
    rest = [line for place, line, kept in sound if kept or place in alive]
    if len(places) < 4 or sum(len(x) + 1 for x in rest) <= 0.75 * limit:
      return rest
    places = [places[i] for i in thinned(places)]


def _record(
  line: bytes, position: Callable[[Mapping[str, Any]], float]
) -> tuple[float, bytes, Mapping[str, Any]] | None:
  """Position, line and record; None if it is none, torn by a crash, say."""
  try:
    record = json.loads(line)
    return float(position(record)), line, record
  except (ValueError, TypeError, LookupError):
    return None
