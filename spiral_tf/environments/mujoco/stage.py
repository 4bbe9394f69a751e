"""Draws scenes, in any thread.

Pictures are drawn at twice their width and averaged, four samples a pixel.
OpenGL's own multisampling does the same for several times the price in
software (`launch.benchmarks.scenes` measures both) and leaves it to the driver
where the samples are.
"""

import atexit
from collections.abc import Sequence
import threading
from typing import Any, NamedTuple

import numpy as np

from spiral_tf.config import sections
from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import scene_model

NUM_KINDS = scene_model.NUM_KINDS
NUM_SIZES = scene_model.NUM_SIZES
NUM_COLOR_LEVELS = scene_model.NUM_COLOR_LEVELS
SceneObject = scene_model.SceneObject

# The renderers of each thread, for an OpenGL context belongs to one thread.
_LOCAL = threading.local()


class _Settings(NamedTuple):
  """All that a renderer depends on; see `Stage`."""

  canvas_width: int
  grid_width: int
  max_objects: int


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
    self._settings = _Settings(canvas_width, grid_width, max_objects)

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


def _renderer(settings: _Settings) -> '_Renderer':
  """This thread's renderer."""
  renderers: dict[_Settings, _Renderer] = _LOCAL.__dict__
  if settings not in renderers:
    first = not renderers
    renderers[settings] = _Renderer(settings)
    if first and threading.current_thread() is threading.main_thread():
      # Frees them while OpenGL still works, which ends at exit too: what was
      # registered last is called first.
      atexit.register(renderers.clear)
  return renderers[settings]


class _Renderer:
  """A scene and the OpenGL context that draws it.

  Attributes:
    scene: the `SceneModel`.
  """

  def __init__(self, settings: _Settings):
    """Creates the scene and the context."""
    mujoco = self._mujoco = gl.load()
    self._width = settings.canvas_width
    buffer_width = 2 * self._width
    self.scene = scene_model.SceneModel(*settings)
    model = self.scene.model
    self._view = mujoco.MjvScene(model, maxgeom=model.ngeom)
    self._option = mujoco.MjvOption()
    self._camera = mujoco.MjvCamera()
    self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
    self._camera.fixedcamid = 0
    self._everything = mujoco.mjtCatBit.mjCAT_ALL.value
    self._whole = scene_model.Box(0, 0, self._width, self._width)
    self._buffer = mujoco.MjrRect(0, 0, buffer_width, buffer_width)
    self._context = gl.Context()
    self._context.make_current()
    font = mujoco.mjtFontScale.mjFONTSCALE_50  # The least; none is drawn.
    self._mjr_context = mujoco.MjrContext(model, font.value)
    offscreen = mujoco.mjtFramebuffer.mjFB_OFFSCREEN
    mujoco.mjr_setBuffer(offscreen.value, self._mjr_context)
    self._context.release()

  def __del__(self):
    if hasattr(self, '_mjr_context'):
      self._context.make_current()
      self._mjr_context.free()
    if hasattr(self, '_context'):
      self._context.free()

  def render(self, objects: Sequence[SceneObject]) -> np.ndarray:
    """See `Stage.render`."""
    canvas = np.empty([self._width, self._width, 3], np.uint8)
    self._draw(objects, [self._whole], canvas)
    return canvas

  def redraw(
    self,
    canvas: np.ndarray,
    objects: Sequence[SceneObject],
    changed: Sequence[SceneObject],
  ) -> np.ndarray:
    """See `Stage.redraw`."""
    parts = [self.scene.box(o) for o in changed]
    reaching = []
    for scene_object in objects:
      top, left, bottom, right = self.scene.box(scene_object)
      for part in parts:
        if (
          top < part.bottom
          and bottom > part.top
          and left < part.right
          and right > part.left
        ):
          reaching.append(scene_object)
          break
    canvas = canvas.copy()
    self._draw(reaching, parts, canvas)
    return canvas

  def _draw(
    self,
    objects: Sequence[SceneObject],
    parts: Sequence[scene_model.Box],
    canvas: np.ndarray,
  ) -> None:
    """Writes parts of the picture of these objects into a canvas."""
    mujoco = self._mujoco
    self.scene.place(objects, not all(map(self.scene.on_platform, parts)))
    self._context.make_current()
    mujoco.mjv_updateScene(
      self.scene.model,
      self.scene.data,
      self._option,
      None,
      self._camera,
      self._everything,
      self._view,
    )
    mujoco.mjr_render(self._buffer, self._view, self._mjr_context)
    for top, left, bottom, right in parts:
      height, width = bottom - top, right - left
      samples = np.empty([2 * height, 2 * width, 3], np.uint8)
      rectangle = mujoco.MjrRect(
        2 * left, 2 * (self._width - bottom), 2 * width, 2 * height
      )
      mujoco.mjr_readPixels(samples, None, rectangle, self._mjr_context)
      # Means of 2x2, rounded. OpenGL's first row is the lowest.
      pairs = np.add(samples[::-2], samples[-2::-2], dtype=np.uint16)
      pairs = pairs.reshape(height, width, 2, 3)
      means = pairs[:, :, 0] + pairs[:, :, 1]
      means += 2
      means >>= 2
      canvas[top:bottom, left:right] = means
    self._context.release()
