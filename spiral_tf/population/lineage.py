"""The lineage of a population: how its members did, and who copied whom.

A file of JSON lines, each of them a record of one of two kinds:

    {"kind": "status", "time": ..., "round": ..., "member": ..., "updates": ...,
     "seconds": ..., "frames": ..., "fitness": ..., "learning_rate": ...,
     "entropy_cost": ..., "generation": ..., "diverged": ...}
    {"kind": "copy", "time": ..., "round": ..., "member": ..., "donor": ...,
     "generation": ..., "learning_rate": ..., "entropy_cost": ...,
     "donor_fitness": ..., "member_fitness": ..., "donor_updates": ...}

`time` is in seconds since 1970, `seconds` the member's training time, `fitness`
null while it is not known. Of a copy, `member` is the recipient; `generation`
and hyperparameters are its new ones. JSON has no infinities: "inf", "-inf" and
"nan" are texts here, and floats again when read.

Of a run of many days, rounds that are long ago are left out, see
`thinned`; copies never are.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import math
from typing import Any, NamedTuple

import numpy as np

from spiral_tf.workdir import json_lines
from spiral_tf.workdir import thinning

# Bytes from which on rounds are left out: it is read whole every round, which
# takes a tenth of a second.
MAX_BYTES = 4_000_000
_FIELDS = {
  'status': (
    *('time', 'round', 'member', 'updates', 'seconds', 'frames', 'fitness'),
    *('learning_rate', 'entropy_cost', 'generation', 'diverged'),
  ),
  'copy': (
    *('time', 'round', 'member', 'donor', 'generation', 'learning_rate'),
    *('entropy_cost', 'donor_fitness', 'member_fitness', 'donor_updates'),
  ),
}
_NOT_FINITE = ('inf', '-inf', 'nan')

_Record = Mapping[str, Any]


class Course(NamedTuple):
  """How one member did, in `N` records of it, copies among them.

  Attributes:
    time: in seconds since 1970, float64 `[N]`.
    fitness: float64 `[N]`; not a number while it is not known, minus infinity
      of a member that diverged. After a copy it is not known at first.
    learning_rate: float64 `[N]`.
    entropy_cost: float64 `[N]`.
    copies: how often it copied another.
  """

  time: np.ndarray
  fitness: np.ndarray
  learning_rate: np.ndarray
  entropy_cost: np.ndarray
  copies: int

  @property
  def known(self) -> np.ndarray:
    """The fitness as far as it is known, float64 `[K]`."""
    return self.fitness[~np.isnan(self.fitness)]


class Summary(NamedTuple):
  """The fitness of all together, at `M` times.

  Attributes:
    time: in seconds since 1970, float64 `[M]`, increasing.
    best: of all, what was known of each last, float64 `[M]`.
    mean: of those that have not diverged, float64 `[M]`.
    diverged: how many had, int64 `[M]`.
  """

  time: np.ndarray
  best: np.ndarray
  mean: np.ndarray
  diverged: np.ndarray


def append(path: str, record: _Record) -> None:
  """Adds a record; when this returns, it is on the disk.

  Args:
    path: file of the lineage; it is made if there is none.
    record: one of the above.

  Raises:
    ValueError: the record is none of the above.
  """
  _check(record)
  json_lines.append(
    path, {name: _to_json(value) for name, value in record.items()}
  )


def read(path: str) -> list[dict[str, Any]]:
  """Reads a lineage, which may be growing.

  Args:
    path: file of the lineage.

  Returns:
    Its records in order. Half a line at the end is not one yet.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: a line is no record; the message names it.
  """
  records = []
  for number, line in enumerate(json_lines.read(path), start=1):
    record = {name: _from_json(value) for name, value in line.items()}
    try:
      _check(record)
    except ValueError as error:
      raise ValueError(
        f'{path}, line {number} is no record of a lineage: {error} Remove the '
        'line.'
      ) from None
    records.append(record)
  return records


def read_sound(path: str) -> list[dict[str, Any]]:
  """Reads what can be read of a lineage that may be damaged.

  Args:
    path: file of the lineage.

  Returns:
    Its records in order, without lines that are none; no records if there is no
    such file.
  """
  records = []
  for line in json_lines.read_sound(path):
    record = {name: _from_json(value) for name, value in line.items()}
    with contextlib.suppress(ValueError):
      _check(record)
      records.append(record)
  return records


def thinned(path: str) -> thinning.Lines:
  """Makes what leaves out rounds of a lineage that has become too large.

  Copies stay, for they say whose weights descend from whom.

  Args:
    path: file of the lineage.
  """
  return thinning.Lines(
    path,
    MAX_BYTES,
    lambda record: record['round'],
    lambda record: record['kind'] == 'copy',
  )


def has_copy(records: Sequence[_Record], member: int, generation: int) -> bool:
  """Whether a copy has been recorded.

  Args:
    records: as `read` returns them.
    member: the recipient.
    generation: which it came to by the copy.
  """
  return any(
    record['kind'] == 'copy'
    and record['member'] == member
    and record['generation'] == generation
    for record in records
  )


def ancestors(records: Sequence[_Record]) -> dict[int, int]:
  """Tells whose weights the members' present ones descend from.

  Args:
    records: as `read` returns them.

  Returns:
    By member, the one that began with these weights untrained.
  """
  found: dict[int, int] = {}
  for record in records:
    found.setdefault(record['member'], record['member'])
    if record['kind'] == 'copy':
      donor = record['donor']
      found[record['member']] = found.setdefault(donor, donor)
  return dict(sorted(found.items()))


def courses(records: Sequence[_Record]) -> dict[int, Course]:
  """Sorts records by members.

  Args:
    records: as `read` returns them.

  Returns:
    By member, its course.
  """
  own: dict[int, list[_Record]] = {}
  for record in records:
    own.setdefault(record['member'], []).append(record)
  found = {}
  for member, some in sorted(own.items()):
    rows = np.array(
      [
        (x['time'], _fitness(x), x['learning_rate'], x['entropy_cost'])
        for x in some
      ],
      np.float64,
    )
    copies = {x['generation'] for x in some if x['kind'] == 'copy'}
    found[member] = Course(*rows.T, copies=len(copies))
  return found


def summary(records: Sequence[_Record]) -> Summary:
  """Takes all members together.

  Args:
    records: as `read` returns them.

  Returns:
    Their summary, from the first time on at which the fitness of one is known.
  """
  last: dict[int, float] = {}
  rows: dict[float, Sequence[float]] = {}
  for record in records:
    fitness = _fitness(record)
    if not math.isnan(fitness):
      last[record['member']] = fitness
    sound = [value for value in last.values() if value > -math.inf]
    if sound:
      mean = sum(sound) / len(sound)
      row = max(sound), mean, len(last) - len(sound)
      # Records of one time are of one round, and of these the last knows all.
      rows[record['time']] = row
  times = sorted(rows)
  table = np.array([rows[time] for time in times]).reshape([-1, 3])
  best, mean, diverged = table.T
  return Summary(np.array(times), best, mean, diverged.astype(np.int64))


def _fitness(record: _Record) -> float:
  """What a record says of its member's fitness, not a number if nothing."""
  fitness = record.get('fitness')
  return math.nan if fitness is None else fitness


def _check(record: _Record) -> None:
  """Refuses what is no record."""
  kind = record.get('kind')
  if kind not in _FIELDS:
    raise ValueError(f'its kind is {kind!r}, but must be "status" or "copy".')
  missing = [name for name in _FIELDS[kind] if name not in record]
  if missing:
    raise ValueError(f'a {kind} lacks {", ".join(missing)}.')


def _to_json(value: Any) -> Any:
  if isinstance(value, np.generic):
    value = value.item()
  is_wild = isinstance(value, float) and not math.isfinite(value)
  return str(float(value)) if is_wild else value


def _from_json(value: Any) -> Any:
  return float(value) if value in _NOT_FINITE else value
