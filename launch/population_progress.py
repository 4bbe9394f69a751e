"""Says, a line a round, how a population is doing."""

import threading
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence

from spiral_tf import config as config_lib
from spiral_tf import lineage
from spiral_tf import population


def line(
  config: config_lib.Config, records: Sequence[Mapping[str, Any]]
) -> Optional[str]:
  """What the last complete round of a lineage amounts to.

  Args:
    config: the experiment.
    records: of the lineage.

  Returns:
    A line, None before the first round.
  """
  members: Dict[int, Mapping[str, Any]] = {}
  copies: List[Mapping[str, Any]] = []
  for record in records:
    if record['kind'] == 'copy':
      copies.append(record)
    else:
      if record['round'] != next(iter(members.values()), record)['round']:
        members, copies = {}, []
      members[record['member']] = record
  if not members:
    return None
  states = list(members.values())
  parts = [
    f'round {states[0]["round"]}',
    f'{sum(state["frames"] for state in states):,} frames',
  ]
  known = {
    index: state['fitness']
    for index, state in members.items()
    if state['fitness'] is not None
  }
  if known:
    best = max(known, key=known.get)
    mean = sum(known.values()) / len(known)
    parts.append(
      f'fitness best {known[best]:.4g} (member {best}), mean {mean:.4g}'
    )
  silent = config.population.size - len(members)
  if silent:
    parts.append(f'{silent} did not answer')
  progress = [
    config_lib.progress(config, state['updates'], state['seconds'])
    for state in states
  ]
  parts.append(f'{min(progress):.0%} done')
  parts += [
    f'member {copy["member"]} copied member {copy["donor"]}' for copy in copies
  ]
  return ', '.join(parts)


class Progress:
  """Prints a line whenever a round has been added to the lineage."""

  def __init__(self, config: config_lib.Config, workdir: str, seconds: float):
    """Starts a thread that looks every `seconds`."""
    self._config = config
    self._path = population.lineage_path(workdir)
    self._seconds = seconds
    self._stop = threading.Event()
    self._thread = threading.Thread(target=self._run, daemon=True)
    self._thread.start()

  def stop(self) -> None:
    """Stops printing."""
    self._stop.set()
    self._thread.join()

  def _run(self) -> None:
    started = time.time()
    seen = None
    print(
      f'Starting; the first round comes after {self._seconds:.0f} s.',
      flush=True,
    )
    while not self._stop.wait(min(self._seconds, 5.0)):
      try:
        records = lineage.read(self._path)
      except FileNotFoundError:
        continue
      records = [record for record in records if record['time'] >= started]
      text = line(self._config, records)
      if text and text != seen:
        seen = text
        elapsed = int(time.time() - started)
        print(f'[{elapsed // 60:3d}:{elapsed % 60:02d}] {text}', flush=True)
