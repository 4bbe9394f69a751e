"""The course of a run of a study, as it wrote it."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
from typing import Any, NamedTuple

import numpy as np

from spiral_tf.workdir import json_lines

NAME = 'curve.jsonl'


class Curve(NamedTuple):
  """What was measured, `N` times.

  Attributes:
    frames: environment steps of training, int64 `[N]`, increasing.
    seconds: of CPU time, float64 `[N]`.
    values: by name, see `measure.Measured.numbers`, float64 `[N]` each.
    done: whether it came to its end.
    diverged: why it ended before; empty if it did not.
  """

  frames: np.ndarray
  seconds: np.ndarray
  values: Mapping[str, np.ndarray]
  done: bool
  diverged: str

  @property
  def over(self) -> bool:
    """Whether there will be no more of it."""
    return self.done or bool(self.diverged)

  @property
  def last_frames(self) -> int:
    """Frames when it was measured last; 0 if it was not."""
    return int(self.frames[-1]) if len(self.frames) else 0


def is_over(row: Mapping[str, Any]) -> bool:
  """Whether a line of a curve is that of a run's end."""
  return bool(row.get('done') or row.get('diverged'))


def read(folder: str) -> Curve:
  """Reads the course of the run in a folder, which may be going on."""
  rows = json_lines.read_sound(os.path.join(folder, NAME))
  measured = [row for row in rows if not row.get('diverged')]
  # Those that every line has.
  names = set.intersection(*map(set, measured)) if measured else set()
  return Curve(
    _column(measured, 'frames').astype(np.int64),
    _column(measured, 'seconds'),
    {
      name: _column(measured, name)
      for name in sorted(names)
      if name.startswith(('mse', 'distance'))
    },
    done=bool(rows and rows[-1].get('done')),
    diverged=rows[-1].get('diverged', '') if rows else '',
  )


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
  return np.array([row[name] for row in rows], np.float64)
