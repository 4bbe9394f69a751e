"""Tests of spiral_tf.population.state."""

import json
import pathlib

import pytest

from spiral_tf.population import lineage
from spiral_tf.population import members
from spiral_tf.population import state as state_lib
from spiral_tf.workdir import damage
from tests import damages

_RECORD = {
  'kind': 'status',
  'fitness': -1.0,
  'diverged': '',
  **dict.fromkeys(('time', 'member', 'updates', 'seconds', 'frames'), 0),
  **dict.fromkeys(('learning_rate', 'entropy_cost', 'generation'), 0),
}


@pytest.fixture
def folder(tmp_path):
  """The folder of a population whose state was saved three times."""
  folder = pathlib.Path(members.folder(str(tmp_path)))
  folder.mkdir()
  state, lines = state_lib.load(str(tmp_path), 2)
  assert lines == []
  for number in range(1, 4):
    state['round'] = number
    state['copied_at'] = [number, 0]
    state['plans'] = {'1': {'donor': 0, 'donor_fitness': float('-inf')}}
    state_lib.save(str(tmp_path), state)
  for number in range(3):
    lineage.append(
      members.lineage_path(str(tmp_path)), {**_RECORD, 'round': number}
    )
  return folder


def test_what_was_saved_is_loaded(folder, tmp_path):
  state, lines = state_lib.load(str(tmp_path), 2)
  assert lines == state_lib.check(str(tmp_path), 2) == []
  assert (state['round'], state['copied_at']) == (3, [3, 0])
  assert state['plans']['1']['donor_fitness'] == float('-inf')


@pytest.mark.parametrize('harm', [*damages.ALL, lambda path: None])
@pytest.mark.parametrize('name', ['state.json', 'state.backup.json'])
def test_one_of_both_may_be_damaged(folder, tmp_path, name, harm):
  whole = (folder / name).read_bytes()
  harm(folder / name)
  state, lines = state_lib.load(str(tmp_path), 2)
  assert (state['round'], state['copied_at']) == (3, [3, 0])
  known = (folder / name).exists() and (folder / name).read_bytes() != whole
  assert [str(folder / name) in line for line in lines] == [True] * known


def test_the_last_that_was_written_counts(folder, tmp_path):
  old = (folder / 'state.json').read_bytes()
  state, _ = state_lib.load(str(tmp_path), 2)
  state['round'] = 4
  state_lib.save(str(tmp_path), state)
  (folder / 'state.json').write_bytes(old)
  assert state_lib.load(str(tmp_path), 2)[0]['round'] == 4


def test_a_digit_that_changed_is_found(folder, tmp_path):
  for path in folder.glob('state*'):
    path.write_text(path.read_text().replace('"round": 3', '"round": 2'))
  with pytest.raises(damage.DamagedError, match='checksum'):
    state_lib.load(str(tmp_path), 2)


@pytest.mark.parametrize(
  'text',
  [
    '',
    '[]',
    '5',
    '{}',
    '\0\0\0',
    '{"round": 1, "copied_at": [0], "plans": {}}',
  ],
)
def test_if_none_is_sound_a_line_names_both_and_the_cure(
  folder, tmp_path, text
):
  for path in folder.glob('state*'):
    path.write_text(text)
  with pytest.raises(damage.DamagedError, match='remove both') as error:
    state_lib.check(str(tmp_path), 2)
  for name in ('state.json', 'state.backup.json'):
    assert str(folder / name) in str(error.value)
  assert '\n' not in str(error.value)


def test_without_any_rounds_go_on_after_the_lineage(folder, tmp_path):
  for path in folder.glob('state*'):
    path.unlink()
  state, (line,) = state_lib.load(str(tmp_path), 2)
  assert state['round'] == 3
  assert str(folder / 'state.json') in line


def test_the_state_of_an_earlier_version(folder, tmp_path):
  (folder / 'state.backup.json').unlink()
  old = {'round': 7, 'copied_at': [5, 6], 'plans': {}}
  (folder / 'state.json').write_text(json.dumps(old))
  state, lines = state_lib.load(str(tmp_path), 2)
  assert {**state, 'saves': 0} == {**old, 'saves': 0}
  assert lines == []
  state_lib.save(str(tmp_path), state)
  assert state_lib.load(str(tmp_path), 2)[0]['copied_at'] == [5, 6]


@pytest.mark.parametrize('harm', damages.ALL)
def test_a_damaged_lineage_is_named_and_no_hindrance(folder, tmp_path, harm):
  path = folder / 'lineage.jsonl'
  harm(path)
  lines = state_lib.check(str(tmp_path), 2)
  if harm is not damages.halve:  # Its last lines are those of a writer's death.
    assert str(path) in lines[0]
  assert state_lib.load(str(tmp_path), 2)[0]['round'] == 3


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
