"""Tests of what location heads see beside the LSTM's output."""

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import types
from spiral_tf.networks import sight as sight_lib


def _mark(cell, grid_width, weight=1.0):
  return sight_lib.Mark(
    types.LocationArray(grid_width),
    tf.constant([cell]),
    tf.constant([weight]),
  )


@pytest.mark.parametrize('width', [8, 16, 32])
@pytest.mark.parametrize(('row', 'column'), [(0, 0), (3, 7), (15, 2)])
def test_a_mark_is_brightest_over_its_cell(width, row, column):
  narrow, broad = np.moveaxis(
    _mark(16 * row + column, 16).draw(width).numpy()[0], -1, 0
  )
  rows, columns = np.indices(narrow.shape)
  center = [(x + 0.5) * width / 16 - 0.5 for x in (row, column)]
  away = np.maximum(abs(rows - center[0]), abs(columns - center[1]))
  for tent, reach in ((narrow, max(1, width / 16)), (broad, width / 4)):
    assert ((tent > 0) == (away < reach)).all()
    assert tent.max() <= 1
    assert away[tent == tent.max()].max() <= 0.5
  assert (narrow <= broad).all()


def test_a_mark_on_a_map_as_wide_as_the_grid_is_one_cell():
  narrow = _mark(2 * 8 + 5, 8).draw(8).numpy()[0, ..., 0]
  assert narrow[2, 5] == 1 and narrow.sum() == 1


def test_a_location_without_effect_has_no_mark():
  assert not _mark(3, 8, weight=0.0).draw(16).numpy().any()


def test_of_maps_of_one_width_the_deepest_is_seen():
  maps = [tf.fill([1, width, width, 1], x) for width, x in ((8, 1.0), (4, 2.0))]
  maps.append(tf.fill([1, 4, 4, 2], 3.0))
  sight = sight_lib.Sight(maps).marked(_mark(0, 8))
  spec = types.LocationArray(8)
  assert [x.shape.as_list() for x in sight.at(8, spec)] == [
    [1, 8, 8, 1],
    [1, 8, 8, 2],
  ]
  assert sight.at(4, spec)[0].numpy().tolist() == maps[2].numpy().tolist()
  assert sight.at(16, spec) == []
  assert sight_lib.BLIND.at(8, spec) == []


def test_a_map_that_is_coarser_than_the_grid_shows_all_its_cells():
  images = tf.reshape(tf.range(64, dtype=tf.float32), [1, 8, 8, 1])
  sight = sight_lib.Sight([images, tf.zeros([1, 4, 4, 5])])
  sight = sight.marked(_mark(0, 8))
  seen, cells, mark = sight.at(4, types.LocationArray(8), side=2)
  assert seen.shape == [1, 4, 4, 5] and mark.shape == [1, 4, 4, 2]
  # The last row's second cell has those of its square, row by row.
  np.testing.assert_array_equal(cells[0, 3, 1], [50, 51, 58, 59])


# Cells that all look at the lower left quarter of the picture.
_QUARTER = types.LocationArray(
  4,
  centers=types.LocationArray(4).places / 2 + np.array([0.5, 0.0]),
)


def test_maps_are_sampled_where_the_picture_shows_the_cells():
  rows, columns = np.indices([4, 4], np.float32)
  maps = tf.constant(np.stack([rows, columns], axis=-1)[np.newaxis])
  same = sight_lib.on_grid(maps, types.LocationArray(4))
  np.testing.assert_array_equal(same, maps)
  (seen,) = sight_lib.on_grid(maps, _QUARTER).numpy()
  # From the middle of the map on, as far as that of its last row.
  np.testing.assert_allclose(seen[:, 0, 0], [1.75, 2.25, 2.75, 3.0])
  np.testing.assert_allclose(seen[0, :, 1], [0.0, 0.25, 0.75, 1.25])
  # A coarser map, in the middle of the cells that share one of its own.
  (seen,) = sight_lib.on_grid(maps[:, :2, :2], _QUARTER).numpy()
  np.testing.assert_allclose(seen[:, 0, 0], [0.75, 1.0])
  # One that is finer than the grid is as it is.
  fine = tf.zeros([1, 8, 8, 1])
  assert sight_lib.on_grid(fine, _QUARTER) is fine


def test_marks_are_in_the_picture_or_on_the_grid():
  mark = sight_lib.Mark(_QUARTER, tf.constant([4 * 1 + 2]), tf.ones([1]))
  picture, grid = (
    mark.draw(32, on_grid=on_grid).numpy()[0, ..., 0]
    for on_grid in (False, True)
  )
  for drawn, middle in ((picture, [21.5, 9.5]), (grid, [11.5, 19.5])):
    rows, columns = np.indices(drawn.shape)
    found = [(drawn * x).sum() / drawn.sum() for x in (rows, columns)]
    np.testing.assert_allclose(found, middle, atol=1e-4)


def test_reads_a_map_at_a_cell_of_each():
  maps = tf.reshape(tf.range(2 * 4 * 4 * 3, dtype=tf.float32), [2, 4, 4, 3])
  spec = types.LocationArray(4)
  found = sight_lib.at_cell(maps, tf.constant([6, 15]), spec)
  np.testing.assert_array_equal(found, [maps[0, 1, 2], maps[1, 3, 3]])
  # Of a grid that is finer than the map: rows 2 and 7, columns 5 and 0.
  values = tf.constant([2 * 8 + 5, 7 * 8])
  found = sight_lib.at_cell(maps, values, types.LocationArray(8))
  np.testing.assert_array_equal(found, [maps[0, 1, 2], maps[1, 3, 0]])


@pytest.mark.parametrize('width', [2, 3, 6])
def test_pools_the_cells_of_a_grid(width):
  image = tf.random.stateless_uniform([2, 6, 6, 3], [1, 2])
  cells = sight_lib.pooled(image, width).numpy()
  side = 6 // width
  assert cells.shape == (2, width, width, 3)
  np.testing.assert_allclose(
    cells[1, 1, 0], image[1, side : 2 * side, :side].numpy().mean((0, 1)), 1e-5
  )


def test_pools_to_grids_that_do_not_divide_the_image():
  cells = sight_lib.pooled(tf.fill([1, 6, 6, 2], 0.5), 4)
  np.testing.assert_allclose(cells, np.full([1, 4, 4, 2], 0.5), rtol=1e-6)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
