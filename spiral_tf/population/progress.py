"""Says, a line a round, how a population is doing."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
from typing import Any

from spiral_tf.config import experiment
from spiral_tf.population import lineage
from spiral_tf.population import members as members_lib
from spiral_tf.workdir import progress


def line(
  config: experiment.Config, records: Sequence[Mapping[str, Any]]
) -> str | None:
  """What the last complete round of a lineage amounts to.

  Args:
    config: the experiment.
    records: of the lineage.

  Returns:
    A line, None before the first round.
  """
  members: dict[int, Mapping[str, Any]] = {}
  copies: list[Mapping[str, Any]] = []
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
  summary = lineage.summary(states)
  if len(summary.time):
    best, mean = summary.best[-1], summary.mean[-1]
    who = next(i for i, state in members.items() if state['fitness'] == best)
    parts.append(f'fitness best {best:.4g} (member {who}), mean {mean:.4g}')
  silent = config.population.size - len(members)
  if silent:
    parts.append(f'{silent} did not answer')
  shares = [
    experiment.progress(config, state['updates'], state['seconds'])
    for state in states
  ]
  parts.append(f'{min(shares):.0%} done')
  parts += [
    f'member {copy["member"]} copied member {copy["donor"]}' for copy in copies
  ]
  return ', '.join(parts)


class Progress(progress.Progress):
  """Prints a line whenever a round has been added to the lineage."""

  def __init__(self, config: experiment.Config, workdir: str):
    """Starts a thread that looks every few seconds."""
    self._config = config
    self._path = members_lib.lineage_path(workdir)
    self._size = 0
    seconds = config.population.round_seconds
    super().__init__(
      f'Starting; the first round comes after {seconds:.0f} s.',
      min(seconds, 5.0),
    )

  def _news(self) -> str | None:
    try:
      size = os.path.getsize(self._path)
      if size == self._size:
        return None
      records = lineage.read(self._path)
    except FileNotFoundError:
      return None
    self._size = size
    return line(
      self._config,
      [record for record in records if record['time'] >= self._started],
    )
