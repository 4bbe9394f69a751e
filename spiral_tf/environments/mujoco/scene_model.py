"""A platform with simple objects on it, as a MuJoCo model (section 4.2).

All is fixed but for the objects: one light without shadows, a camera that looks
down at a grey square on a lighter floor. The four kinds of object are boxes,
spheres and cylinders, as in figure 10, and ellipsoids; made a cube, a ball, a
tall upright cylinder and a low ellipsoid that lies from left to right, they
differ in outline and shading when only a few pixels wide. The greys of platform
and floor lie between the levels of the colour components, so that objects of
every colour stand out.

Curved surfaces have as few triangles as look round in pictures of this size:
in software, triangles, not pixels, are most of the work.
"""

from collections.abc import Sequence
import itertools
from typing import NamedTuple

import numpy as np

from spiral_tf.environments.mujoco import gl

NUM_KINDS = 4
NUM_SIZES = 3
NUM_COLOR_LEVELS = 4

# Lengths are such that the platform is 2 wide and 20 cells of 16x16 locations.
# Its top is at height 0; x goes to the right, y away from the camera.
_RADII = np.array([1.25, 1.875, 2.5]) * (2 / 20)
_KINDS = ('box', 'sphere', 'cylinder', 'ellipsoid')
# The camera: where it is, what it calls up, and its angle of view, degrees. It
# calls right what x grows to.
_CAMERA = np.array([0, -3.1, 5.4])
_UP = np.array([0, 0.86, 0.51])
_VIEW = 22.2
# Half of the extents along x, y and z of each kind, in radii.
_EXTENTS = np.array([[1, 1, 1], [1, 1, 1], [0.7, 0.7, 1.2], [1, 0.6, 0.6]])
# MuJoCo's `geom_size` of each kind, in radii; a cylinder's has no y.
_SHAPES = np.array([[1, 1, 1], [1, 1, 1], [0.7, 1.2, 0], [1, 0.6, 0.6]])
_CORNERS = np.array(list(itertools.product((-1, 1), repeat=3)))
_SHOWN, _HIDDEN = 0, 5  # Groups of geoms; MuJoCo draws 0, 1 and 2.
_XML = """
<mujoco>
  <statistic center="0 0 0" extent="{extent}"/>
  <visual>
    <headlight active="0"/>
    <map znear="{near}" zfar="{far}"/>
    <global offwidth="{width}" offheight="{width}"/>
    <quality shadowsize="0" offsamples="0" numslices="12" numstacks="6"
      numquads="1"/>
  </visual>
  <worldbody>
    <light directional="true" castshadow="false" dir="0.3 0.5 -0.81"
      ambient="0.35 0.35 0.35" diffuse="0.8 0.8 0.8" specular="0 0 0"/>
    <camera pos="{camera}" xyaxes="1 0 0 {up}" fovy="{view}"/>
    {objects}
    <geom type="box" size="1 1 0.05" pos="0 0 -0.05" rgba="0.5 0.5 0.5 1"/>
    <geom type="box" size="9 9 1" pos="0 0 -1.1" rgba="0.83 0.83 0.83 1"/>
  </worldbody>
</mujoco>
"""
_SEEN_FROM = {
  'camera': ' '.join(f'{value:g}' for value in _CAMERA),
  'up': ' '.join(f'{value:g}' for value in _UP),
  'view': _VIEW,
}
_OBJECT = f'<geom type="sphere" size="1" group="{_HIDDEN}"/>'


class SceneObject(NamedTuple):
  """One object on the platform; every attribute is an index.

  Attributes:
    kind: 0 a cube, 1 a sphere, 2 an upright cylinder, 3 a lying ellipsoid.
    location: the cell in row `location // grid_width`, of which the first is
      the farthest, and column `location % grid_width`, the first the leftmost.
    size: 0, 1, 2, a width of 2.5, 3.75, 5 cells of a 16x16 grid; in a coarser
      or finer grid the sizes are the same.
    red: level of 4, evenly from 0 to 1.
    green: likewise.
    blue: likewise.
  """

  kind: int
  location: int
  size: int
  red: int
  green: int
  blue: int


class Box(NamedTuple):
  """Part of the picture, pixels, `bottom` and `right` exclusive."""

  top: int
  left: int
  bottom: int
  right: int


def to_xml(
  grid_width: int, objects: Sequence[SceneObject], max_width: int
) -> str:
  """Writes a scene as MJCF, in which the objects are geoms `object-1`, ...

  Args:
    grid_width: rows, and columns, of locations.
    objects: what is on the platform.
    max_width: width and height, pixels, of the largest pictures that
      `mujoco.Renderer` will make of it; viewers do not mind.

  Returns:
    The text of the file.
  """
  places, levels = _places(grid_width), _levels()
  geoms = []
  for number, item in enumerate(objects, 1):
    x, y = places[item.location]
    z = _EXTENTS[item.kind, 2] * _RADII[item.size]
    size = ' '.join(f'{v:g}' for v in _SHAPES[item.kind] * _RADII[item.size])
    rgb = ' '.join(f'{levels[v]:.4g}' for v in item[3:])
    geoms.append(
      f'<geom name="object-{number}" type="{_KINDS[item.kind]}" '
      f'size="{size}" pos="{x:.6g} {y:.6g} {z:.6g}" rgba="{rgb} 1"/>'
    )
  # Viewers begin at 1.5 extents from the centre, and go nearer.
  text = _XML.format(
    width=max_width,
    extent=2,
    near=0.05,
    far=10,
    objects='\n    '.join(geoms),
    **_SEEN_FROM,
  )
  return text.lstrip()


def centers(grid_width: int) -> np.ndarray:
  """Where the camera sees what stands at each location.

  Args:
    grid_width: rows, and columns, of locations.

  Returns:
    float32 `[grid_width**2, 2]`, the middle of a cube or sphere of middle size,
    (row, column), as shares of the picture's height and width.
  """
  ground = np.array(_places(grid_width))
  height = np.full([len(ground), 1], _RADII[1])
  away = np.concatenate([ground, height], axis=1) - _CAMERA
  up = _UP / np.linalg.norm(_UP)
  right = np.array([1.0, 0.0, 0.0])
  seen = away @ np.stack([-up, right], axis=1)
  depth = away @ np.cross(up, right)
  focus = 1 / np.tan(np.radians(_VIEW) / 2)
  return ((1 + focus * seen / depth[:, np.newaxis]) / 2).astype(np.float32)


def _places(grid_width: int) -> list[tuple[float, float]]:
  """x and y of each location."""
  reach = 1 - _RADII.max()
  ticks = np.linspace(-reach, reach, grid_width).tolist()
  return [(x, -y) for y in ticks for x in ticks]


def _levels() -> list[float]:
  return np.linspace(0, 1, NUM_COLOR_LEVELS).tolist()


class SceneModel:
  """A MuJoCo model with a pool of geoms that become the objects.

  Attributes:
    model: MuJoCo's `MjModel`; never compiled again, only written to.
    data: its `MjData`.
  """

  def __init__(self, canvas_width: int, grid_width: int, max_objects: int):
    """Compiles the model.

    Args:
      canvas_width: width and height of the picture, pixels. MuJoCo's offscreen
        buffer is twice as wide.
      grid_width: rows, and columns, of locations, evenly spread so that the
        largest object at the border just stays on the platform.
      max_objects: geoms in the pool.

    Raises:
      RuntimeError: MuJoCo cannot be loaded.
    """
    mujoco = gl.load()
    xml = _XML.format(
      width=2 * canvas_width,
      extent=1,
      near=1,
      far=20,
      objects=_OBJECT * max_objects,
      **_SEEN_FROM,
    )
    self.model = mujoco.MjModel.from_xml_string(xml)
    self.data = mujoco.MjData(self.model)
    mujoco.mj_forward(self.model, self.data)  # Places camera and platform.

    # Views of what distinguishes objects. Positions are written to `data`, from
    # where MuJoCo draws; those in the model stay as they were compiled.
    pool = slice(max_objects)  # Platform and floor come after.
    self._group = self.model.geom_group[pool]
    self._floor_group = self.model.geom_group[-1:]
    self._type = self.model.geom_type[pool]
    self._size = self.model.geom_size[pool]
    self._rgb = self.model.geom_rgba[pool, :3]
    self._position = self.data.geom_xpos[pool]

    # What objects can be, by kind, size, location and level: in lists, from
    # which a single value is read faster than from arrays.
    self._types = [
      getattr(mujoco.mjtGeom, f'mjGEOM_{kind.upper()}').value for kind in _KINDS
    ]
    self._sizes = (_SHAPES[:, np.newaxis] * _RADII[:, np.newaxis]).tolist()
    self._heights = np.outer(_EXTENTS[:, 2], _RADII).tolist()
    self._xy = _places(grid_width)
    self._levels = _levels()

    # Where objects are in the picture.
    self._width = canvas_width
    self._boxes: dict[tuple[int, int, int], Box] = {}
    left_edge = np.array([[-1, 1, 0], [-1, -1, 0]])  # The platform's corners.
    self._left_edge = self._pixels(left_edge).tolist()

  def place(self, objects: Sequence[SceneObject], floor: bool = True) -> None:
    """Makes the geoms show some objects and no others.

    Args:
      objects: at most `max_objects`.
      floor: whether to show the floor around the platform.
    """
    self._floor_group[0] = _SHOWN if floor else _HIDDEN
    self._group[: len(objects)] = _SHOWN
    self._group[len(objects) :] = _HIDDEN
    for i, (kind, location, size, red, green, blue) in enumerate(objects):
      self._type[i] = self._types[kind]
      self._size[i] = self._sizes[kind][size]
      self._rgb[i] = self._levels[red], self._levels[green], self._levels[blue]
      self._position[i] = *self._xy[location], self._heights[kind][size]

  def box(self, scene_object: SceneObject) -> Box:
    """Finds the part of the picture that an object may reach into.

    Args:
      scene_object: the object; its colour does not matter.

    Returns:
      The part, with a pixel to spare, within the picture.
    """
    kind, location, size = scene_object[:3]
    box = self._boxes.get((kind, location, size))
    if box is None:
      center = [*self._xy[location], self._heights[kind][size]]
      pixels = self._pixels(center + _CORNERS * _EXTENTS[kind] * _RADII[size])
      low = np.floor(pixels.min(axis=0)).astype(int) - 1
      high = np.ceil(pixels.max(axis=0)).astype(int) + 1
      left, top = np.clip(low, 0, self._width).tolist()
      right, bottom = np.clip(high, 0, self._width).tolist()
      box = self._boxes[kind, location, size] = Box(top, left, bottom, right)
    return box

  def on_platform(self, part: Box) -> bool:
    """Whether a part of the picture shows none of the floor.

    Args:
      part: where to look.

    Returns:
      True if all of its pixels are surely on the platform.
    """
    # The platform is symmetric, and the wider the nearer it is to the camera,
    # so that the upper corners of the part decide.
    (far_x, far_y), (near_x, near_y) = self._left_edge
    if part.top < far_y + 1 or part.bottom > near_y - 1:
      return False
    share = (part.top - far_y) / (near_y - far_y)
    left = far_x + share * (near_x - far_x) + 1
    return part.left > left and part.right < self._width - left

  def _pixels(self, points: np.ndarray) -> np.ndarray:
    """Where the camera sees points `[N, 3]`: x and y `[N, 2]`, in pixels."""
    # To the right, up and towards the camera.
    axes = self.data.cam_xmat[0].reshape(3, 3)
    seen = (points - self.data.cam_xpos[0]) @ axes
    focus = 1 / np.tan(np.radians(self.model.cam_fovy[0]) / 2)
    xy = focus * seen[:, :2] / -seen[:, 2:]  # In [-1, 1].
    return (1 + xy * [1, -1]) * self._width / 2
