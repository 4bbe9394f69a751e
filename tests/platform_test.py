"""Tests of spiral_tf.programs.platform: what is put, and what then stands."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.environments.mujoco import stage
from spiral_tf.programs import platform
from spiral_tf.programs import program as program_lib
from tests import program_cases


def test_objects_replace_and_run_out_of_room():
  scene = program_cases.staged(number=0)
  cube = platform.Put('cube', (1, 2), 0, (0, 1, 2))
  ball = platform.Put('sphere', (3, 4), 1, (3, 3, 3), replace=True)
  scene = dataclasses.replace(
    scene, commands=(ball, cube, ball, cube, cube, cube)
  )
  found = scene.renderer.objects(scene.commands)
  assert [o.kind for o in found] == [1, 0, 0]  # There is room for 3.
  assert found[0] == (1, 3 * 16 + 4, 1, 3, 3, 3)


def test_actions_become_objects_and_those_without_effect_do_not():
  environment = sections.EnvironmentConfig(
    name='scenes', canvas_width=32, grid_width=4, max_objects=1
  )
  actions = {
    # Change nothing, add, skip, add where there is no room, change.
    'move': [1, 0, 2, 0, 1],
    'location': [0, 5, 0, 0, 15],
    'kind': [0, 1, 0, 0, 3],
    'size': [0, 2, 0, 0, 1],
    'red': [0, 3, 0, 0, 0],
    'green': [0, 2, 0, 0, 0],
    'blue': [0, 1, 0, 0, 0],
  }
  program = program_lib.from_actions(environment, actions)
  assert program.renderer == platform.Platform(32, 4, 1)
  assert program.commands == (
    platform.Put('sphere', (1, 1), 2, (3, 2, 1)),
    platform.Put('ellipsoid', (3, 3), 1, (0, 0, 0), replace=True),
  )


def test_the_picture_is_that_of_the_objects():
  scene = program_cases.staged(1)
  objects = scene.renderer.objects(scene.commands)
  assert objects
  expected = stage.Stage(48, 16, 3).render(objects)
  np.testing.assert_array_equal(scene.render(48), expected)


@pytest.mark.parametrize(
  'changes',
  [
    {'kind': 'cone'},
    {'location': (0, -1)},
    {'location': (0.5, 1)},
    {'location': [0, 1]},
    {'size': 3},
    {'color': (0, 0, 4)},
    {'color': (0, 0)},
    {'replace': 1},
  ],
)
def test_bad_objects_are_refused_by_name(changes):
  (name,) = changes
  fields = {'kind': 'cube', 'location': (0, 1), 'size': 0, 'color': (0, 0, 0)}
  with pytest.raises(ValueError, match=f'^{name} is .*but it must be'):
    platform.Put(**{**fields, **changes})


@pytest.mark.parametrize(
  'changes', [{'canvas_width': 0}, {'grid_width': 1}, {'max_objects': 1001}]
)
def test_bad_platforms_are_refused_by_name(changes):
  (name,) = changes
  fields = {'canvas_width': 32, 'grid_width': 16, **changes}
  with pytest.raises(ValueError, match=f'^{name} is .*but it must be'):
    platform.Platform(**fields)


def test_sizes_that_cannot_be_drawn_are_refused_before():
  platform = program_cases.staged().renderer  # A grid of 16.
  for size in (16, 1024):
    platform.begin(size, ())
    stage.Stage(size, platform.grid_width)
  for size in (1, 8, 15, 1025, 4096):
    with pytest.raises(ValueError, match=f'size of a scene is {size}, but it'):
      platform.begin(size, ())
    with pytest.raises(ValueError, match='environment'):
      stage.Stage(size, platform.grid_width)
  with pytest.raises(ValueError, match='from 8 to 1024'):
    dataclasses.replace(platform, grid_width=2).begin(7, ())


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
