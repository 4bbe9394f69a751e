"""Tests of spiral_tf.programs.mjcf: MuJoCo shows what the stage shows."""

import numpy as np
import pytest

from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import stage
from spiral_tf.programs import mjcf
from tests import program_cases


@pytest.mark.parametrize('seed', range(4))
def test_the_objects_are_those_of_the_stage(seed):
  mujoco = gl.load()
  scene = program_cases.staged(seed, number=6)
  objects = scene.renderer.objects(scene.commands)
  model = mujoco.MjModel.from_xml_string(
    mjcf.dumps(scene.renderer, scene.commands)
  )
  data = mujoco.MjData(model)
  mujoco.mj_forward(model, data)
  own = stage.Stage(32, 16, 3)
  expected_model, expected_data = own.compiled(objects)
  assert model.ngeom == len(objects) + 2  # With platform and floor.
  for i in range(len(objects)):
    geom = model.geom(f'object-{i + 1}').id
    assert geom == i
    assert model.geom_type[geom] == expected_model.geom_type[i]
    for ours, theirs in (
      (model.geom_rgba, expected_model.geom_rgba),
      (data.geom_xpos, expected_data.geom_xpos),
    ):
      np.testing.assert_allclose(ours[geom], theirs[i], atol=1e-3)
    sizes = 3 if model.geom_type[geom] != mujoco.mjtGeom.mjGEOM_SPHERE else 1
    sizes = (
      2 if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_CYLINDER else sizes
    )
    np.testing.assert_allclose(
      model.geom_size[geom, :sizes], expected_model.geom_size[i, :sizes]
    )


def test_it_looks_like_the_picture():
  mujoco = gl.load()
  scene = program_cases.staged(1, number=6)
  model = mujoco.MjModel.from_xml_string(
    mjcf.dumps(scene.renderer, scene.commands)
  )
  # Viewers begin where they see all of the platform, and nothing is cut off.
  camera = mujoco.MjvCamera()
  mujoco.mjv_defaultFreeCamera(model, camera)
  near = model.vis.map.znear * model.stat.extent
  assert camera.distance > 2.5 and near < 0.2
  data = mujoco.MjData(model)
  mujoco.mj_forward(model, data)
  with mujoco.Renderer(model, 256, 256) as renderer:
    renderer.update_scene(data, camera=0)
    picture = renderer.render().astype(float)
  expected = scene.render(256)
  empty = scene.up_to(0).render(256)
  # Depths are rounded differently, as viewers come nearer.
  assert (
    abs(picture - expected).mean() < 0.1 * abs(expected - 1.0 * empty).mean()
  )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
