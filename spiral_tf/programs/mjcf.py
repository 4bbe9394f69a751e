"""Scenes as MJCF, which MuJoCo and its viewer open."""

from collections.abc import Sequence

from spiral_tf import pictures
from spiral_tf.environments.mujoco import scene_model
from spiral_tf.programs import platform as platform_lib

# Width and height of pictures that can be rendered from the file, pixels, at
# most: MuJoCo sets memory aside for them.
_MAX_WIDTH = 2048


def dumps(
  platform: platform_lib.Platform, commands: Sequence[platform_lib.Put]
) -> str:
  """Writes what stands on the platform in the end.

  Args:
    platform: the platform.
    commands: those of a program.

  Returns:
    The text of an MJCF file: light, camera and platform as the agent's, and the
    objects, in the order they were put there, as geoms `object-1`, `object-2`
    and so on.
  """
  text = scene_model.to_xml(
    platform.grid_width, platform.objects(commands), _MAX_WIDTH
  )
  return f'<!-- A scene of {pictures.SOFTWARE}. -->\n{text}'
