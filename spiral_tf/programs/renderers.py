"""Which renderers there are: a line each, and no other place counts them."""

from spiral_tf.config import sections
from spiral_tf.programs import canvas
from spiral_tf.programs import platform
from spiral_tf.programs import renderer

KINDS: tuple[type[renderer.Renderer], ...] = (
  canvas.Canvas,
  platform.Platform,
)
BY_NAME = {kind.name: kind for kind in KINDS}


def of(environment: sections.EnvironmentConfig) -> renderer.Renderer:
  """The renderer that makes the pictures of an environment again.

  Args:
    environment: settings of the environment.

  Returns:
    The record.

  Raises:
    ValueError: there is none of the environment's name.
  """
  if environment.name not in BY_NAME:
    raise ValueError(
      f'there is no renderer {environment.name!r}, but {", ".join(BY_NAME)}: '
      'add it to spiral_tf/programs/renderers.py.'
    )
  return BY_NAME[environment.name].of(environment)
