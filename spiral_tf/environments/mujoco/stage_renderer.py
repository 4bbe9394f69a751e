"""Draws scenes in one thread, with its own OpenGL context.

Pictures are drawn at twice their width and averaged, four samples a pixel.
OpenGL's own multisampling does the same for several times the price in
software (`launch.benchmarks.scenes` measures both) and leaves it to the driver
where the samples are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spiral_tf.environments.mujoco import gl
from spiral_tf.environments.mujoco import scene_model

_Objects = Sequence[scene_model.SceneObject]


class Settings(NamedTuple):
  """All that a renderer depends on; see `stage.Stage`."""

  canvas_width: int
  grid_width: int
  max_objects: int


class Renderer:
  """A scene and the OpenGL context that draws it.

  Attributes:
    scene: the `SceneModel`.
  """

  def __init__(self, settings: Settings):
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

  def render(self, objects: _Objects) -> np.ndarray:
    """See `stage.Stage.render`."""
    canvas = np.empty([self._width, self._width, 3], np.uint8)
    self._draw(objects, [self._whole], canvas)
    return canvas

  def redraw(
    self,
    canvas: np.ndarray,
    objects: _Objects,
    changed: _Objects,
  ) -> np.ndarray:
    """See `stage.Stage.redraw`."""
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

  def samples(
    self, objects: _Objects, part: scene_model.Box
  ) -> tuple[np.ndarray, np.ndarray]:
    """See `stage.Stage.samples`."""
    self._render(objects, floor=True)
    colors = self._read(part)
    # MuJoCo's own `mjr_readPixels` gives depths that are rounded, too coarse to
    # say which of two samples is nearer. It is what chose the buffer, though.
    gl_module = self._context.gl
    depths = gl_module.glReadPixels(
      2 * part.left,
      2 * (self._width - part.bottom),
      2 * (part.right - part.left),
      2 * (part.bottom - part.top),
      gl_module.GL_DEPTH_COMPONENT,
      gl_module.GL_FLOAT,
    )
    self._context.release()
    return colors[::-1], np.array(depths).reshape(colors.shape[:2])[::-1]

  def _draw(
    self,
    objects: _Objects,
    parts: Sequence[scene_model.Box],
    canvas: np.ndarray,
  ) -> None:
    """Writes parts of the picture of these objects into a canvas."""
    self._render(objects, not all(map(self.scene.on_platform, parts)))
    for part in parts:
      top, left, bottom, right = part
      canvas[top:bottom, left:right] = averaged(self._read(part)[::-1])
    self._context.release()

  def _render(self, objects: _Objects, floor: bool) -> None:
    """Draws objects, and leaves the context current."""
    mujoco = self._mujoco
    self.scene.place(objects, floor)
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

  def _read(self, part: scene_model.Box) -> np.ndarray:
    """The samples of a part, uint8 `[2 H, 2 W, 3]`, the lowest row first."""
    top, left, bottom, right = part
    height, width = 2 * (bottom - top), 2 * (right - left)
    samples = np.empty([height, width, 3], np.uint8)
    rectangle = self._mujoco.MjrRect(
      2 * left, 2 * (self._width - bottom), width, height
    )
    self._mujoco.mjr_readPixels(samples, None, rectangle, self._mjr_context)
    return samples


def averaged(samples: np.ndarray) -> np.ndarray:
  """Makes pixels of samples.

  Args:
    samples: uint8 `[2 H, 2 W, 3]`.

  Returns:
    Means of 2x2, rounded, uint8 `[H, W, 3]`.
  """
  height, width, _ = samples.shape
  pairs = np.add(samples[::2], samples[1::2], dtype=np.uint16)
  pairs = pairs.reshape(height // 2, width // 2, 2, 3)
  means = pairs[:, :, 0] + pairs[:, :, 1]
  means += 2
  means >>= 2
  return means.astype(np.uint8)
