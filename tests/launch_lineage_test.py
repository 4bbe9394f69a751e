"""Tests of launch.lineage, as one runs it."""

import math
import re

import numpy as np
from PIL import Image
import pytest

from spiral_tf.population import lineage
from spiral_tf.population import members as members_lib
from tests import commands

_INF = math.inf


def _make_run(workdir, fitness, copies=()):
  """Writes what the controller of a population leaves behind.

  Args:
    workdir: folder of the run.
    fitness: of each member, a value a round, which is a minute.
    copies: pairs of round and recipient; the donor is always member 0.

  Returns:
    The folder's name.
  """
  path = members_lib.lineage_path(str(workdir))
  (workdir / 'population').mkdir(parents=True)
  members = range(len(fitness))
  rates = [1e-4 * 2**member for member in members]
  generations = [0 for _ in members]
  for number in range(len(fitness[0])):
    time = 1.7e9 + 60 * number
    common = {'round': number, 'time': time}
    for i in members:
      values = {'learning_rate': rates[i], 'entropy_cost': 0.01 * (i + 1)}
      record = {
        **{'kind': 'status', 'member': i, 'updates': 10 * number},
        **{'seconds': 60.0 * number, 'frames': 50 * number, **values, **common},
        **{'fitness': fitness[i][number], 'generation': generations[i]},
        **{'diverged': fitness[i][number] == -_INF},
      }
      lineage.append(path, record)
    for when, i in copies:
      if when != number:
        continue
      rates[i] = 1.2e-4
      generations[i] += 1
      record = {
        **{'kind': 'copy', 'member': i, 'donor': 0, **common},
        **{'generation': generations[i], 'learning_rate': rates[i]},
        **{'entropy_cost': 0.01 * (i + 1), 'donor_updates': 10 * number},
        **{'donor_fitness': fitness[0][number]},
        **{'member_fitness': fitness[i][number]},
      }
      lineage.append(path, record)
  return str(workdir)


@pytest.fixture(scope='module')
def command(tmp_path_factory):
  """Runs the command with arguments."""
  # Where there is no home, as under Bazel, Matplotlib complains.
  patch = pytest.MonkeyPatch()
  patch.setenv('MPLCONFIGDIR', str(tmp_path_factory.mktemp('matplotlib')))
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda *arguments: runner.run('launch.lineage', *arguments)
  patch.undo()


def _pixels(path):
  with Image.open(path) as image:
    return np.asarray(image.convert('RGB')).astype(int)


def _count(pixels, color):
  """How many pixels have a colour, `#RRGGBB`."""
  rgb = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
  return (np.abs(pixels - rgb).max(axis=-1) < 8).sum()


def test_the_command_draws_and_tells(command, tmp_path):
  run = _make_run(
    tmp_path / 'run',
    [(-4.0, -1.0, -0.5, -0.25), (-4.0, -3.0, -2.0, -0.2), (None,) * 4],
    copies=[(2, 1)],
  )
  path = tmp_path / 'new' / 'lineage.png'
  done = command(f'--workdir={run}', f'--output={path}')
  assert not done.returncode, done.stderr
  assert 'run: 3 members, 3.0 minutes, copies: 1' in done.stdout
  rows = [line.split() for line in done.stdout.splitlines()]
  assert [row for row in rows if row and row[0] in '012'] == [
    # Fitness and hyperparameters, first and last; copies, ancestor.
    *(
      ['0', '-4.0000', '-0.2500', '-0.2500']
      + ['1.00e-04', '1.00e-04', '1.00e-02', '1.00e-02', '0', '0'],
      ['1', '-4.0000', '-0.2000', '-0.2000']
      + ['2.00e-04', '1.20e-04', '2.00e-02', '2.00e-02', '1', '0'],
      ['2', '?', '?', '?']
      + ['4.00e-04', '4.00e-04', '3.00e-02', '3.00e-02', '0', '2'],
    )
  ]
  assert (
    'Best: member 1, fitness -0.2000. Mean: -0.2250, at first -4.0000.'
  ) in done.stdout
  pixels = _pixels(path)
  assert 1200 < pixels.shape[1] < 2000 and 1200 < pixels.shape[0] < 2000
  left = pixels[:, : int(0.75 * pixels.shape[1])]  # Without the legend.
  # Members in each panel; the third has no fitness.
  fitness, rates, costs = np.array_split(left, (700, 1160))
  for panel in (fitness, rates, costs):
    assert _count(panel, '#008DF9') > 100 and _count(panel, '#E20134') > 100
  assert not _count(fitness, '#009F81') and _count(rates, '#009F81') > 100
  # The best is thick.
  assert _count(fitness, '#E20134') > 1.5 * _count(fitness, '#008DF9')


def test_copies_are_arrows_in_the_colour_of_the_donor(command, tmp_path):
  fitness = [(-1.0, -0.9, -0.5), (-1.0, -_INF, -0.8)]
  counts = []
  for name, copies in (('with', [(1, 1)]), ('without', [])):
    run = _make_run(tmp_path / name, fitness, copies)
    path = tmp_path / f'{name}.png'
    assert not command(f'--workdir={run}', f'--output={path}').returncode
    pixels = _pixels(path)
    width = pixels.shape[1] * 3 // 4
    counts.append(_count(pixels[:700, :width], '#008DF9'))
  # It goes down to the foot of the panel, where one is that diverged.
  assert counts[0] > counts[1] + 100


def test_another_run_is_held_against_it(command, tmp_path):
  a = _make_run(tmp_path / 'a', [(-4.0, -1.0), (-4.0, -2.0)])
  b = _make_run(tmp_path / 'b', [(-4.0, -3.0), (-4.0, -_INF)])
  path = tmp_path / 'x.png'
  alone = command(f'--workdir={a}', f'--output={path}')
  before = _count(_pixels(path)[:, :1000], '#8C8C8C')
  done = command(f'--workdir={a}', f'--compare={b}', f'--output={path}')
  assert not alone.returncode and not done.returncode, done.stderr
  assert re.findall('(?m)^Best.*$', done.stdout) == [
    'Best: member 0, fitness -1.0000. Mean: -1.5000, at first -4.0000.',
    'Best: member 0, fitness -3.0000. Mean: -3.0000 (without 1 diverged), '
    'at first -4.0000.',
  ]
  assert 'b: 2 members, 1.0 minutes, copies: 0' in done.stdout
  assert 'b: 2 members' not in alone.stdout
  assert _count(_pixels(path)[:, :1000], '#8C8C8C') > before + 500


@pytest.mark.parametrize(
  'fitness',
  [
    [(-1.0,)] * 2,  # One round.
    [(0.5, 0.6, 0.7), (-3.0, 0.0, 2.0)],  # Scores of discriminators.
    [(-0.0, -0.0), (-1.0, -1.0)],
    [(-float(i), -0.01 * i) for i in range(1, 16)],  # More than colours.
  ],
)
def test_any_lineage_can_be_drawn(command, tmp_path, fitness):
  run = _make_run(tmp_path / 'run', fitness, copies=[(0, 1)])
  done = command(f'--workdir={run}', f'--output={tmp_path / "x.png"}')
  assert not done.returncode and not done.stderr, done.stderr
  assert (tmp_path / 'x.png').exists()


def test_a_run_that_is_still_going_on_can_be_drawn(command, tmp_path):
  run = _make_run(tmp_path / 'run', [(-1.0, -0.5)] * 2)
  with open(members_lib.lineage_path(run), 'a') as file:
    file.write('{"kind": "stat')
  done = command(f'--workdir={run}', f'--output={tmp_path / "x.png"}')
  assert not done.returncode, done.stderr


@pytest.mark.parametrize(
  'arguments,message',
  [
    (('--workdir={a}', '--output=x.jpg'), 'must end in .png'),
    (('--output={png}',), '--workdir'),
    (('--workdir={a}',), '--output'),
    (('--workdir={a}', '--output={png}', 'b'), 'unknown arguments: b'),
    (
      ('--workdir=/none', '--output={png}'),
      "no lineage of a population in '/n",
    ),
    (
      ('--workdir={a}', '--output={png}', '--compare=/none'),
      "no lineage of a population in '/none'",
    ),
    (('--workdir={unknown}', '--output={png}'), 'has 2 records, but none'),
    (('--workdir={broken}', '--output={png}'), 'line 1 is no record'),
  ],
)
def test_what_cannot_be_done_is_said_at_once(
  command, tmp_path, arguments, message
):
  names = {
    'a': _make_run(tmp_path / 'a', [(-1.0, -0.5)] * 2),
    'unknown': _make_run(tmp_path / 'unknown', [(None,)] * 2),
    'broken': str(tmp_path / 'broken'),
    'png': tmp_path / 'new' / 'x.png',
  }
  (tmp_path / 'broken' / 'population').mkdir(parents=True)
  with open(members_lib.lineage_path(names['broken']), 'w') as file:
    file.write('nothing\n')
  done = command(*(argument.format(**names) for argument in arguments))
  assert done.returncode and message in done.stderr
  assert 'Traceback' not in done.stderr and not done.stdout
  assert not (tmp_path / 'new').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
