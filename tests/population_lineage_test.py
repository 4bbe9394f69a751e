"""Tests of the lineage of a population: what was written is read."""

import json
import math
import multiprocessing

import numpy as np
import pytest

from spiral_tf.population import lineage


def _status(member, time=0.0, fitness=None, **values):
  """A record of how a member does."""
  return {
    **{'kind': 'status', 'time': time, 'round': 0, 'member': member},
    **{'updates': 0, 'seconds': 0.0, 'frames': 0, 'fitness': fitness},
    **{'learning_rate': 1e-4, 'entropy_cost': 0.01, 'generation': 0},
    **{'diverged': False, **values},
  }


def _copy(member, donor, time=0.0, generation=1, **values):
  """A record of a copy."""
  return {
    **{'kind': 'copy', 'time': time, 'round': 0, 'member': member},
    **{'donor': donor, 'generation': generation, 'learning_rate': 1.2e-4},
    **{'entropy_cost': 0.02, 'donor_fitness': -1.0, 'member_fitness': -2.0},
    **{'donor_updates': 100, **values},
  }


def _append_many(path, member):
  for update in range(50):
    lineage.append(path, _status(member, updates=update))


@pytest.fixture
def path(tmp_path):
  return str(tmp_path / 'lineage.jsonl')


def test_what_is_appended_is_read(path):
  records = [_status(0, 1.5, -2.25), _copy(1, 0), _status(1, diverged=True)]
  for record in records:
    lineage.append(path, record)
  assert lineage.read(path) == records
  with open(path) as file:
    lines = file.read().splitlines()
  assert [json.loads(line)['kind'] for line in lines] == [
    *('status', 'copy', 'status')
  ]


def test_numbers_that_are_not_finite_survive_as_sound_json(path):
  lineage.append(path, _status(0, fitness=-math.inf))
  lineage.append(path, _copy(0, 1, member_fitness=-math.inf))
  lineage.append(path, _status(0, fitness=math.nan, learning_rate=math.inf))

  def refuse(constant):
    raise AssertionError(f'{constant} is not JSON.')

  with open(path) as file:
    for line in file:
      json.loads(line, parse_constant=refuse)
  first, second, third = lineage.read(path)
  assert first['fitness'] == second['member_fitness'] == -math.inf
  assert math.isnan(third['fitness']) and third['learning_rate'] == math.inf


def test_numbers_of_numpy_are_taken(path):
  lineage.append(
    path,
    _status(np.int64(3), fitness=np.float32(-np.inf), seconds=np.float32()),
  )
  (record,) = lineage.read(path)
  assert record == _status(3, fitness=-math.inf)


@pytest.mark.parametrize('cut', [1, 2, 30])
def test_half_a_line_of_a_crash_is_not_read_and_mended(path, cut):
  records = [_status(0), _status(1)]
  for record in records:
    lineage.append(path, record)
  with open(path, 'rb+') as file:
    file.truncate(file.seek(0, 2) - cut)
  assert lineage.read(path) == records[:1]
  lineage.append(path, _copy(2, 0))
  lineage.append(path, _status(2))
  assert lineage.read(path) == [records[0], _copy(2, 0), _status(2)]


def test_a_file_of_half_a_line_is_mended(path):
  with open(path, 'w') as file:
    file.write('{"kind": "sta')
  assert lineage.read(path) == []
  lineage.append(path, _status(0))
  assert lineage.read(path) == [_status(0)]


def test_an_empty_file_has_no_records(path):
  open(path, 'w').close()
  assert lineage.read(path) == []
  lineage.append(path, _status(0))
  assert lineage.read(path) == [_status(0)]


@pytest.mark.parametrize(
  'line,message',
  [
    ('{"kind": "sta', 'line 2 is no record'),
    ('', 'line 2 is no record'),
    ('7', 'an object in braces'),
    ('{"kind": "other"}', "its kind is 'other'"),
    ('{"kind": "status", "time": 1}', 'a status lacks round, member'),
    ('\xff', 'line 2 is no record'),
  ],
)
def test_a_broken_line_elsewhere_is_named(path, line, message):
  lineage.append(path, _status(0))
  with open(path, 'a', encoding='latin-1') as file:
    file.write(line + '\n')
  lineage.append(path, _status(1))
  with pytest.raises(ValueError, match=message) as caught:
    lineage.read(path)
  assert f'{path}, line 2' in str(caught.value)


@pytest.mark.parametrize(
  'record,message',
  [
    ({}, 'kind is None'),
    ({**_status(0), 'kind': 'copy'}, 'lacks donor, donor_fitness'),
  ],
)
def test_what_is_no_record_is_not_written(path, record, message):
  lineage.append(path, _status(0))
  with pytest.raises(ValueError, match=message):
    lineage.append(path, record)
  assert lineage.read(path) == [_status(0)]


def test_a_missing_file_is_an_error(path):
  with pytest.raises(FileNotFoundError):
    lineage.read(path)


def test_a_killed_writer_leaves_whole_records(path):
  context = multiprocessing.get_context('spawn')
  writer = context.Process(target=_append_many, args=(path, 1))
  writer.start()
  while writer.is_alive():
    try:
      seen = lineage.read(path)
    except FileNotFoundError:
      continue
    if len(seen) > 5:
      writer.kill()
      break
  writer.join()
  lineage.append(path, _status(0))
  *written, last = lineage.read(path)
  assert last == _status(0)
  assert written == [_status(1, updates=i) for i in range(len(written))]
  assert len(written) > 5


def test_a_copy_is_found_by_recipient_and_generation():
  records = [_status(2, generation=3), _copy(1, 2, generation=3)]
  assert lineage.has_copy(records, 1, 3)
  assert not lineage.has_copy(records, 1, 2)
  assert not lineage.has_copy(records, 2, 3)  # Donor, and a status.
  assert not lineage.has_copy([], 1, 3)


def test_ancestors_are_those_at_the_time_of_the_copy():
  records = [
    *(_status(i) for i in range(4)),
    _copy(1, 0),  # 1 descends from 0,
    _copy(2, 1),  # and so does 2,
    _copy(0, 3),  # even when 0 itself has gone over to 3.
  ]
  assert lineage.ancestors(records) == {0: 3, 1: 0, 2: 0, 3: 3}
  # Donors may not have been heard of before.
  assert lineage.ancestors([_copy(1, 5)]) == {1: 5, 5: 5}


def test_courses_are_sorted_by_member():
  records = [
    _status(1, 10.0, None),
    _status(0, 10.0, -3.0),
    _status(0, 20.0, -math.inf),
    _copy(0, 1, 21.0),
    _copy(0, 1, 22.0),  # The same, which a crash let be written again.
    _status(0, 30.0, -1.0, generation=1),
  ]
  courses = lineage.courses(records)
  assert list(courses) == [0, 1]
  np.testing.assert_equal(courses[0].time, [10, 20, 21, 22, 30])
  nan = math.nan
  np.testing.assert_equal(courses[0].fitness, [-3, -math.inf, nan, nan, -1])
  np.testing.assert_equal(courses[0].known, [-3, -math.inf, -1])
  rates = [1e-4, 1e-4, 1.2e-4, 1.2e-4, 1e-4]
  np.testing.assert_equal(courses[0].learning_rate, rates)
  np.testing.assert_equal(courses[0].entropy_cost[:3], [0.01, 0.01, 0.02])
  assert courses[0].copies == 1 and courses[1].copies == 0
  assert not len(courses[1].known)


def test_a_summary_knows_the_last_of_each():
  records = [
    _status(0, 10.0, None),
    _status(0, 20.0, -3.0),
    _status(1, 20.0, -1.0),
    _copy(0, 1, 21.0),
    _status(1, 30.0, -0.5),  # 0 does not answer.
    _status(0, 40.0, -math.inf),
    _status(1, 40.0, -0.5),
    _status(0, 50.0, -0.3),
    _status(1, 50.0, None),
  ]
  found = lineage.summary(records)
  np.testing.assert_equal(found.time, [20, 21, 30, 40, 50])
  np.testing.assert_allclose(found.best, [-1, -1, -0.5, -0.5, -0.3])
  np.testing.assert_allclose(found.mean, [-2, -2, -1.75, -0.5, -0.4])
  np.testing.assert_equal(found.diverged, [0, 0, 0, 1, 0])


@pytest.mark.parametrize(
  'records', [[], [_status(0)], [_status(0, fitness=-math.inf)]]
)
def test_a_summary_of_nothing_known_is_empty(records):
  found = lineage.summary(records)
  assert [len(column) for column in found] == [0, 0, 0, 0]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
