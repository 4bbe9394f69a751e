"""Pictures of scenes pieced together from pictures of single objects.

Objects cast no shadows and do not mirror each other, so how one looks depends
on itself only, and which one is seen on what is nearest. What is pieced
together is what `stage.Stage` renders, to the last bit, in a fraction of the
time where the same objects come again and again, as they do in a search and in
training.
"""

from collections.abc import Sequence
import threading
from typing import NamedTuple

import numpy as np

from spiral_tf.environments.mujoco import scene_model
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.environments.mujoco import stage_renderer

# Bytes of the sprites of a stage that are kept, about. All of 64 pixels and a
# 16x16 grid take 30 MB.
_MAX_BYTES = 256 * 2**20
# Levels of an object that is drawn once for all of its colours: channels do not
# depend on each other, and level 0 is black in any light.
_LEVELS = 1, 2, 3


# The sprites that each thread used last, by the settings of their stages: the
# next search or episode has use for them. Environments may take turns.
_LOCAL = threading.local()
_MAX_STAGES = 3


def of(canvas_width: int, grid_width: int, max_objects: int) -> 'Sprites':
  """This thread's sprites of a stage; the arguments are those of `stage.Stage`.

  Raises:
    ValueError: an argument is out of range.
    RuntimeError: there is no OpenGL that MuJoCo can draw with.
  """
  settings = canvas_width, grid_width, max_objects
  kept: dict[tuple[int, int, int], Sprites] = _LOCAL.__dict__
  sprites = kept.pop(settings, None)
  if sprites is None:
    sprites = Sprites(stage_lib.Stage(*settings), canvas_width)
    if len(kept) == _MAX_STAGES:
      del kept[next(iter(kept))]  # What was used the longest time ago.
  kept[settings] = sprites
  return sprites


class _Sprite(NamedTuple):
  """An object without a colour, alone on the platform.

  Attributes:
    box: the pixels that it may reach into, `H` rows and `W` columns.
    levels: what each level of a channel looks like, uint8 `[4, 2 H, 2 W]`.
    depths: float32 `[2 H, 2 W]`, see `stage.Stage.samples`; where the object is
      not, -1, which is behind everything.
  """

  box: scene_model.Box
  levels: np.ndarray
  depths: np.ndarray


class Sprites:
  """Draws parts of pictures, and keeps what objects look like.

  For one thread at a time.
  """

  def __init__(self, stage: stage_lib.Stage, canvas_width: int):
    """Creates the sprites of a stage, which are drawn when first needed.

    Args:
      stage: where objects are drawn.
      canvas_width: its width, pixels.
    """
    self._stage = stage
    whole = scene_model.Box(0, 0, canvas_width, canvas_width)
    self._colors, self._depths = stage.samples((), whole)
    self._sprites: dict[tuple[int, int, int], _Sprite] = {}
    self._bytes = 0

  def box(self, scene_object: stage_lib.SceneObject) -> scene_model.Box:
    """The part of the picture that an object may reach into."""
    return self._stage.box(scene_object)

  def draw(
    self, objects: Sequence[stage_lib.SceneObject], part: scene_model.Box
  ) -> np.ndarray:
    """Draws a part of what `stage.Stage.render` draws.

    Args:
      objects: what is on the platform.
      part: `H` rows and `W` columns of pixels.

    Returns:
      uint8 `[H, W, 3]`.
    """
    top, left, bottom, right = part
    view = slice(2 * top, 2 * bottom), slice(2 * left, 2 * right)
    colors, depths = self._colors[view].copy(), self._depths[view].copy()
    for scene_object in objects:
      box, levels, own = self._sprite(scene_object)
      # Of both, from the upper left corner of the one and of the other.
      high, low = max(top, box.top), min(bottom, box.bottom)
      first, last = max(left, box.left), min(right, box.right)
      if high >= low or first >= last:
        continue
      here = (
        slice(2 * (high - top), 2 * (low - top)),
        slice(2 * (first - left), 2 * (last - left)),
      )
      there = (
        slice(2 * (high - box.top), 2 * (low - box.top)),
        slice(2 * (first - box.left), 2 * (last - box.left)),
      )
      own, behind = own[there], depths[here]
      seen = own >= behind
      np.copyto(behind, own, where=seen)
      under = colors[here]
      for channel, level in enumerate(scene_object[3:]):
        np.copyto(under[..., channel], levels[level][there], where=seen)
    return stage_renderer.averaged(colors)

  def _sprite(self, scene_object: stage_lib.SceneObject) -> _Sprite:
    """What an object looks like."""
    key = scene_object[:3]
    sprite = self._sprites.get(key)
    if sprite is None:
      box = self._stage.box(scene_object)
      alone = stage_lib.SceneObject(*key, *_LEVELS)
      colors, depths = self._stage.samples([alone], box)
      view = (
        slice(2 * box.top, 2 * box.bottom),
        slice(2 * box.left, 2 * box.right),
      )
      levels = np.zeros([stage_lib.NUM_COLOR_LEVELS, *depths.shape], np.uint8)
      levels[1:] = np.moveaxis(colors, -1, 0)
      depths = np.where(depths > self._depths[view], depths, np.float32(-1))
      sprite = _Sprite(box, levels, depths)
      if self._bytes > _MAX_BYTES:
        self._sprites.clear()
        self._bytes = 0
      self._sprites[key] = sprite
      self._bytes += levels.nbytes + depths.nbytes
    return sprite
