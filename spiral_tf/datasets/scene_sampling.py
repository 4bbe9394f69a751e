"""What stands in a scene: sampled, and as numbers in a file.

A program is the list of the objects in the order in which they are placed.
"""

import numpy as np

from spiral_tf.datasets import scenes
from spiral_tf.environments.mujoco import random_scene
from spiral_tf.environments.mujoco import stage


def sample(settings: scenes.Settings, index: int) -> list[stage.SceneObject]:
  """Samples what stands on the platform in a scene; see `random_scene.sample`.

  Args:
    settings: of the data set.
    index: number of the scene.

  Returns:
    The objects, in the order in which they are placed.
  """
  rng = np.random.default_rng(np.random.SeedSequence([settings.seed, index]))
  return random_scene.sample(
    rng, settings.grid_width, settings.min_objects, settings.max_objects
  )


def to_rows(objects: list[stage.SceneObject], max_objects: int) -> np.ndarray:
  """A program as the data set stores it, int32 `[max_objects, 6]`."""
  rows = np.full(
    [max_objects, scenes.PROPERTIES], scenes.NO_OBJECT, dtype=np.int32
  )
  if objects:
    rows[: len(objects)] = objects
  return rows
