"""Tests of the painter's benchmark, with a program posing as primitive."""

import json
import re
import stat
import sys

import numpy as np
from PIL import Image
import pytest

from launch.benchmarks import painter
from launch.benchmarks import primitive
from launch.benchmarks import proposers
from spiral_tf.search import proposals

# It draws one colour, darker with each "triangle", at the size it is told, and
# says what primitive says.
_FAKE = f"""\
#!{sys.executable}
import sys
from PIL import Image

arguments = sys.argv[1:]
assert arguments.pop(0) == '-v'
given = dict(zip(arguments[::2], arguments[1::2]))
assert given['-m'] == given['-j'] == '1' and given['-r'] == '256'
number, step = int(given['-n']), int(given['-nth'])
with Image.open(given['-i']) as photo:
  width, height = photo.size
sum(range(10**6))
for count in range(1, number + 1):
  print(f'{{count}}: t=0.1, score=0.3, n=3, n/s=4.0')
  if count % step == 0 or count == number:
    path = given['-o'] % count
    print('writing', path, flush=True)
    scale = int(given['-s']) / max(width, height)
    size = round(scale * width), round(scale * height)
    Image.new('RGB', size, (200 - count,) * 3).save(path)
"""


def _program(folder, text=_FAKE):
  path = folder / 'primitive'
  path.write_text(text)
  path.chmod(path.stat().st_mode | stat.S_IXUSR)
  return str(path)


def _photo(width=24, height=16):
  photo = np.full([height, width, 3], 200, np.uint8)
  photo[: height // 2] = 40
  return photo


@pytest.fixture
def photos(tmp_path, monkeypatch):
  """A folder with two photographs, small ones."""
  monkeypatch.setattr(painter, 'SIZE', 24)
  monkeypatch.setattr(proposers, 'load', lambda model: [])
  monkeypatch.setattr(proposers, 'compare', lambda *given: None)
  folder = tmp_path / 'photos'
  folder.mkdir()
  Image.fromarray(_photo()).save(folder / 'wide.png')
  Image.fromarray(_photo(32, 48)).save(folder / 'high.png')
  return str(folder)


def _rows(printed):
  """Numbers of the table's lines, by picture and strokes."""
  found = re.findall(
    r'^(wide|high|geometric mean of 2) +(\d+) +(.*)', printed, re.M
  )
  return {
    (name, int(count)): [float(x) for x in re.findall(r'[\d.]+', rest)]
    for name, count, rest in found
  }


def test_strokes_are_held_against_triangles(photos, tmp_path, capsys):
  kept = str(tmp_path / 'a' / 'kept')
  program = _program(tmp_path)
  painter.run(photos, program, kept, [4, 2])
  first = capsys.readouterr().out
  rows = _rows(first)
  assert [count for _, count in rows] == [2, 4] * 3
  for name in ('wide', 'high'):
    for count in (2, 4):
      row = rows[name, count]
      ours, seconds, memory, theirs, score, _, their_memory, *ratios = row
      # Half of it is 200, the other 40; all of the drawing is less than 200.
      drawn = 200 - count
      squares = ((200 - drawn) ** 2 + (drawn - 40) ** 2) / 2 / 255**2
      # The high one was shrunk, which blurs the border of its halves.
      assert theirs == pytest.approx(1000 * squares, rel=0.02)
      assert 0 < ours < theirs
      assert score == 120  # 0.3, squared, of three numbers of four.
      expected = [ours / theirs, ours / score]
      assert ratios == pytest.approx(expected, abs=0.002)
      assert seconds >= 0 and memory > 20 and their_memory > 5
  for count in (2, 4):
    wide, high = (np.array(rows[name, count][-2:]) for name in ('wide', 'high'))
    means = rows['geometric mean of 2', count]
    assert means == pytest.approx((wide * high) ** 0.5, abs=2e-3)
  assert 'kept' not in first.replace('--primitive_pictures', '')

  # Once more, without primitive: the same, and it says so.
  painter.run(photos, '', kept, [2, 4])
  second = capsys.readouterr().out
  assert second.count('(triangles kept)') == 4
  for key, row in _rows(second).items():
    errors = row[:1] + row[3:5] + row[-2:]
    assert errors == rows[key][:1] + rows[key][3:5] + rows[key][-2:]


def test_without_primitive_it_says_so(photos, capsys):
  painter.run(photos, strokes=[2])
  printed = capsys.readouterr().out
  assert 'Without --primitive' in printed
  assert [len(row) for row in _rows(printed).values()] == [3, 3]


def test_photographs_keep_their_aspect(photos):
  shapes = {k: p.shape for k, p in painter._photos(photos).items()}
  assert shapes == {'wide': (16, 24, 3), 'high': (24, 16, 3)}
  np.testing.assert_array_equal(painter._photos(photos)['wide'], _photo())


def test_without_pictures_there_are_two_that_come_with_sklearn():
  shapes = {k: p.shape for k, p in painter._photos('').items()}
  assert shapes == {'china': (171, 256, 3), 'flower': (171, 256, 3)}


def test_more_triangles_than_were_kept_are_drawn(tmp_path):
  folder, photo = str(tmp_path), _photo()
  program = _program(tmp_path)
  told = []
  for counts in ([2], [2, 6]):
    assert primitive.kept(folder, 'x', photo, counts) is None
    drawings = primitive.draw(program, folder, 'x', photo, counts, told.append)
    assert list(drawings) == counts
  assert told == [2, 2, 4, 6]
  # Those of another photograph of the name are not its.
  assert primitive.kept(folder, 'x', photo + 1, [2]) is None
  found = primitive.kept(folder, 'x', photo, [2, 4, 6])
  assert [d.picture[0, 0, 0] for d in found.values()] == [198, 196, 194]
  assert {d.picture.shape for d in found.values()} == {photo.shape}
  assert 0 < found[2].seconds <= found[6].seconds


def test_damaged_records_are_named(tmp_path):
  folder, photo = str(tmp_path), _photo()
  primitive.draw(
    _program(tmp_path), folder, 'x', photo, [2], lambda count: None
  )
  (record,) = tmp_path.glob('*.json')
  for text in ('{', '[]', json.dumps({'2': {'seconds': 'x'}})):
    record.write_text(text)
    with pytest.raises(ValueError, match=r'x-\w+.json, or a picture'):
      primitive.kept(folder, 'x', photo, [2])


@pytest.mark.parametrize(
  'text,complaint',
  [
    ('#!/bin/sh\necho reading; echo no such luck >&2; exit 3', 'code 3.*luck'),
    ('#!/bin/sh\nexit 0', 'did not draw 2 triangles'),
    ('#!/nowhere/at/all', 'cannot be run'),
  ],
)
def test_what_is_not_primitive_is_refused(tmp_path, text, complaint):
  program = _program(tmp_path, text)
  with pytest.raises(ValueError, match=complaint):
    primitive.draw(program, str(tmp_path), 'x', _photo(), [2], print)


@pytest.mark.parametrize('number', [0, 10_001])
def test_strokes_out_of_range_are_refused(number):
  with pytest.raises(ValueError, match=f'strokes is {number}'):
    painter.run(strokes=[number])


def test_proposals_are_compared_at_equal_draws(monkeypatch, capsys):
  monkeypatch.setattr(proposers, '_STROKES', 3)
  monkeypatch.setattr(proposers, '_NAMED', 6)
  monkeypatch.setattr(proposers, '_TRIES', 10)
  asked = []

  def make(number):
    asked.append(number)
    # Chance, but all of it in a corner.
    return lambda photo, random: (
      lambda scene: np.float32([[1, 1, 1, 2, 1, 3, 1, 1]] * number)
    )

  chance = proposers._Kind(
    'chance', lambda n: lambda *given: proposals.Guided(*given, number=n)
  )
  kinds = [chance, proposers._Kind('corner', make)]
  told = []
  proposers.compare({'a': _photo(), 'b': _photo(32, 48)}, kinds, told.append)
  assert told[:3] == ['a: chance', 'a: corner', 'a: chance']
  lines = capsys.readouterr().out.splitlines()
  # As many as of chance: while laying alone, and in the whole painter.
  assert asked == [6, proposals.CANDIDATES] * 2
  rows = {
    line[:24].strip(): [float(x) for x in line[24:].split()]
    for line in lines[2:]
  }
  assert list(rows)[:2] == ['a', 'b']
  ratios = [rows[name][1] / rows[name][0] for name in 'ab']
  mean = (ratios[0] * ratios[1]) ** 0.5
  assert rows['laid only, ratio'] == [1, pytest.approx(mean, rel=0.02)]
  assert mean > 1
  assert rows['whole painter, ratio'][0] == 1
  assert rows['laid only, CPU s'][0] >= 0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
