"""The MuJoCo model is what scenes are said to be."""

import itertools

import numpy as np
import pytest

from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import stage

_GRID = 16


def _model(width=64, grid_width=_GRID, max_objects=20):
  return scene_model.SceneModel(width, grid_width, max_objects)


def _object(kind=0, location=0, size=0, color=(0, 0, 0)):
  return scene_model.SceneObject(kind, location, size, *color)


def _everywhere(grid_width=_GRID):
  """Each kind and size in the corners and in the middle."""
  last = grid_width - 1
  for kind, size, row, column in itertools.product(
    range(4), range(3), (0, 7, last), (0, 7, last)
  ):
    yield _object(kind, row * grid_width + column, size)


def _extents(kind, size, place):
  """Half of the extents along x, y and z, from MuJoCo's geom_size."""
  mujoco = gl.load()
  model = place.model
  place.place([_object(kind, 0, size)])
  lengths = model.geom_size[0]
  if model.geom_type[0] == mujoco.mjtGeom.mjGEOM_SPHERE:
    return [lengths[0]] * 3
  if model.geom_type[0] == mujoco.mjtGeom.mjGEOM_CYLINDER:
    return [lengths[0], lengths[0], lengths[1]]
  return list(lengths)


def test_objects_stand_on_the_platform_and_within_it():
  place = _model()
  for scene_object in _everywhere():
    extents = _extents(scene_object.kind, scene_object.size, place)
    place.place([scene_object])
    x, y, z = place.data.geom_xpos[0]
    assert z == pytest.approx(extents[2])
    assert abs(x) + extents[0] <= 1 + 1e-9
    assert abs(y) + extents[1] <= 1 + 1e-9
    np.testing.assert_array_equal(
      place.data.geom_xmat[0].reshape(3, 3), np.eye(3)
    )


def test_widths_are_those_of_cells():
  place = _model()
  place.place([_object(location=0), _object(location=1)])
  cell = np.diff(place.data.geom_xpos[:2, 0])
  widths = [2 * _extents(0, size, place)[0] for size in range(3)]
  np.testing.assert_allclose(widths / cell, [2.5, 3.75, 5])


def test_no_kind_has_the_shape_of_another():
  place = _model()
  types = set()
  for kind in range(scene_model.NUM_KINDS):
    place.place([_object(kind)])
    types.add(int(place.model.geom_type[0]))
  assert len(types) == scene_model.NUM_KINDS


def test_rows_recede_and_columns_go_to_the_right():
  place = _model(grid_width=5)
  place.place([_object(location=i) for i in range(20)])
  x, y, _ = place.data.geom_xpos[:20].T
  np.testing.assert_allclose(x.reshape(4, 5), [x[:5]] * 4)
  np.testing.assert_allclose(y.reshape(4, 5).T, [y[::5]] * 5)
  assert (np.diff(x[:5]) > 0).all()
  assert (np.diff(y[::5]) < 0).all()
  assert np.ptp(np.diff(x[:5])) < 1e-9


def test_levels_of_colors_are_even():
  place = _model()
  place.place([_object(color=(0, 1, 2)), _object(color=(3, 3, 0))])
  np.testing.assert_allclose(
    place.model.geom_rgba[:2], [[0, 1 / 3, 2 / 3, 1], [1, 1, 0, 1]], rtol=1e-6
  )


def test_the_model_is_only_written_to():
  place = _model(max_objects=3)
  model = place.model
  assert model.ngeom == 3 + 2
  for objects in ([_object(1)], [_object(2)] * 3, []):
    place.place(objects)
    assert place.model is model
    shown = model.geom_group[:3] <= 2
    assert shown.tolist() == [i < len(objects) for i in range(3)]
    assert (model.geom_group[3:] <= 2).all()


@pytest.mark.parametrize('width', [32, 64])
def test_boxes_hold_what_an_object_changes(width):
  place = _model(width)
  drawn = stage.Stage(width)
  empty = drawn.render(())
  for scene_object in _everywhere():
    box = place.box(scene_object)
    changed = (drawn.render([scene_object]) != empty).any(axis=-1)
    rows, columns = np.nonzero(changed)
    assert rows.size, scene_object
    assert box.top <= rows.min() and rows.max() < box.bottom, scene_object
    assert box.left <= columns.min() and columns.max() < box.right
    # Nor much more, though a sphere does not fill its corners.
    assert box.bottom - box.top <= np.ptp(rows) + 1 + 8
    assert box.right - box.left <= np.ptp(columns) + 1 + 8


@pytest.mark.parametrize(('width', 'grid_width'), [(64, 16), (32, 8)])
def test_centers_are_in_the_middle_of_what_the_camera_sees(width, grid_width):
  centers = scene_model.centers(grid_width)
  assert centers.shape == (grid_width**2, 2)
  whole = stage.Stage(width, grid_width, 1)
  empty = whole.render([]).astype(int)
  for location in range(0, grid_width**2, 7):
    picture = whole.render([_object(1, location, 1, (3, 0, 0))])
    rows, columns = np.nonzero((picture != empty).any(axis=-1))
    middle = [(x.min() + x.max() + 1) / 2 for x in (rows, columns)]
    assert abs(centers[location] * width - middle).max() < 1


def test_no_object_is_cut_off():
  drawn = stage.Stage(256)
  empty = drawn.render(())
  for scene_object in _everywhere():
    changed = (drawn.render([scene_object]) != empty).any(axis=-1)
    assert changed.any()
    assert not changed[[0, -1]].any(), scene_object
    assert not changed[:, [0, -1]].any(), scene_object


def test_parts_on_the_platform_show_no_floor():
  place = _model(32)
  empty = stage.Stage(32).render(())
  inside = (empty == empty[16, 16]).all(axis=-1)
  count = 0
  for top, left in itertools.product(range(0, 28, 3), repeat=2):
    part = scene_model.Box(top, left, top + 4, left + 4)
    if place.on_platform(part):
      count += 1
      assert inside[top : top + 4, left : left + 4].all(), part
  assert count > 20


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
