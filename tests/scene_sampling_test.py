"""Tests of what stands in generated scenes."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.datasets import scene_sampling
from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import stage

_SETTINGS = scenes.Settings(num=3000, seed=1)


@pytest.fixture(scope='module')
def samples():
  """The programs of some scenes."""
  return [scene_sampling.sample(_SETTINGS, i) for i in range(_SETTINGS.num)]


def _uniform(values, options):
  """Whether each of `options` values is within 5 deviations as often."""
  counts = np.bincount(values, minlength=options)
  share = 1 / options
  deviation = np.sqrt(len(values) * share * (1 - share))
  expected = len(values) * share
  return len(counts) == options and np.all(
    np.abs(counts - expected) < 5 * deviation
  )


def test_numbers_of_objects_are_uniform(samples):
  assert _uniform([len(sample) - 1 for sample in samples], 5)


@pytest.mark.parametrize(
  'attribute,options',
  [('kind', 4), ('size', 3), ('red', 4), ('green', 4), ('blue', 4)],
)
def test_attributes_are_uniform(samples, attribute, options):
  values = [getattr(item, attribute) for sample in samples for item in sample]
  assert _uniform(values, options)


def test_the_first_location_is_uniform(samples):
  assert _uniform([sample[0].location for sample in samples], 256)


def test_objects_do_not_touch(samples):
  renderer = stage.Stage(16, 16, 5)
  for sample in samples[:500]:
    model, data = renderer.compiled(sample)
    geoms = slice(len(sample))  # The platform comes after them.
    halves = model.geom_size[geoms, :2].copy()
    for half, item in zip(halves, sample):
      if item.kind in (1, 2):  # A sphere or a cylinder has one radius.
        half[1] = half[0]
    centers = data.geom_xpos[geoms, :2]
    for i in range(len(sample)):
      for j in range(i):
        gaps = np.abs(centers[i] - centers[j]) - halves[i] - halves[j]
        assert gaps.max() > 0.01, (sample[i], sample[j])


@pytest.mark.parametrize('grid_width,gap', [(16, 3), (31, 6), (8, 2)])
def test_small_objects_are_as_close_as_they_may(grid_width, gap):
  # They are 2.5 cells of a 16x16 grid wide.
  gaps = set()
  settings = scenes.Settings(
    min_objects=4, max_objects=4, grid_width=grid_width
  )
  for i in range(1000):
    small = [o for o in scene_sampling.sample(settings, i) if o.size == 0]
    for j, one in enumerate(small):
      for other in small[:j]:
        row, column = divmod(one.location, grid_width)
        other_row, other_column = divmod(other.location, grid_width)
        gaps.add(max(abs(row - other_row), abs(column - other_column)))
  assert min(gaps) == gap


def test_a_full_platform_has_an_object_a_cell():
  settings = scenes.Settings(min_objects=9, max_objects=9, grid_width=3)
  for index in range(5):
    objects = scene_sampling.sample(settings, index)
    assert sorted(item.location for item in objects) == list(range(9))


def test_a_scene_depends_on_seed_and_number_alone(samples):
  shorter = dataclasses.replace(_SETTINGS, num=5, shard_size=2)
  assert scene_sampling.sample(shorter, 3) == samples[3]
  other = dataclasses.replace(_SETTINGS, seed=2)
  assert scene_sampling.sample(other, 3) != samples[3]
  assert len({tuple(sample) for sample in samples}) == len(samples)


def test_platforms_may_be_empty():
  settings = scenes.Settings(min_objects=0, max_objects=1)
  counts = {len(scene_sampling.sample(settings, i)) for i in range(20)}
  assert counts == {0, 1}


def test_rows_say_what_objects_are():
  item = stage.SceneObject(kind=3, location=17, size=2, red=0, green=1, blue=2)
  rows = scene_sampling.to_rows([item], 2)
  assert rows.dtype == np.int32
  assert rows.tolist() == [[3, 17, 2, 0, 1, 2], [-1] * 6]
  assert scene_sampling.to_rows([], 1).tolist() == [[-1] * 6]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
