"""Tests of spiral_tf.environments.mujoco.sprites."""

import threading

import numpy as np
import pytest

from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import sprites as sprites_lib
from spiral_tf.environments.mujoco import stage as stage_lib


def _random(random, grid_width):
  """Any object."""
  high = [4, grid_width**2, 3, 4, 4, 4]
  return stage_lib.SceneObject(*random.integers(high).tolist())


# With one cell a row and as many objects, surfaces coincide.
@pytest.mark.parametrize(
  'width,grid_width,number', [(32, 8, 3), (64, 16, 20), (24, 2, 12)]
)
def test_what_is_pieced_together_is_what_is_rendered(width, grid_width, number):
  random = np.random.default_rng(0)
  stage = stage_lib.Stage(width, grid_width, number)
  sprites = sprites_lib.of(width, grid_width, number)
  for _ in range(40):
    objects = [_random(random, grid_width) for _ in range(number)]
    rendered = stage.render(objects)
    # Any part, which objects may be in, reach into or be beside.
    top, left = random.integers(width, size=2).tolist()
    bottom = int(random.integers(top, width)) + 1
    right = int(random.integers(left, width)) + 1
    part = scene_model.Box(top, left, bottom, right)
    np.testing.assert_array_equal(
      sprites.draw(objects, part), rendered[top:bottom, left:right]
    )


def test_where_surfaces_coincide_the_order_decides():
  first = stage_lib.SceneObject(0, 100, 2, 3, 0, 0)
  second = stage_lib.SceneObject(0, 101, 2, 0, 0, 3)
  stage = stage_lib.Stage(32, 16, 2)
  sprites = sprites_lib.of(32, 16, 2)
  whole = scene_model.Box(0, 0, 32, 32)
  pictures = [
    sprites.draw(o, whole) for o in ([first, second], [second, first])
  ]
  assert np.any(pictures[0] != pictures[1])
  np.testing.assert_array_equal(pictures[1], stage.render([second, first]))


def test_each_object_is_rendered_once(monkeypatch):
  stage = stage_lib.Stage(16, 4, 3)
  sprites = sprites_lib.Sprites(stage, 16)
  rendered = []
  samples = stage.samples
  monkeypatch.setattr(
    stage, 'samples', lambda *a: rendered.append(a) or samples(*a)
  )
  objects = [stage_lib.SceneObject(1, 5, 2, red, 0, 1) for red in range(3)]
  whole = scene_model.Box(0, 0, 16, 16)
  for _ in range(2):
    want = stage.render(objects)
    np.testing.assert_array_equal(sprites.draw(objects, whole), want)
  assert len(rendered) == 1
  # What it keeps has a limit.
  monkeypatch.setattr(sprites_lib, '_MAX_BYTES', 0)
  others = [stage_lib.SceneObject(0, place, 1, 1, 2, 3) for place in range(3)]
  for _ in range(2):
    want = stage.render(others)
    np.testing.assert_array_equal(sprites.draw(others, whole), want)
  assert len(rendered) == 7


def test_a_box_has_all_of_the_object():
  random = np.random.default_rng(1)
  stage = stage_lib.Stage(32, 8, 1)
  sprites = sprites_lib.of(32, 8, 1)
  empty = stage.render([])
  for _ in range(30):
    scene_object = _random(random, 8)
    seen = (stage.render([scene_object]) != empty).any(axis=-1)
    top, left, bottom, right = sprites.box(scene_object)
    seen[top:bottom, left:right] = False
    assert not seen.any()


def test_each_thread_keeps_the_last_three():
  here = sprites_lib.of(16, 4, 3)
  assert sprites_lib.of(16, 4, 3) is here
  there = []
  thread = threading.Thread(
    target=lambda: there.append(sprites_lib.of(16, 4, 3))
  )
  thread.start()
  thread.join()
  assert there[0] is not here
  others = [sprites_lib.of(16, 4, number) for number in (1, 2)]
  assert sprites_lib.of(16, 4, 3) is here
  sprites_lib.of(16, 4, 4)
  assert sprites_lib.of(16, 4, 2) is others[1]
  assert sprites_lib.of(16, 4, 1) is not others[0]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
