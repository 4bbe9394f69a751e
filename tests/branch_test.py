"""Tests of mypaint.BranchPainter: drawings that go on in several ways."""

import numpy as np
import pytest

from spiral_tf.environments import mypaint

_WIDTH = 32


def _painter(brush='classic/pen', channels=1, background='white'):
  return mypaint.BranchPainter(
    width=_WIDTH,
    channels=channels,
    brush=mypaint.brushes.load(brush),
    background=background,
    substrokes=8,
  )


def _marks(seed, number):
  """Random ones, float64 [M, 10]; the first moves."""
  random = np.random.default_rng(seed)
  marks = random.random([number, 10])
  marks[:, 0] = random.random(number) < 0.7
  marks[0, 0] = 0
  marks[:, 1:5] *= _WIDTH
  marks[:, 6] = 0.5 + 3 * marks[:, 6]
  return marks


def _drawn(brush, channels, background, marks):
  """What `mypaint.Canvas` leaves."""
  canvas = mypaint.Canvas(_WIDTH, mypaint.brushes.load(brush), background)
  canvas.reset(1.0, 2.0)
  for draws, y, x, control_y, control_x, *rest in marks.tolist():
    if draws:
      canvas.stroke(control_y, control_x, y, x, *rest, 8)
    else:
      canvas.move_to(y, x)
  return canvas.to_array(channels)


# One that remembers, and one that the engine can't go back to in a drawing.
@pytest.mark.parametrize(
  'brush,channels,background',
  [
    ('classic/pen', 1, 'white'),
    ('classic/smudge+paint', 3, 'white'),
    ('classic/pen', 4, 'transparent'),
    ('classic/dry_brush', 1, 'white'),
  ],
)
def test_each_branch_is_what_its_marks_alone_leave(brush, channels, background):
  painter = _painter(brush, channels, background)
  target = np.zeros([1, _WIDTH, _WIDTH, channels], np.uint8)
  root = painter.root(1.0, 2.0)
  trunk = _marks(0, 3)
  branch = root
  for mark in trunk:
    (branch,), _ = painter.extend([branch], mark[np.newaxis], target, [0])
  assert len(branch) == 3
  twigs = _marks(1, 6)
  branches, _ = painter.extend([branch] * 6, twigs, target, [0] * 6)
  # And one from the middle of another, after the others.
  grown, _ = painter.extend([branches[4]], twigs[2:3], target, [0])
  pictures = painter.pictures([*branches, *grown, root])
  for picture, twig in zip(pictures, twigs):
    want = _drawn(brush, channels, background, np.stack([*trunk, twig]))
    np.testing.assert_array_equal(picture, want)
  want = _drawn(
    *(brush, channels, background), np.stack([*trunk, twigs[4], twigs[2]])
  )
  np.testing.assert_array_equal(pictures[6], want)
  np.testing.assert_array_equal(
    pictures[7], _drawn(brush, channels, background, trunk[:0])
  )
  assert (pictures[0] != pictures[1]).any()


def test_a_move_is_gone_on_from_to_the_last_bit():
  # Rounding differs in one of a hundred programs, by one level of one pixel.
  painter = _painter()
  target = np.zeros([1, _WIDTH, _WIDTH, 1], np.uint8)
  for marks in _marks(5, 1200).reshape(400, 3, 10):
    marks[:, 0] = 0, 1, 1
    marks[:, 1:5] = marks[:, [1, 2, 1, 2]] // 2 * 2 + 1
    marks[:, 5:7], marks[:, 7:] = 1, 0
    branch = painter.root(1.0, 2.0)
    for mark in marks:
      (branch,), _ = painter.extend([branch], mark[np.newaxis], target, [0])
    want = _drawn('classic/pen', 1, 'white', marks)
    np.testing.assert_array_equal(painter.pictures([branch])[0], want)


def test_errors_are_those_of_the_targets_asked_for():
  painter = _painter()
  targets = np.random.default_rng(0).integers(
    256, size=[3, _WIDTH, _WIDTH, 1], dtype=np.uint8
  )
  of = [2, 0, 2, 1]
  parents = [painter.root(0, 0)] * 4
  branches, errors = painter.extend(parents, _marks(2, 4), targets, of)
  difference = painter.pictures(branches).astype(int) - targets[of]
  want = np.square(difference).sum(axis=(1, 2, 3))
  np.testing.assert_array_equal(errors, want)


def test_nothing_is_no_work():
  painter = _painter()
  target = np.zeros([1, _WIDTH, _WIDTH, 1], np.uint8)
  branches, errors = painter.extend([], np.zeros([0, 10]), target, [])
  assert branches == [] and errors.shape == (0,)
  assert painter.pictures([]).shape == (0, _WIDTH, _WIDTH, 1)


def _changed(column, value):
  marks = _marks(0, 1)
  marks[0, column] = value
  return {'marks': marks}


@pytest.mark.parametrize(
  'changes,words',
  [
    ({'marks': np.zeros([2, 10])}, r'marks must have the shape \[M, 10\]'),
    ({'marks': np.zeros([1, 9])}, r'marks must have the shape \[M, 10\]'),
    (_changed(1, np.nan), 'end_y is nan'),
    (_changed(4, 1e9), 'control_x is 1e'),
    (_changed(5, 1.5), 'pressure is 1.5'),
    (_changed(6, 0.0), 'radius is 0'),
    (_changed(9, -1.0), 'colour is -1'),
    ({'targets': np.zeros([1, 8, 8, 1], np.uint8)}, 'targets must have'),
    ({'targets': np.zeros([0, 32, 32, 1], np.uint8)}, 'of is 0'),
    ({'of': [1]}, 'of is 1'),
    ({'of': []}, 'a number for each parent'),
    ({'parents': [None]}, 'a branch is None'),
    ({'parents': [_painter(channels=3).root(0, 0)]}, 'of another painter'),
  ],
)
def test_arguments_that_cannot_be_are_refused(changes, words):
  painter = _painter()
  good = {
    'parents': [painter.root(0, 0)],
    'marks': _marks(0, 1),
    'targets': np.zeros([1, _WIDTH, _WIDTH, 1], np.uint8),
    'of': [0],
  }
  painter.extend(**good)
  with pytest.raises(ValueError, match=words):
    painter.extend(**{**good, **changes})


@pytest.mark.parametrize(
  'changes,words',
  [
    ({'width': 0}, 'width is 0'),
    ({'channels': 2}, 'channels is 2'),
    ({'brush': 'x'}, 'does not accept'),
    ({'background': 'pink'}, "background is 'pink'"),
    ({'substrokes': 0}, 'substrokes is 0'),
  ],
)
def test_painters_that_cannot_be_are_refused(changes, words):
  good = {
    **{'width': 8, 'channels': 1, 'background': 'white', 'substrokes': 2},
    'brush': mypaint.brushes.load('classic/pen'),
  }
  mypaint.BranchPainter(**good)
  with pytest.raises(ValueError, match=words):
    mypaint.BranchPainter(**{**good, **changes})


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
