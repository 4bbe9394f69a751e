"""Tests of spiral_tf.search.streamlines, on flows that are known."""

import numpy as np
import pytest
from scipy import spatial

from spiral_tf.search import streamlines

_CELLS = 3
_SIZE = 60  # Widths of the pen.


def _level(height=_SIZE, width=_SIZE):
  """A flow from left to right."""
  flow = np.zeros((2, height * _CELLS, width * _CELLS))
  flow[0] = 1
  return flow


def _around():
  """A flow around the middle."""
  y, x = (np.mgrid[: _SIZE * _CELLS, : _SIZE * _CELLS] + 0.5) / _CELLS - 30
  angle = 2 * np.arctan2(y, x) + np.pi
  return np.stack([np.cos(angle), np.sin(angle)])


def _fill(flow, spacing, shortest=5.0, **options):
  sheet = streamlines.Sheet(flow, _CELLS)
  spacing = np.broadcast_to(spacing, flow.shape[1:]).astype(float)
  seeds = sheet.places(spacing, np.random.default_rng(0))
  return sheet.fill(spacing, seeds, shortest, **options)


def _gaps(lines):
  """How near each line comes to others."""
  gaps = []
  for i, line in enumerate(lines):
    others = np.concatenate(lines[:i] + lines[i + 1 :])
    gaps.append(spatial.cKDTree(others).query(line)[0].min())
  return np.array(gaps)


def test_lines_of_a_level_flow_are_parallel_and_as_far_apart_as_asked():
  lines = _fill(_level(), 4.0)
  assert len(lines) == pytest.approx(_SIZE / 4, abs=2)
  for line in lines:
    assert np.ptp(line[:, 0]) < 1e-3  # Level,
    assert np.ptp(line[:, 1]) > _SIZE - 2  # and from edge to edge.
    np.testing.assert_allclose(np.diff(line[:, 1]) ** 2, 0.25, atol=1e-3)
  rows = np.sort([line[0, 0] for line in lines])
  np.testing.assert_allclose(np.diff(rows), 4, atol=0.6)


def test_lines_of_a_winding_flow_keep_their_distance():
  lines = _fill(_around(), 3.0)
  assert _gaps(lines).min() >= 0.6 * 3 - 0.5
  # No large place is left empty.
  places = np.random.default_rng(0).uniform(4, _SIZE - 4, (500, 2))
  far, _ = spatial.cKDTree(np.concatenate(lines)).query(places)
  assert far.max() < 2 * 3
  # A line around the middle ends before it is drawn a second time.
  for line in lines:
    radius = np.hypot(*(line - 30).T)
    if np.ptp(radius) < 1:
      length = 0.5 * len(line)
      assert length <= 2 * np.pi * radius.mean() + 3


def test_lines_are_nearer_to_each_other_where_it_is_dark():
  spacing = np.full((_SIZE * _CELLS,) * 2, 2.0)
  spacing[:, 90:] = 6.0
  ink = np.concatenate(_fill(_level(), spacing))
  left = (ink[:, 1] < 28).mean() / 28
  right = (ink[:, 1] > 32).mean() / 28
  assert left / right == pytest.approx(3, rel=0.2)


def test_there_are_none_where_it_is_white():
  spacing = np.full((_SIZE * _CELLS,) * 2, 2.0)
  spacing[:, 90:] = np.inf
  ink = np.concatenate(_fill(_level(), spacing))
  assert 28 < ink[:, 1].max() < 30.5


def test_short_lines_are_left_out():
  spacing = np.full((_SIZE * _CELLS,) * 2, np.inf)
  spacing[:, 30:54] = 2.0  # 8 widths of the pen.
  assert _fill(_level(), spacing, shortest=7.0)
  assert not _fill(_level(), spacing, shortest=10.0)


def test_seeds_alone_make_a_line_each_where_there_is_room():
  sheet = streamlines.Sheet(_level(), _CELLS)
  seeds = np.array([[10.0, 30.0], [11.0, 30.0], [40.0, 30.0], [99.0, 1.0]])
  spacing = np.full((_SIZE * _CELLS,) * 2, 4.0)
  goes_on = np.zeros(spacing.shape, bool)
  goes_on[:, 60:120] = True
  lines = sheet.fill(spacing, seeds, 5.0, goes_on=goes_on, spreads=False)
  assert [round(line[0, 0]) for line in lines] == [10, 40]
  for line in lines:
    assert line[:, 1].min() >= 19 and line[:, 1].max() <= 41
  # Later lines keep away from these.
  more = sheet.fill(
    spacing, sheet.places(spacing, np.random.default_rng(0)), 5.0
  )
  assert len(more) > 5 and _gaps(lines + more).min() >= 0.6 * 4 - 0.5


def test_no_place_begins_a_line_twice(monkeypatch):
  # Where distances change from cell to cell, the surroundings of a line may be
  # noted beside its own seed, which was then found free, again and again.
  begun = []
  of_seed = streamlines.Sheet._line

  def counted(sheet, y, x, *others):
    place = int(y * _CELLS), int(x * _CELLS)
    assert place not in begun, f'A line begins a second time at {place}.'
    begun.append(place)
    return of_seed(sheet, y, x, *others)

  monkeypatch.setattr(streamlines.Sheet, '_line', counted)
  fine = np.random.default_rng(4).random((12 * _CELLS,) * 2) < 0.5
  assert _fill(_level(12, 12), np.where(fine, 0.05, 3.0), shortest=2.0)
  assert len(begun) > 50


def test_equal_seeds_make_equal_lines():
  once, twice = _fill(_around(), 3.0), _fill(_around(), 3.0)
  assert len(once) == len(twice)
  for line, other in zip(once, twice):
    np.testing.assert_array_equal(line, other)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
