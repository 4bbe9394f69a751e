"""What strokes would bring, at all places at once, is what they bring."""

import numpy as np
import pytest

from spiral_tf.environments import mypaint
from spiral_tf.search import scanning


def _scene(height, width, seed=0):
  random = np.random.default_rng(seed)
  target = random.random([height, width, 3]).astype(np.float32)
  # Something that strokes can be good for, and weights that differ.
  target[height // 3 :, : width // 2] = 0.9, 0.1, 0.2
  picture = np.full([height, width, 3], 0.4, np.float32)
  weights = random.uniform(0.5, 2, [height, width]).astype(np.float32)
  return scanning.Scene(target, picture, weights)


def _library(number):
  random = np.random.default_rng(1)
  curves = scanning.shapes(random, number)
  photo = mypaint.Photo(
    target=np.zeros([1, 1, 3], np.float32),
    weights=np.ones([1, 1], np.float32),
    brush=mypaint.brushes.load('ramon/Marker'),
    substrokes=16,
    paper=(1, 1, 1),
    min_radius=0.5,
    max_radius=50.0,
    min_pressure=1,
    threads=1,
    seed=0,
  )
  return curves, photo.masks(curves, scanning.SHAPE_WIDTH)


def _gain(scene, curve):
  """What a stroke of the best colour brings, pixel by pixel."""
  height, width = scene.weights.shape
  side = max(height, width)
  photo = mypaint.Photo(
    target=scene.target,
    weights=scene.weights,
    brush=mypaint.brushes.load('ramon/Marker'),
    substrokes=16,
    paper=(0.4, 0.4, 0.4),
    min_radius=0.5,
    max_radius=50.0,
    min_pressure=1,
    threads=1,
    seed=0,
  )
  alpha = photo.masks(curve[np.newaxis], side)[0, :height, :width, np.newaxis]
  weighted = scene.weights[..., np.newaxis]
  missing = scene.target - (1 - alpha) * scene.picture
  linear = (weighted * alpha * missing).sum((0, 1))
  square = (weighted * alpha**2).sum()
  color = np.clip(linear / square, 0, 1)
  painted = scene.picture * (1 - alpha) + alpha * color

  def error(picture):
    return (weighted * np.square(scene.target - picture)).sum()

  return error(scene.picture) - error(painted)


@pytest.mark.parametrize('shape', [(60, 90), (128, 128), (200, 30), (8, 300)])
def test_gains_are_those_of_the_strokes(shape):
  scene = _scene(*shape)
  curves, masks = _library(6)
  found, gains = scanning.scan(scene, curves, masks, np.random.default_rng(2))
  assert found.shape == (18, 8) and gains.shape == (18,)
  for curve, gain in zip(found, gains):
    assert gain == pytest.approx(_gain(scene, curve), rel=0.02, abs=0.05)
  # Of each stroke the best place comes first.
  assert (np.diff(gains.reshape(6, 3)) <= 0).all()


def test_finds_the_place():
  target = np.full([100, 80, 3], 0.2, np.float32)
  target[60:66, 20:50] = 0.9  # A bar, which one stroke can be.
  picture = np.full_like(target, 0.2)
  scene = scanning.Scene(target, picture, np.ones([100, 80], np.float32))
  curves, masks = _library(200)
  found, gains = scanning.scan(scene, curves, masks, np.random.default_rng(0))
  best = found[gains.argmax()]
  assert 58 < best[[0, 4]].mean() < 68
  assert 30 < best[[1, 5]].mean() < 40
  assert gains.max() > 0.4 * 3 * 0.49 * 6 * 30


def test_windows_lie_where_the_error_is():
  target = np.zeros([500, 500, 3], np.float32)
  target[300:330, 90:120] = 1
  scene = scanning.Scene(target, np.zeros_like(target), np.ones([500, 500]))
  curves, masks = _library(4)
  hits = 0
  for seed in range(20):
    _, gains = scanning.scan(scene, curves, masks, np.random.default_rng(seed))
    hits += gains.max() > 1
  # A window is a sixteenth of the picture; two places are tried for each edge.
  assert hits >= 5


def test_shrunk_is_the_mean():
  scene = _scene(10, 7)
  small = scanning.shrunk(scene.target, 4)
  assert small.shape == (3, 2, 3) and small.dtype == np.float32
  np.testing.assert_allclose(
    small[0, 0], scene.target[:4, :4].mean((0, 1)), rtol=1e-5
  )
  assert scanning.shrunk(scene.weights, 2).shape == (5, 4)
  assert scanning.shrunk(scene.target, 1) is scene.target


def test_shapes_are_of_many_kinds():
  curves = scanning.shapes(np.random.default_rng(0), 300)
  radii = curves[:, 6]
  assert radii.min() < 1.6 and radii.max() > 7
  lengths = np.hypot(*(curves[:, 4:6] - curves[:, :2]).T)
  assert lengths.min() < 4 and lengths.max() > 30
  middles = (curves[:, :2] + curves[:, 4:6]) / 2
  np.testing.assert_allclose(middles, scanning.SHAPE_WIDTH / 2, atol=1e-3)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
