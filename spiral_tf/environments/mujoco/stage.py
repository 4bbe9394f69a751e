"""Draws scenes, in any thread."""

import atexit
from collections.abc import Sequence
import threading
from typing import Any

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import stage_renderer

NUM_KINDS = scene_model.NUM_KINDS
NUM_SIZES = scene_model.NUM_SIZES
NUM_COLOR_LEVELS = scene_model.NUM_COLOR_LEVELS
SceneObject = scene_model.SceneObject

# The renderers of each thread, for an OpenGL context belongs to one thread.
_LOCAL = threading.local()


class Stage:
  """Draws objects on the platform; any thread may use it at any time.

  A stage itself is only its settings. Each thread that draws gets one renderer
  for all stages with the same settings, when it first needs it, and gives it
  back when it ends. Other OpenGL contexts in the thread do no harm.
  """

  def __init__(
    self, canvas_width: int = 64, grid_width: int = 16, max_objects: int = 20
  ):
    """Creates the stage.

    Args:
      canvas_width: width and height of the pictures, pixels.
      grid_width: rows, and columns, of the grid of locations.
      max_objects: the most objects a picture may have.

    Raises:
      ValueError: an argument is out of range.
      RuntimeError: there is no OpenGL that MuJoCo can draw with.
    """
    sections.EnvironmentConfig(  # Refuses what is out of range.
      name='scenes',
      canvas_width=canvas_width,
      grid_width=grid_width,
      max_objects=max_objects,
    )
    gl.load()
    self._settings = stage_renderer.Settings(
      canvas_width, grid_width, max_objects
    )

  def render(self, objects: Sequence[SceneObject]) -> np.ndarray:
    """Draws the platform with some objects.

    Args:
      objects: what is on the platform. Where two share a surface, the order
        may decide which one is seen.

    Returns:
      uint8 `[W, W, 3]`, the caller's own.

    Raises:
      ValueError: there are more than `max_objects`.
    """
    self._check(objects)
    return _renderer(self._settings).render(objects)

  def redraw(
    self,
    canvas: np.ndarray,
    objects: Sequence[SceneObject],
    changed: Sequence[SceneObject],
  ) -> np.ndarray:
    """Does what `render(objects)` does, faster, given the picture before.

    Only the parts that changed are read, and only the objects that reach into
    them are drawn.

    Args:
      canvas: uint8 `[W, W, 3]`, the picture of the objects before.
      objects: what is on the platform now; what stayed is in the same order.
      changed: what was added and what was removed.

    Returns:
      uint8 `[W, W, 3]`, the caller's own, the same as `render(objects)`.

    Raises:
      ValueError: there are more than `max_objects`.
    """
    self._check(objects)
    if not changed:
      return canvas.copy()
    return _renderer(self._settings).redraw(canvas, objects, changed)

  def box(self, scene_object: SceneObject) -> scene_model.Box:
    """Finds the part of the picture that an object may reach into.

    Args:
      scene_object: the object; its colour does not matter.

    Returns:
      The part.
    """
    return _renderer(self._settings).scene.box(scene_object)

  def samples(
    self, objects: Sequence[SceneObject], part: scene_model.Box
  ) -> tuple[np.ndarray, np.ndarray]:
    """Draws part of a picture before it is averaged, two samples a pixel wide.

    Args:
      objects: what is on the platform.
      part: `H` rows and `W` columns of pixels.

    Returns:
      Colours, uint8 `[2 H, 2 W, 3]`; and how near to the camera each sample is,
      float32 `[2 H, 2 W]`, as OpenGL compares them: where a sample of an object
      is at least as near as what was drawn before, it covers that.

    Raises:
      ValueError: there are more than `max_objects`.
    """
    self._check(objects)
    return _renderer(self._settings).samples(objects, part)

  def compiled(self, objects: Sequence[SceneObject]) -> tuple[Any, Any]:
    """MuJoCo's model and data of some objects, for other tools of MuJoCo's.

    Args:
      objects: what is on the platform.

    Returns:
      The `MjModel` and `MjData` that this thread draws with; the next call
      changes them.

    Raises:
      ValueError: there are more than `max_objects`.
    """
    self._check(objects)
    scene = _renderer(self._settings).scene
    scene.place(objects)
    return scene.model, scene.data

  def _check(self, objects: Sequence[SceneObject]) -> None:
    """Refuses too many objects."""
    if len(objects) > self._settings.max_objects:
      raise ValueError(
        f'there are {len(objects)} objects, but this stage has room for '
        f'{self._settings.max_objects}; make it with a larger max_objects.'
      )


def _renderer(settings: stage_renderer.Settings) -> stage_renderer.Renderer:
  """This thread's renderer."""
  renderers: dict[stage_renderer.Settings, stage_renderer.Renderer] = (
    _LOCAL.__dict__
  )
  if settings not in renderers:
    first = not renderers
    renderers[settings] = stage_renderer.Renderer(settings)
    if first and threading.current_thread() is threading.main_thread():
      # Frees them while OpenGL still works, which ends at exit too: what was
      # registered last is called first.
      atexit.register(renderers.clear)
  return renderers[settings]
