"""Tests of launch.study_table."""

import dataclasses

import pytest

from launch import study_table
from spiral_tf.studies import curve
from spiral_tf.studies import store
from spiral_tf.studies import variant
from tests import small
from tests import studied

_SEE = variant.Variant('see', {'policy_learner.entropy_cost': 0.5})


def _table(folder, at=(), config=small.CONDITIONAL, **courses):
  """The table of a study, and its rows by their first cells.

  Args:
    folder: for the study.
    at: frames.
    config: of the experiment.
    **courses: of `base` and `see`, arguments of `studied.write` for each seed.
  """
  study = store.begin(str(folder), config, studied.SETTINGS, [_SEE])
  for run in store.order(study, max(map(len, courses.values()))):
    seeds = courses['see' if run.variant == 'see' else 'base']
    if run.seed < len(seeds):
      studied.write(run, **seeds[run.seed], conditional=config.conditional)
  study = store.read(str(folder))
  curves = {each.name: {} for each in study.variants}
  for run in study.runs:
    curves[run.variant][run.seed] = curve.read(run.folder)
  text = study_table.table(study, curves, at)
  lines = [x for x in text.splitlines() if x.startswith('|')]
  cells = [[c.strip() for c in x.strip('|').split('|')] for x in lines]
  return text, [dict(zip(cells[0], row)) for row in cells[2:]]


def test_seeds_and_variants_are_compared(tmp_path):
  text, (base, see) = _table(
    tmp_path,
    base=[{'values': (2, 1.5, 1)}, {'values': (2, 1.3, 0.8)}],
    see=[
      {'values': (2, 0.8, 0.6), 'seconds': 20.0},
      {'values': (2, 1.0, 0.9), 'seconds': 40.0},
    ],
  )
  assert base == {
    'variant': 'as it is',
    'seeds': '2',
    '250': '1.700 (1.650 to 1.750)',
    '500': '1.400 (1.300 to 1.500)',
    '750': '1.150 (1.050 to 1.250)',
    '1,000, the end': '0.900 (0.800 to 1.000)',
    'end, T=.3': '0.450',
    'end, error': '0.09000',
    'better than "as it is"': '',
    'as good as "as it is" after': '',
    'CPU s': '10',
    'frames a CPU s': '100',
  }
  assert see['1,000, the end'] == '0.750 (0.600 to 0.900)'
  assert see['better than "as it is"'] == '1 of 2'
  assert see['CPU s'] == '30' and see['frames a CPU s'] == '38'
  # The mean is .9 at 500 frames.
  frames = see['as good as "as it is" after'].partition(' ')[0]
  assert int(frames) == pytest.approx(500, abs=4)
  assert 'on 30 held-out targets' in text
  assert 'has an error of 0.10000' in text and ' 0.500 of that' in text
  assert '* see: `policy_learner.entropy_cost=0.5`' in text


def test_one_looks_where_one_wants(tmp_path):
  _, (base, _) = _table(
    tmp_path, (100, 900), base=[{'values': (2, 1, 0.5)}], see=[]
  )
  assert base['100'] == '1.800' and base['900'] == '0.600'
  assert '250' not in base


def test_what_is_not_over_is_told(tmp_path):
  text, (base, see) = _table(
    tmp_path,
    base=[{'values': (2, 1, 0.5)}, {'values': (2, 1), 'done': False}],
    see=[{'values': (2,), 'done': False}],
  )
  assert base['seeds'] == '1 of 2' and see['seeds'] == '0 of 1'
  assert base['500'] == '1.000 (1.000 to 1.000)'
  assert base['750'] == '0.750, of 1'
  assert base['1,000, the end'] == '0.500'
  assert set(list(see.values())[2:]) == {''}
  assert '* as it is, seed 1, is at 500 frames.' in text
  assert '* see, seed 0, is at 0 frames.' in text


def test_what_does_not_come_so_far_is_told(tmp_path):
  _, (_, see) = _table(
    tmp_path,
    base=[{'values': (2, 1, 0.5)}],
    see=[{'values': (2, 1, 0.6)}],
  )
  assert see['as good as "as it is" after'] == 'not reached'
  assert see['better than "as it is"'] == '0 of 1'


def test_agents_that_draw_freely_have_distances(tmp_path):
  config = dataclasses.replace(small.CONFIG)
  text, (base, see) = _table(
    tmp_path,
    config=config,
    base=[{'values': (3, 2, 1)}],
    see=[{'values': (3, 2, 0.5)}],
  )
  assert base['1,000, the end'] == '1.000' and base['end, T=.3'] == '0.500'
  assert 'end, error' not in base and see['better than "as it is"'] == '1 of 1'
  assert 'Distance of 30 drawings' in text and 'blank' not in text


def test_a_run_that_diverged_is_told(tmp_path):
  study = store.begin(
    str(tmp_path), small.CONDITIONAL, studied.SETTINGS, [_SEE]
  )
  run = store.order(study, 1)[1]
  studied.write(run, (2, 1), done=False)
  with open(f'{run.folder}/{curve.NAME}', 'a') as file:
    file.write('{"frames": 700, "diverged": "a reason"}\n')
  curves = {'as it is': {}, 'see': {0: curve.read(run.folder)}}
  text = study_table.table(study, curves)
  assert '* see, seed 0, ended early: a reason' in text
  assert '| see       |  0 of 1 |' in text


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
