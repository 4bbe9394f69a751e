"""Pictures of scenes show what is on the platform, in any thread."""

import threading

import numpy as np
import pytest

from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import stage

_GRID = 16
_MIDDLE = 7 * _GRID + 7


def _object(kind=0, location=_MIDDLE, size=2, color=(3, 0, 0)):
  return stage.SceneObject(kind, location, size, *color)


def _random_objects(random, number):
  limits = (stage.NUM_KINDS, _GRID**2, stage.NUM_SIZES, 4, 4, 4)
  return [
    stage.SceneObject(*(int(random.randint(n)) for n in limits))
    for _ in range(number)
  ]


def _changed(picture, empty):
  """Which pixels differ from the empty platform."""
  return (picture != empty).any(axis=-1)


def _center(mask):
  """Mean row and column."""
  return np.array(np.nonzero(mask)).mean(axis=1)


@pytest.mark.parametrize('width', [32, 64, 33])
def test_empty_platform_fills_the_picture_in_neutral_greys(width):
  picture = stage.Stage(width).render(())
  assert picture.shape == (width, width, 3)
  assert picture.dtype == np.uint8
  assert (np.ptp(picture.astype(int), axis=-1) <= 1).all()
  platform = np.abs(picture[..., 0].astype(int) - 127) < 4
  assert platform[width // 2].mean() > 0.75
  assert platform[:, width // 2].mean() > 0.65
  corners = picture[[0, 0, -1, -1], [0, -1, 0, -1], 0]
  assert (corners > 200).all()


def test_colors_are_what_they_say_and_all_stand_out():
  drawn = stage.Stage(64)
  empty = drawn.render(())
  for red in range(4):
    for green in range(4):
      for blue in range(4):
        color = (red, green, blue)
        picture = drawn.render([_object(color=color)])
        mask = _changed(picture, empty)
        rows, columns = np.nonzero(mask)
        # The upper face is lit fully.
        upper = picture[rows.min() + 2, (columns.min() + columns.max()) // 2]
        np.testing.assert_allclose(upper, np.array(color) * 85, atol=3)
        difference = picture[mask].astype(int) - empty[mask]
        assert np.median(np.abs(difference).max(axis=-1)) > 35, color


@pytest.mark.parametrize('width', [32, 64])
def test_kinds_and_sizes_can_be_told_apart(width):
  drawn = stage.Stage(width)
  empty = drawn.render(())
  pictures = []
  for kind in range(stage.NUM_KINDS):
    areas = []
    for size in range(stage.NUM_SIZES):
      picture = drawn.render([_object(kind=kind, size=size)])
      pictures.append(picture)
      areas.append(_changed(picture, empty).sum())
    assert areas[0] * 1.3 < areas[1] and areas[1] * 1.3 < areas[2], kind
  for i, ours in enumerate(pictures):
    for theirs in pictures[:i]:
      difference = np.abs(ours.astype(int) - theirs).max(axis=-1)
      assert difference.sum() > 150 * (width / 32) ** 2


def test_locations_are_row_then_column_and_each_has_its_place():
  drawn = stage.Stage(64)
  empty = drawn.render(())
  centers = np.array(
    [
      _center(_changed(drawn.render([_object(1, i, 0)]), empty))
      for i in range(_GRID**2)
    ]
  ).reshape(_GRID, _GRID, 2)
  assert (np.diff(centers[..., 0], axis=0) > 1).all()
  assert (np.diff(centers[..., 1], axis=1) > 1).all()
  assert np.ptp(centers[..., 0], axis=1).max() < 1  # A row is level.
  # Near the corners and symmetric.
  assert (centers[0, 0] < 17).all() and (centers[-1, -1] > 47).all()
  mirrored = 63 - centers[:, ::-1, 1]
  np.testing.assert_allclose(centers[..., 1], mirrored, atol=1)


def test_nearer_objects_hide_farther_ones_whatever_the_order():
  drawn = stage.Stage(64)
  near = _object(0, 12 * _GRID + 7, 2, (3, 0, 0))
  far = _object(0, 6 * _GRID + 7, 2, (0, 3, 0))
  picture = drawn.render([near, far])
  np.testing.assert_array_equal(picture, drawn.render([far, near]))
  empty = drawn.render(())
  near_alone, far_alone = drawn.render([near]), drawn.render([far])
  both = _changed(near_alone, empty) & _changed(far_alone, empty)
  assert both.sum() > 5
  red = picture[both][:, 0] > picture[both][:, 1]
  assert red.mean() > 0.75  # The others are edges.


def test_hidden_objects_leave_nothing_behind():
  drawn = stage.Stage(32)
  empty = drawn.render(())
  many = _random_objects(np.random.RandomState(0), 20)
  full = drawn.render(many)
  assert _changed(full, empty).sum() > 100
  np.testing.assert_array_equal(drawn.render(()), empty)
  one = drawn.render(many[:1])
  np.testing.assert_array_equal(one, stage.Stage(32, 16, 1).render(many[:1]))
  np.testing.assert_array_equal(drawn.render(many), full)


@pytest.mark.parametrize('width, grid_width', [(64, 16), (32, 16), (33, 5)])
def test_redrawing_a_part_is_drawing_the_whole(width, grid_width):
  drawn = stage.Stage(width, grid_width)
  random = np.random.RandomState(0)
  objects, canvas = [], drawn.render(())
  for _ in range(200):
    added = _random_objects(random, random.randint(3))
    # Close together, so that they overlap, and sometimes the very same.
    cell = random.randint(3, size=len(added)) + random.randint(grid_width**2)
    added = [
      o._replace(location=int(c) % grid_width**2) for o, c in zip(added, cell)
    ]
    removed = [o for o in objects if random.rand() < 0.1]
    objects = [o for o in objects if o not in removed] + added
    if len(objects) > 20:
      removed, objects = removed + objects[:-20], objects[-20:]
    before = canvas.copy()
    new = drawn.redraw(canvas, objects, [*removed, *added])
    np.testing.assert_array_equal(canvas, before)
    assert not np.shares_memory(new, canvas)
    np.testing.assert_array_equal(new, drawn.render(objects))
    canvas = new


def test_pictures_share_no_memory():
  drawn = stage.Stage(32)
  first = drawn.render([_object()])
  copy = first.copy()
  second = drawn.render([_object(color=(0, 3, 0))])
  assert not np.shares_memory(first, second)
  np.testing.assert_array_equal(first, copy)
  second.fill(0)
  np.testing.assert_array_equal(drawn.render([_object()]), copy)


def test_compiled_is_what_is_drawn():
  drawn = stage.Stage(32)
  objects = _random_objects(np.random.RandomState(2), 9)
  model, data = drawn.compiled(objects)
  with gl.load().Renderer(model, 64, 64) as renderer:
    renderer.update_scene(data, camera=0)
    samples = renderer.render().reshape(32, 2, 32, 2, 3)
  picture = drawn.render(objects)
  assert np.abs(samples.mean(axis=(1, 3)) - picture).max() <= 0.5


def test_another_opengl_context_in_the_thread_does_no_harm():
  drawn, other = stage.Stage(32), stage.Stage(48)
  objects = _random_objects(np.random.RandomState(3), 9)
  expected = drawn.render(objects)
  model, data = other.compiled(objects)
  with gl.load().Renderer(model, 40, 40) as renderer:
    for _ in range(3):
      renderer.update_scene(data, camera=0)
      renderer.render()  # Leaves its own context current.
      np.testing.assert_array_equal(drawn.render(objects), expected)
      other.render(())
      np.testing.assert_array_equal(drawn.render(objects), expected)
  foreign = gl.Context()
  foreign.make_current()
  np.testing.assert_array_equal(drawn.render(objects), expected)
  foreign.free()
  np.testing.assert_array_equal(drawn.render(objects), expected)


def test_threads_draw_at_once_and_give_their_contexts_back():
  random = np.random.RandomState(4)
  scenes = [_random_objects(random, 8) for _ in range(12)]
  shared = stage.Stage(32)
  expected = [shared.render(objects) for objects in scenes]
  errors = []

  def draw(start):
    own = stage.Stage(32)
    for i in range(40):
      drawn = (shared, own)[i % 2]
      index = (start + 5 * i) % len(scenes)
      if not np.array_equal(drawn.render(scenes[index]), expected[index]):
        errors.append((start, i))

  def run():
    threads = [threading.Thread(target=draw, args=(i,)) for i in range(4)]
    for thread in threads:
      thread.start()
    for thread in threads:
      thread.join()

  for _ in range(3):
    run()
  before = _resident_mib()
  for _ in range(6):
    run()
  assert not errors
  # 24 threads; one context takes 8 MiB. What malloc keeps depends on what else
  # this process has done.
  assert _resident_mib() - before < 100
  np.testing.assert_array_equal(shared.render(scenes[0]), expected[0])


def test_thousands_of_pictures_take_no_memory():
  drawn = stage.Stage(32)
  scenes = [_random_objects(np.random.RandomState(i), 8) for i in range(10)]

  def draw(number):
    for i in range(number):
      objects = scenes[i % 10]
      canvas = drawn.render(objects[:-1])
      drawn.redraw(canvas, objects, objects[-1:])

  draw(500)
  before = _resident_mib()
  draw(2000)
  assert _resident_mib() - before < 4  # 4000 pictures are 12 MiB.


def _resident_mib():
  with open('/proc/self/statm', encoding='ascii') as file:
    return int(file.read().split()[1]) * 4096 / 2**20


def test_too_many_objects_are_refused():
  drawn = stage.Stage(32, max_objects=2)
  canvas = drawn.render([_object()] * 2)
  for call in (
    lambda: drawn.render([_object()] * 3),
    lambda: drawn.redraw(canvas, [_object()] * 3, [_object()]),
    lambda: drawn.compiled([_object()] * 3),
  ):
    with pytest.raises(ValueError, match=r'3 objects, .* room for 2'):
      call()


@pytest.mark.parametrize(
  'kwargs, message',
  [
    ({'canvas_width': 4}, 'canvas_width is 4'),
    ({'grid_width': 1}, 'grid_width is 1'),
    ({'max_objects': 0}, 'max_objects is 0'),
  ],
)
def test_bad_settings_are_refused(kwargs, message):
  with pytest.raises(ValueError, match=message):
    stage.Stage(**kwargs)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
