"""Scenes drawn at random: for data sets, and for agents to imitate."""

import numpy as np

from spiral_tf.environments.mujoco import scene_model

# Widths of the squares that objects stand on, by size, and from the first to
# the last column of locations, in cells of a 16x16 grid; see `SceneObject`.
_WIDTHS = np.array([2.5, 3.75, 5])
_REACH = 15


def sample(
  random: np.random.Generator,
  grid_width: int,
  min_objects: int,
  max_objects: int,
) -> list[scene_model.SceneObject]:
  """Draws a scene.

  The number of objects and the attributes of each are uniform. So is an
  object's location among the cells where it stands clear of those before it,
  seen from above; where there is no such cell, among those that are free.

  Args:
    random: where chance comes from.
    grid_width: rows, and columns, of locations.
    min_objects: the fewest objects.
    max_objects: the most objects, at most `grid_width**2`.

  Returns:
    The objects, in the order in which they are placed.
  """
  cells = np.arange(grid_width**2)
  step = _REACH / (grid_width - 1)
  places = step * np.stack(np.divmod(cells, grid_width), axis=-1)
  objects = []
  free = np.ones(len(cells), bool)
  for _ in range(random.integers(min_objects, max_objects, endpoint=True)):
    kind, size, red, green, blue = random.integers(
      [scene_model.NUM_KINDS, scene_model.NUM_SIZES]
      + 3 * [scene_model.NUM_COLOR_LEVELS]
    ).tolist()
    clear = free.copy()
    for other in objects:
      gaps = np.abs(places - places[other.location]).max(axis=-1)
      clear &= gaps > (_WIDTHS[size] + _WIDTHS[other.size]) / 2
    location = int(random.choice(cells[clear if clear.any() else free]))
    free[location] = False
    objects.append(
      scene_model.SceneObject(kind, location, size, red, green, blue)
    )
  return objects
