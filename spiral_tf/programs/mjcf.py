"""Scenes as MJCF, which MuJoCo and its viewer open."""

from spiral_tf.environments.mujoco import scene_model
from spiral_tf.programs import commands
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering

_MAX_WIDTH = 2048  # Of pictures, pixels; MuJoCo sets memory aside for them.


def dumps(program: program_lib.Program) -> str:
  """Writes what stands on the stage in the end.

  Args:
    program: of a stage.

  Returns:
    The text of an MJCF file: light, camera and platform as the agent's, and the
    objects, in the order they were put there, as geoms `object-1`, `object-2`
    and so on.

  Raises:
    ValueError: the program is not that of a stage.
  """
  if not isinstance(program.renderer, commands.Stage):
    raise ValueError(
      'MJCF describes scenes, but this program is that of a picture.'
    )
  return scene_model.to_xml(
    program.renderer.grid_width,
    rendering.objects(program),
    _MAX_WIDTH,
  )
