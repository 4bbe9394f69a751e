"""Tests of spiral_tf.population.progress."""

import dataclasses
import time

import pytest

from spiral_tf.config import cluster
from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.population import progress as progress_lib
from tests import patience
from tests import small

_CONFIG = dataclasses.replace(
  small.CONFIG,
  training=dataclasses.replace(small.CONFIG.training, frames=480),
  population=cluster.PopulationConfig(size=3, round_seconds=0.05),
)


def _status(member, fitness, number=1, updates=10):
  return {
    'kind': 'status',
    'time': time.time() + 100,
    'round': number,
    'member': member,
    'updates': updates,
    'seconds': 1.0,
    'frames': 24 * updates,
    'fitness': fitness,
    'learning_rate': 1e-4,
    'entropy_cost': 1e-2,
    'generation': 0,
    'diverged': False,
  }


_COPY = {
  'kind': 'copy',
  'time': time.time() + 100,
  'round': 1,
  'member': 0,
  'donor': 2,
  'generation': 1,
  'learning_rate': 1e-4,
  'entropy_cost': 1e-2,
  'donor_fitness': -1.0,
  'member_fitness': -3.0,
  'donor_updates': 10,
}


def test_a_line_is_about_the_last_round():
  records = [
    *(_status(i, -9.0, number=0, updates=1) for i in range(3)),
    _status(0, -3.0, updates=5),
    _status(2, -1.0),
    _COPY,
  ]
  line = progress_lib.line(_CONFIG, records)
  assert line == (
    'round 1, 360 frames, fitness best -1 (member 2), mean -2, '
    '1 did not answer, 25% done, member 0 copied member 2'
  )


def test_nothing_to_say_before_the_first_round():
  assert progress_lib.line(_CONFIG, []) is None
  line = progress_lib.line(_CONFIG, [_status(0, None)])
  assert 'fitness' not in line


@pytest.mark.parametrize('seconds', [-3600.0, 3600.0])
def test_rounds_of_a_machine_with_another_clock_are_seen(
  tmp_path, capsys, seconds
):
  path = members.lineage_path(str(tmp_path))
  (tmp_path / 'population').mkdir()
  now = time.time() + seconds
  lineage.append(path, {**_status(1, 5.0, number=7), 'time': now})
  progress = progress_lib.Progress(_CONFIG, str(tmp_path))
  lineage.append(path, {**_status(0, -3.0, number=8), 'time': now - 1})
  printed = patience.printed(capsys, 'round 8')
  progress.stop()
  assert 'best -3 (member 0)' in printed
  assert 'round 7' not in printed and 'best 5' not in printed


def test_lines_are_printed_as_rounds_come(tmp_path, capsys):
  progress = progress_lib.Progress(_CONFIG, str(tmp_path))
  path = members.lineage_path(str(tmp_path))
  (tmp_path / 'population').mkdir()
  for record in (_status(0, -3.0), _status(2, -1.0)):
    lineage.append(path, record)
  patience.printed(capsys, 'best -1 (member 2)')
  progress.stop()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
