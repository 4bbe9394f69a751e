"""Tests of spiral_tf.search.scene_variations."""

import collections
import random as random_lib

import numpy as np
import pytest

from spiral_tf.environments.mujoco import sprites as sprites_lib
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.search import scene_variations

_GRID = 6
_SPACE = scene_variations.Space(grid_width=_GRID, max_objects=3)
# Red on the left, blue on the right.
_TARGET = np.zeros([24, 24, 3], np.uint8)
_TARGET[:, :12, 0] = _TARGET[:, 12:, 2] = 255
_OBJECTS = (
  stage_lib.SceneObject(0, 14, 1, 1, 1, 1),
  stage_lib.SceneObject(2, 20, 2, 3, 0, 2),
)


@pytest.fixture(scope='module')
def sprites():
  return sprites_lib.of(24, _GRID, 3)


def _variation(sprites, seed=0):
  random = random_lib.Random(seed)
  return scene_variations.Variation(_SPACE, sprites, _TARGET, random)


def _residual(sprites, errors):
  return scene_variations.Residual(
    scene_variations.Aim(_SPACE, sprites), errors
  )


def _legal(objects):
  assert len(objects) <= _SPACE.max_objects
  limits = 4, _GRID**2, 3, 4, 4, 4
  for item in objects:
    assert all(0 <= value < most for value, most in zip(item, limits))
    assert all(type(value) is int for value in item)


@pytest.mark.parametrize('kind', scene_variations.KINDS)
def test_each_kind_changes_what_it_says(sprites, kind):
  fields = {
    'moved near': {'location'},
    'moved anywhere': {'location'},
    'moved to the error': {'location'},
    'resized': {'size'},
    'recoloured': {'red', 'green', 'blue'},
    'coloured as the target': {'red', 'green', 'blue'},
    'exchanged': {'kind'},
    'another': set(stage_lib.SceneObject._fields),
  }
  variation = _variation(sprites)
  residual = _residual(sprites, np.ones([24, 24], np.int32))
  seen, lengths = set(), collections.Counter()
  for _ in range(300):
    varied = variation.vary(kind, _OBJECTS, residual)
    _legal(varied)
    lengths[len(varied)] += 1
    if kind == 'put in':
      assert [x for x in varied if x in _OBJECTS] == list(_OBJECTS)
    elif kind == 'removed':
      assert varied in (_OBJECTS[:1], _OBJECTS[1:])
    elif kind == 'swapped':
      assert set(varied) == set(_OBJECTS)
      seen.add(varied)
    else:
      here = [
        (name, place)
        for place, (a, b) in enumerate(zip(_OBJECTS, varied))
        for name in a._fields
        if getattr(a, name) != getattr(b, name)
      ]
      assert len({place for _, place in here}) <= 1
      seen |= {name for name, _ in here}
  assert len(lengths) == 1
  assert len(_OBJECTS) + {'put in': 1, 'removed': -1}.get(kind, 0) in lengths
  if kind in fields:
    assert seen == fields[kind]
  if kind == 'swapped':
    assert len(seen) == 2


def test_near_is_near(sprites):
  residual = _residual(sprites, np.ones([24, 24], np.int32))
  variation = _variation(sprites)
  steps = collections.Counter()
  for _ in range(400):
    (moved,) = variation.vary('moved near', _OBJECTS[:1], residual)
    row, column = divmod(moved.location, _GRID)
    steps[max(abs(row - 2), abs(column - 2))] += 1
  assert set(steps) == {0, 1, 2, 3}
  assert steps[1] > steps[2] > steps[3]


def test_aims_where_the_error_is(sprites):
  errors = np.zeros([24, 24], np.int32)
  errors[9:12, 4:7] = 1000
  residual = _residual(sprites, errors)
  variation = _variation(sprites)
  for _ in range(100):
    for kind in ('moved to the error', 'another'):
      (item,) = variation.vary(kind, _OBJECTS[:1], residual)
      cube = item._replace(kind=0)
      top, left, bottom, right = sprites.box(cube)
      assert errors[top:bottom, left:right].any()
  # In proportion to it: nine times as much, nine times as often.
  errors[9:12, 4:7], errors[9:12, 17:20] = 900, 100
  residual, random = _residual(sprites, errors), random_lib.Random(0)
  left = sum(residual.draw(0, random) % _GRID < 3 for _ in range(2000))
  assert left / 2000 == pytest.approx(0.9, abs=0.03)
  # Where there is none, anywhere.
  residual = _residual(sprites, np.zeros([24, 24], np.int32))
  drawn = {residual.draw(1, random) for _ in range(1000)}
  assert drawn == set(range(_GRID**2))


def test_takes_colours_of_the_target(sprites):
  residual = _residual(sprites, np.ones([24, 24], np.int32))
  variation = _variation(sprites)
  for location, name in ((12, 'red'), (17, 'blue')):  # At the borders.
    item = stage_lib.SceneObject(0, location, 0, 1, 1, 1)
    for _ in range(50):
      (colored,) = variation.vary('coloured as the target', (item,), residual)
      levels = {k: getattr(colored, k) for k in ('red', 'green', 'blue')}
      assert levels.pop(name) == 3
      assert set(levels.values()) == {0}


@pytest.mark.parametrize('number', [0, 1, 3])
def test_a_variation_is_another_scene(sprites, number):
  objects = tuple(_OBJECTS[i % 2] for i in range(number))
  variation = _variation(sprites)
  residual = _residual(sprites, np.ones([24, 24], np.int32))
  lengths = set()
  for _ in range(500):
    varied = variation(objects, residual)
    _legal(varied)
    assert varied != objects
    lengths.add(len(varied))
  assert lengths == {0: {1}, 1: {0, 1, 2}, 3: {2, 3}}[number]


def test_what_changed():
  a, b, c, d = (stage_lib.SceneObject(i, 0, 0, 0, 0, 0) for i in range(4))
  for before, after, want in (
    ((a, b, c), (a, b, c), ()),
    ((a, b, c), (a, d, c), (b, d)),
    ((a, b, c), (a, c), (b,)),
    ((a, c), (a, b, c), (b,)),
    ((a, b, c), (b, a, c), (a, b, b, a)),
    ((a, b, a), (a, b), (a,)),
    ((a, a), (a,), (a,)),
    ((), (a,), (a,)),
  ):
    assert scene_variations.changed(before, after) == want


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
