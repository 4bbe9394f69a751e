"""What stands in a scene: sampled, and as numbers in a file.

A program is the list of the objects in the order in which they are placed.
"""

import numpy as np

from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import stage

# Widths of the squares that objects stand on, by size, and from the first to
# the last column of locations, in cells of a 16x16 grid; see `SceneObject`.
_WIDTHS = np.array([2.5, 3.75, 5])
_REACH = 15


def sample(settings: scenes.Settings, index: int) -> list[stage.SceneObject]:
  """Samples what stands on the platform in a scene.

  The number of objects and the attributes of each are uniform. So is an
  object's location among the cells where it stands clear of those before it,
  seen from above; where there is no such cell, among those that are free.

  Args:
    settings: of the data set.
    index: number of the scene.

  Returns:
    The objects, in the order in which they are placed.
  """
  rng = np.random.default_rng(np.random.SeedSequence([settings.seed, index]))
  cells = np.arange(settings.grid_width**2)
  step = _REACH / (settings.grid_width - 1)
  places = step * np.stack(np.divmod(cells, settings.grid_width), axis=-1)
  objects = []
  free = np.ones(len(cells), bool)
  for _ in range(
    rng.integers(settings.min_objects, settings.max_objects, endpoint=True)
  ):
    kind, size, red, green, blue = rng.integers(
      [stage.NUM_KINDS, stage.NUM_SIZES] + 3 * [stage.NUM_COLOR_LEVELS]
    ).tolist()
    clear = free.copy()
    for other in objects:
      gaps = np.abs(places - places[other.location]).max(axis=-1)
      clear &= gaps > (_WIDTHS[size] + _WIDTHS[other.size]) / 2
    location = int(rng.choice(cells[clear if clear.any() else free]))
    free[location] = False
    objects.append(stage.SceneObject(kind, location, size, red, green, blue))
  return objects


def to_rows(objects: list[stage.SceneObject], max_objects: int) -> np.ndarray:
  """A program as the data set stores it, int32 `[max_objects, 6]`."""
  rows = np.full(
    [max_objects, scenes.PROPERTIES], scenes.NO_OBJECT, dtype=np.int32
  )
  if objects:
    rows[: len(objects)] = objects
  return rows
