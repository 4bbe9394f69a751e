"""Tests of spiral_tf.search.proposals, with things that are plainly missing."""

import numpy as np
import pytest

from spiral_tf.environments import mypaint
from spiral_tf.search import photographs
from spiral_tf.search import proposals
from spiral_tf.search import scanning

_HEIGHT, _WIDTH = 48, 64
_ROWS, _COLUMNS = slice(20, 28), slice(30, 50)


def _scene(value=0.0, weights=None):
  """White paper, on which a bar is missing."""
  target = np.ones([_HEIGHT, _WIDTH, 3], np.float32)
  target[_ROWS, _COLUMNS] = value
  if weights is None:
    weights = np.ones([_HEIGHT, _WIDTH], np.float32)
  return scanning.Scene(target, np.ones_like(target), weights)


def _photo(scene):
  return mypaint.Photo(
    target=scene.target,
    weights=scene.weights,
    brush=mypaint.brushes.load('deevad/basic_digital_brush'),
    substrokes=8,
    paper=(1, 1, 1),
    min_radius=0.7,
    max_radius=32,
    min_pressure=1,
    threads=1,
    seed=0,
  )


def _random():
  return np.random.default_rng(0)


def test_places_are_drawn_in_proportion_to_the_error():
  weights = np.ones([_HEIGHT, _WIDTH], np.float32)
  weights[:, :40] = 3
  places = proposals.missing(_scene(0.5, weights), _random(), 4000)
  assert places.shape == (4000, 2) and places.dtype == np.float32
  np.testing.assert_array_equal(places % 1, 0.5)
  y, x = places.T
  assert y.min() == 20.5 and y.max() == 27.5
  assert x.min() == 30.5 and x.max() == 49.5
  # Both halves of the bar have ten columns.
  assert np.mean(x < 40) == pytest.approx(0.75, abs=0.03)


def test_places_of_what_misses_nothing_are_all_over_it():
  places = proposals.missing(_scene(1.0), _random(), 1000)
  low, high = places.min(0), places.max(0)
  assert (low >= 0.5).all() and (low < 4).all()
  np.testing.assert_array_less([44, 60], high)
  np.testing.assert_array_less(high, [_HEIGHT, _WIDTH])


def test_guided_strokes_are_of_all_sizes_and_where_the_error_is():
  scene = _scene()
  curves = proposals.Guided(_photo(scene), _random(), 500)(scene)
  assert curves.shape == (500, 8) and curves.dtype == np.float32
  y, x = ((curves[:, :2] + curves[:, 4:6]) / 2).T
  assert (y > 20).all() and (y < 28).all()
  assert (x > 30).all() and (x < 50).all()
  radii = curves[:, 6]
  # Those of the library are 1.2 to 9 pixels, on copies half as large as well.
  assert radii.min() < 2 and 12 < radii.max() <= 18
  assert (curves[:, 7] == 1).all()


def test_a_scan_knows_better_than_chance_what_helps():
  scene = _scene()

  def error(kind):
    photo = _photo(scene)
    proposer = kind(photo, _random())
    for _ in range(3):
      now = scanning.Scene(scene.target, photo.picture(), scene.weights)
      photo.add(proposer(now), 0, 1, 1)
    return photo.error() / _photo(scene).error()

  assert error(proposals.Scan) < error(proposals.Guided) < 1


@pytest.mark.parametrize('kind', [proposals.Scan, proposals.Guided])
def test_so_many_strokes_are_named_as_are_asked_for(kind):
  scene = _scene()
  proposer = kind(_photo(scene), _random(), number=5)
  assert proposer(scene).shape == (5, 8)


def test_the_painter_lays_what_is_proposed():
  seen = []
  bar = np.array([[24, 32, 24, 40, 24, 48, 4, 1]], np.float32)

  def make(photo, random):
    assert isinstance(photo, mypaint.Photo)
    assert isinstance(random, np.random.Generator)

    def propose(scene):
      seen.append(scene)
      return bar

    return propose

  target = _scene().target
  painting = photographs.paint(
    target, 1, 'deevad/basic_digital_brush', threads=1, proposals=make
  )
  np.testing.assert_array_equal(seen[0].target, target)
  np.testing.assert_allclose(
    seen[0].picture, np.broadcast_to(painting.paper, target.shape), atol=1e-6
  )
  (stroke,) = painting.strokes
  # It is varied, but not carried off.
  np.testing.assert_allclose(stroke[:6], bar[0, :6], atol=8)
  assert (stroke[8:] < 0.1).all()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
