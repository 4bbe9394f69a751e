"""Tests of spiral_tf.workdir.thinning."""

import json
import math
import os

import numpy as np
import pytest

from spiral_tf.workdir import thinning


def test_sparse_is_as_rare_as_it_says():
  due = thinning.Sparse(0.01)
  steps = [step for step in range(0, 1_000_000, 100) if due.is_due(step)]
  # One by one while a step is more than a hundredth of what there is.
  assert steps[:101] == list(range(0, 10_100, 100))
  ratios = np.array(steps[102:]) / steps[101:-1]
  assert ratios.min() > 1.01 and ratios.max() < 1.03
  assert len(steps) < 100 + math.log(100) / math.log(1.01) + 10


def test_sparse_goes_on_after_a_step_back():
  due = thinning.Sparse(0.01)
  assert [due.is_due(x) for x in (1000, 1001, 900, 905, 910)] == [
    *(True, False, True, False, True)
  ]


@pytest.mark.parametrize('number', [0, 1, 2, 3, 4, 5, 8, 9, 100, 101])
def test_thinned_keeps_the_newer_half_and_half_of_the_rest(number):
  kept = thinning.thinned([3.0 * i for i in range(number)])
  assert kept == sorted(set(kept))
  half = number // 2
  assert kept[-(number - half) :] == list(range(half, number))
  old = [i for i in kept if i < half]
  assert len(old) == (max(1, half // 2) if half else 0)
  assert half == 0 or old[0] == 0


def test_what_is_old_stays_spread_evenly_however_often_it_is_thinned():
  kept = []
  for step in range(100_000):
    kept.append(step)
    if len(kept) > 400:
      kept = [kept[i] for i in thinning.thinned(kept)]
  assert 300 <= len(kept) <= 400
  assert kept[0] == 0 and kept[-150:] == list(range(99_850, 100_000))
  gaps = np.diff(kept[:60])
  # Evenly would be a thousand.
  assert gaps.min() > 300 and gaps.max() < 3000


def _write(path, records):
  with open(path, 'a') as file:
    for record in records:
      file.write(json.dumps(record) + '\n')


def _read(path):
  with open(path) as file:
    return [json.loads(line) for line in file]


def test_lines_stay_below_their_limit(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  lines = thinning.Lines(path, 20_000, lambda x: x['frames'])
  largest = 0
  for frames in range(5000):
    _write(path, [{'frames': frames, 'value': frames / 2}])
    lines.thin()
    largest = max(largest, os.path.getsize(path))
  assert largest <= 20_000
  records = _read(path)
  found = [record['frames'] for record in records]
  assert found[0] == 0 and found[-200:] == list(range(4800, 5000))
  assert all(record['value'] == record['frames'] / 2 for record in records)
  assert np.diff(found).max() < 100
  assert os.listdir(tmp_path) == ['x.jsonl']


def test_a_file_that_is_far_too_large_is_thinned_at_once(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  _write(path, [{'frames': frames} for frames in range(20_000)])
  lines = thinning.Lines(path, 20_000, lambda x: x['frames'])
  assert lines.thin() and not lines.thin()
  assert os.path.getsize(path) < 20_000
  assert _read(path)[-100:] == [{'frames': i} for i in range(19_900, 20_000)]


def test_what_a_killed_run_did_after_its_checkpoint_goes_first(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  lost = [{'frames': frames, 'lost': True} for frames in range(502, 600)]
  _write(path, [{'frames': frames} for frames in range(501)])
  _write(path, lost)
  _write(path, [{'frames': frames} for frames in range(501, 1500)])
  lines = thinning.Lines(path, 20_000, lambda x: x['frames'])
  assert lines.thin()
  found = _read(path)
  assert not [record for record in found if 'lost' in record]
  frames = [record['frames'] for record in found]
  assert frames == sorted(frames)


def test_rounds_stay_together_and_what_must_stay_stays(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  lines = thinning.Lines(
    path, 20_000, lambda x: x['round'], lambda x: x['kind'] == 'copy'
  )
  for number in range(3000):
    _write(path, [{'kind': 's', 'round': number, 'm': i} for i in range(3)])
    if number % 100 == 7:
      _write(path, [{'kind': 'copy', 'round': number}])
    lines.thin()
  records = _read(path)
  copies = [x['round'] for x in records if x['kind'] == 'copy']
  assert copies == list(range(7, 3000, 100))
  rounds = [x['round'] for x in records if x['kind'] == 's']
  assert rounds == sorted(rounds) and len(rounds) < 600
  assert rounds[::3] == rounds[1::3] == rounds[2::3]


def test_a_file_of_what_must_stay_is_not_written_for_each(
  tmp_path, monkeypatch
):
  path = str(tmp_path / 'x.jsonl')
  lines = thinning.Lines(path, 1000, lambda x: x['round'], lambda x: True)
  written = []
  for number in range(400):
    _write(path, [{'round': number}])
    if lines.thin():
      written.append(number)
  assert len(_read(path)) == 400
  assert 1 < len(written) < 40


def test_torn_lines_are_no_hindrance(tmp_path):
  path = str(tmp_path / 'x.jsonl')
  for i in range(100):
    _write(path, [{'frames': i, 'text': 'x' * 50}])
    if i % 10 == 0:
      with open(path, 'a') as file:
        file.write('{"frames": 3, "te\n[]\n{"other": 1}\n')
  with open(path, 'a') as file:
    file.write('{"frames": 100')
  assert thinning.Lines(path, 4000, lambda x: x['frames']).thin()
  frames = [record['frames'] for record in _read(path)]
  assert frames[0] == 0 and frames[-20:] == list(range(80, 100))


def _pictures(folder):
  return sorted(int(x[:-4]) for x in os.listdir(folder) if x[:10].isdigit())


def test_pictures_become_fewer_the_older_they_are(tmp_path):
  for step in range(0, 50_000, 50):
    (tmp_path / f'{step:010d}.png').touch()
    thinning.thin_pictures(str(tmp_path), 40)
    assert len(_pictures(tmp_path)) <= 40
  frames = _pictures(tmp_path)
  assert frames[0] == 0
  assert frames[-15:] == list(range(50_000 - 15 * 50, 50_000, 50))
  assert np.diff(frames).max() < 10_000


@pytest.mark.parametrize('number', range(8))
def test_any_number_of_pictures_can_be_kept(tmp_path, number):
  for step in range(100, 120):
    (tmp_path / f'{step:010d}.png').touch()
  thinning.thin_pictures(str(tmp_path), number)
  left = _pictures(tmp_path)
  if number == 0:
    assert len(left) == 20  # All.
  else:
    assert 0.7 * number <= len(left) <= number and left[-1] == 119


def test_files_of_others_are_left_alone(tmp_path):
  others = ['mine.png', '1.png', '0000000001.jpg', 'x0000000001.png']
  for name in others:
    (tmp_path / name).write_text('mine')
  (tmp_path / '0000000001.png').symlink_to('mine.png')
  (tmp_path / '0000000002.png').mkdir()
  for step in range(3, 100):
    (tmp_path / f'{step:010d}.png').touch()
  thinning.thin_pictures(str(tmp_path), 10)
  left = set(os.listdir(tmp_path))
  assert left >= {*others, '0000000001.png', '0000000002.png'}
  assert len(left) <= len(others) + 2 + 10


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
