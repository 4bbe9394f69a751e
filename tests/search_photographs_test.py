"""Strokes found by search paint a photograph, as the brush engine draws."""

import os
import signal
import threading

import numpy as np
import pytest

from spiral_tf.environments import mypaint
from spiral_tf.search import photographs

_SUBSTROKES = photographs.SUBSTROKES


def _photograph(height=40, width=56):
  """A round sun in an evening sky, over a dark hill; float32 `[H, W, 3]`."""
  y, x = np.mgrid[:height, :width] / height
  sky = np.stack([0.9 - 0.5 * y, 0.5 - 0.2 * y, 0.3 + 0.4 * y], axis=-1)
  sun = (y - 0.4) ** 2 + (x - 0.9) ** 2 < 0.03
  sky[sun] = 1.0, 0.9, 0.5
  sky[y > 0.7 + 0.2 * np.sin(4 * x)] = 0.1, 0.15, 0.1
  return sky.astype(np.float32)


def _curves(number, height, width, seed=0):
  """Random curves, some partly beyond the border, some very thin."""
  random = np.random.default_rng(seed)
  points = random.uniform(-0.2, 1.2, [number, 3, 2]) * (height, width)
  radii = np.exp(random.uniform(np.log(0.5), np.log(8), [number, 1]))
  pressures = random.uniform(0.5, 1, [number, 1])
  flat = points.reshape(number, 6)
  return np.concatenate([flat, radii, pressures], axis=1).astype(np.float32)


def _photo(target=None, brush='ramon/Marker', threads=1, seed=0, **changes):
  target = _photograph() if target is None else target
  arguments = {
    'target': target,
    'weights': np.ones(target.shape[:2], np.float32),
    'brush': mypaint.brushes.load(brush),
    'substrokes': _SUBSTROKES,
    'paper': (0.5, 0.4, 0.4),
    'min_radius': 0.7,
    'max_radius': 30.0,
    'min_pressure': 1.0,
    'threads': threads,
    'seed': seed,
    **changes,
  }
  return mypaint.Photo(**arguments)


def _painted(strokes, canvas):
  """Draws strokes, float32 `[N, 11]`, with the brush engine."""
  for values in strokes.astype(float).tolist():
    start, (radius, pressure), color = values[:2], values[6:8], values[8:]
    # Twice: see the native `Coverage`.
    canvas.move_to(*start)
    canvas.move_to(*start)
    canvas.stroke(
      *values[2:6], pressure, radius, *color, substrokes=_SUBSTROKES
    )


@pytest.mark.parametrize(
  'brush',
  ['ramon/Marker', 'classic/pen', 'deevad/airbrush', 'classic/calligraphy'],
)
def test_covers_what_the_brush_engine_covers(brush):
  # Whatever the brush has done before.
  curves = _curves(40, 64, 64)
  masks = _photo(brush=brush).masks(curves, 64)
  canvas = mypaint.Canvas(64, mypaint.brushes.load(brush), 'transparent')
  for curve, mask in zip(curves, masks):
    canvas.reset(5, 5)
    _painted(np.append(curve, [0, 0, 0])[np.newaxis], canvas)
    alpha = canvas.to_array(1)[..., 0] / 255
    np.testing.assert_allclose(mask, alpha, atol=0.012)
  assert masks.max(axis=(1, 2)).min() < 0.01  # Some were beyond the border,
  assert np.median(masks.max(axis=(1, 2))) > 0.2  # but most were not.


def test_the_picture_is_what_the_brush_engine_paints():
  target = _photograph()
  height, width = target.shape[:2]
  painting = photographs.paint(target, 25, 'ramon/Marker', threads=1)
  assert len(painting.strokes) == 25
  paper = '#' + bytes(round(255 * x) for x in painting.paper).hex()
  canvas = mypaint.Canvas(
    width, mypaint.brushes.load('ramon/Marker'), paper, height
  )
  _painted(painting.strokes, canvas)
  picture = canvas.to_array(3) / 255
  error = np.square(picture - target).mean()
  assert painting.error == pytest.approx(error, rel=0.02)
  # Paper of the mean colour is what nothing costs.
  assert error < 0.15 * np.square(target - target.mean(axis=(0, 1))).mean()


def test_the_error_is_that_of_the_picture():
  photo = _photo()
  for seed in range(4):
    photo.add(_curves(30, 40, 56, seed), tries=20, most=8, least=0.0)
  assert len(photo) > 3
  error = np.square(photo.picture() - _photograph()).sum()
  assert photo.error() == pytest.approx(error, rel=1e-4)


def test_nothing_makes_it_worse_but_dropping():
  photo = _photo()
  errors = [photo.error()]
  for seed in range(4):
    laid = photo.add(_curves(30, 40, 56, seed), tries=5, most=4, least=0.2)
    errors.append(photo.error())
    assert errors[-1] < errors[-2] if laid else errors[-1] == errors[-2]
  for _ in range(3):
    photo.refine(20)
    errors.append(photo.error())
    assert errors[-1] <= errors[-2] * (1 + 1e-6)
  assert errors[-1] < 0.95 * errors[4]
  photo.drop(2)
  assert errors[-1] < photo.error() < errors[0]


def test_drops_what_is_worth_least():
  photo = _photo()
  for seed in range(4):
    photo.add(_curves(30, 40, 56, seed), tries=5, most=3, least=0.0)
  strokes = photo.strokes()
  errors = []
  for i in range(len(strokes)):
    without = _photo()
    without.lay(np.delete(strokes, i, axis=0))
    errors.append(without.error())
  photo.drop(1)
  np.testing.assert_array_equal(
    photo.strokes(), np.delete(strokes, np.argmin(errors), axis=0)
  )
  assert photo.error() == pytest.approx(min(errors), rel=1e-5)
  photo.drop(100)
  assert len(photo) == 0


def test_strokes_that_are_laid_are_those():
  photo = _photo()
  photo.add(_curves(30, 40, 56), tries=5, most=5, least=0.0)
  again = _photo()
  again.lay(photo.strokes())
  np.testing.assert_array_equal(again.strokes(), photo.strokes())
  np.testing.assert_allclose(again.picture(), photo.picture(), atol=1e-5)


def test_strokes_beneath_others_are_varied_for_what_is_seen_of_them():
  # Beneath a stroke that covers all, no variation makes a difference; beside
  # it, a stroke moves to where it is needed.
  target = np.full([40, 40, 3], 0.2, np.float32)
  target[:, 20:] = 0.8
  photo = _photo(target, paper=(0.2, 0.2, 0.2))
  row = [20, 24, 20, 24, 21, 24, 2, 1]
  photo.lay(np.array([[*row, 0.8, 0.8, 0.8]], np.float32))
  before = photo.error()
  for _ in range(20):
    photo.refine(50)
  assert photo.error() < 0.3 * before


def test_equal_seeds_make_equal_paintings_on_any_number_of_threads():
  target = _photograph()
  one, same, three = (
    photographs.paint(target, 20, 'ramon/Marker', threads=n) for n in (1, 1, 3)
  )
  np.testing.assert_array_equal(one.strokes, same.strokes)
  np.testing.assert_array_equal(one.strokes, three.strokes)
  other = photographs.paint(target, 20, 'ramon/Marker', seed=1, threads=1)
  assert not np.array_equal(one.strokes, other.strokes)


def test_brushes_of_chance_are_the_same_on_any_number_of_threads():
  target = _photograph()
  one, three = (
    photographs.paint(target, 6, 'classic/charcoal', threads=n) for n in (1, 3)
  )
  np.testing.assert_array_equal(one.strokes, three.strokes)


def test_weights_say_where_it_matters():
  target = _photograph()
  weights = np.full(target.shape[:2], 0.01, np.float32)
  weights[:, :28] = 1
  errors = []
  for given in (weights, weights[:, ::-1].copy()):
    painting = photographs.paint(target, 12, 'ramon/Marker', given, threads=1)
    photo = _photo(paper=painting.paper)
    photo.lay(painting.strokes)
    squares = np.square(photo.picture() - target)
    errors.append((squares[:, :28].mean(), squares[:, 28:].mean()))
  assert errors[0][0] < errors[1][0]
  assert errors[1][1] < errors[0][1]


def test_colors_are_those_that_are_there():
  target = _photograph()
  painting = photographs.paint(target, 30, 'ramon/Marker', threads=1)
  colors = painting.strokes[:, 8:]
  # In the whole of it there is nothing so blue.
  assert (colors >= target.min(axis=(0, 1)) - 1e-6).all()
  assert (colors <= target.max(axis=(0, 1)) + 1e-6).all()


def test_a_blank_photograph_needs_no_strokes():
  target = np.full([30, 30, 3], 51 / 255, np.float32)
  painting = photographs.paint(target, 10, 'ramon/Marker', threads=1)
  assert len(painting.strokes) == 0
  assert painting.error == pytest.approx(0, abs=1e-9)


def test_is_fitted_to_a_larger_picture():
  small = _photograph()
  large = _photograph(120, 168)
  painting = photographs.paint(small, 20, 'ramon/Marker', threads=1)
  errors = [
    photographs.enlarge(painting, 3, large, 'ramon/Marker', tries=n).error
    for n in (0, 40)
  ]
  assert errors[1] < errors[0]
  assert errors[1] < 4 * painting.error


@pytest.mark.parametrize('shape', [(1, 1), (1, 90), (300, 3), (17, 23)])
def test_any_shape_can_be_painted(shape):
  target = np.random.default_rng(0).random([*shape, 3]).astype(np.float32)
  painting = photographs.paint(target, 4, 'ramon/Marker', threads=1)
  assert len(painting.strokes) <= 4
  assert np.isfinite(painting.strokes).all()


def test_progress_ends_at_the_end():
  told = []
  photographs.paint(
    _photograph(),
    8,
    'classic/pen',
    report=lambda done, total: told.append((done, total)),
  )
  done = [d for d, _ in told]
  assert done == sorted(done)
  assert told[-1][0] == told[-1][1]


def test_ctrl_c_ends_the_work():
  photo = _photo(threads=2)
  photo.add(_curves(30, 40, 56), tries=1, most=8, least=0.0)
  started = threading.Event()

  def interrupt():
    started.wait()
    os.kill(os.getpid(), signal.SIGINT)

  thread = threading.Thread(target=interrupt)
  thread.start()
  with pytest.raises(KeyboardInterrupt):
    started.set()
    while True:
      photo.refine(10**9)
  thread.join()


@pytest.mark.parametrize('brush', ['experimental/soft', 'classic/pointy_ink'])
def test_refuses_brushes_that_leave_nothing(brush):
  with pytest.raises(ValueError, match=f'{brush}.* leaves nothing'):
    photographs.paint(_photograph(), 10, brush)


@pytest.mark.parametrize('strokes', [0, -1, 10**6, 2.5, True])
def test_refuses_impossible_numbers_of_strokes(strokes):
  with pytest.raises(ValueError, match=r'strokes is .* whole number from 1 to'):
    photographs.paint(_photograph(), strokes, 'ramon/Marker')


@pytest.mark.parametrize(
  'changes, message',
  [
    ({'target': np.zeros([4, 4], np.float32)}, 'shape'),
    ({'weights': np.ones([3, 3], np.float32)}, 'shape'),
    ({'weights': np.full([40, 56], -1, np.float32)}, 'weights is -1'),
    ({'substrokes': 0}, 'substrokes is 0'),
    ({'min_radius': 40.0}, 'min_radius is 40'),
    ({'max_radius': 2000.0}, 'max_radius is 2000'),
    ({'min_pressure': 1.5}, 'min_pressure is 1.5'),
    ({'threads': 0}, 'threads is 0'),
    ({'brush': '{'}, 'libmypaint does not accept'),
  ],
)
def test_refuses_what_cannot_be(changes, message):
  target = changes.pop('target', None)
  brush = changes.get('brush')
  with pytest.raises(ValueError, match=message):
    if brush:
      changes = {**changes, 'brush': brush}
      mypaint.Photo(
        target=_photograph(),
        weights=np.ones([40, 56], np.float32),
        substrokes=16,
        paper=(1, 1, 1),
        min_radius=1,
        max_radius=9,
        min_pressure=1,
        threads=1,
        seed=0,
        **changes,
      )
    else:
      weights = np.ones([40, 56], np.float32)
      _photo(target, **{'weights': weights, **changes})


@pytest.mark.parametrize(
  'rows', [np.zeros([2, 7]), np.full([1, 8], np.nan), np.zeros([1, 8])]
)
def test_refuses_curves_that_cannot_be(rows):
  with pytest.raises(ValueError):
    _photo().add(rows.astype(np.float32), tries=1, most=1, least=0.5)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
