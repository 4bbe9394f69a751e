"""Pictures to try that need no file: made here, or installed with packages."""

from collections.abc import Callable
from collections.abc import Mapping
import io
import os
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image

from spiral_tf.agents import agent as agent_lib
from spiral_tf.programs import canvas
from spiral_tf.programs import platform
from spiral_tf.programs import program as program_lib
from spiral_tf.web import offers

# Longer side of a picture, pixels, at most.
_SIZE = 512


class Example(NamedTuple):
  """A picture to try.

  Attributes:
    name: of the picture, also in addresses.
    title: what it is.
    painter: who suits it, by name.
    png: the picture as a file.
  """

  name: str
  title: str
  painter: str
  png: bytes


class _Source(NamedTuple):
  """Where a picture comes from.

  Attributes:
    title: see `Example`.
    data: data sets whose agents suit it; none for search.
    make: makes it for the agent that does, uint8 `[H, W]` or `[H, W, 3]`.
  """

  title: str
  data: tuple[str, ...]
  make: Callable[[agent_lib.Agent | None], np.ndarray]


def every(agents: Mapping[str, agent_lib.Agent]) -> list[Example]:
  """Makes the pictures that somebody here can paint.

  Args:
    agents: by name.

  Returns:
    The examples, in the order in which to show them.
  """
  made = []
  for name, source in _SOURCES.items():
    painter = offers.SEARCH
    if source.data:
      painter = offers.of_data(agents, source.data)
    if painter is None:
      continue
    picture = source.make(agents.get(painter))
    data = io.BytesIO()
    Image.fromarray(picture).save(data, 'PNG')
    made.append(Example(name, source.title, painter, data.getvalue()))
  return made


def _pen_drawing(radius: float, *strokes: tuple[tuple[float, float], ...]):
  """A drawing in curves on 28 by 28 cells: start, control point, end, ..."""
  commands: list[canvas.Move | canvas.Stroke] = []
  for start, *rest in strokes:
    commands += [canvas.Move(start)] * 2
    for control, end in zip(rest[::2], rest[1::2]):
      commands.append(canvas.Stroke(control, end, 1.0, radius))
  paper = canvas.Canvas(28, grid_width=28, brush='deevad/liner')
  program = program_lib.Program(paper, tuple(commands))
  return lambda agent: program.render(280)[..., 0]


def _scene(agent: agent_lib.Agent) -> np.ndarray:
  """Three objects, as the agent would see them."""
  renderer = agent.renderer
  objects = (
    ('cube', (0.3, 0.3), 2, (3, 2, 0)),
    ('sphere', (0.45, 0.7), 2, (0, 1, 3)),
    ('cylinder', (0.75, 0.45), 1, (3, 0, 1)),
  )
  put = tuple(
    platform.Put(
      kind,
      tuple(int(share * renderer.grid_width) for share in place),
      size,
      color,
    )
    for kind, place, size, color in objects
  )
  return program_lib.Program(renderer, put).render()


def _portrait(agent: agent_lib.Agent) -> np.ndarray:
  """Grace Hopper, by the U.S. Navy: in the public domain, with matplotlib."""
  folder = os.path.join(matplotlib.get_data_path(), 'sample_data')
  with Image.open(os.path.join(folder, 'grace_hopper.jpg')) as image:
    face = image.convert('RGB').crop((70, 0, 442, 372))
  return np.asarray(face.resize((256, 256), Image.Resampling.LANCZOS))


def _photograph(agent: None) -> np.ndarray:
  """A flower, by vultilion, CC BY 2.0, with scikit-learn."""
  # Imported here: it takes a second.
  from sklearn import datasets

  image = Image.fromarray(datasets.load_sample_image('flower.jpg'))
  image.thumbnail((_SIZE, _SIZE), Image.Resampling.LANCZOS)
  return np.asarray(image)


_SOURCES = {
  'digit': _Source(
    'a digit',
    ('mnist', 'digits'),
    _pen_drawing(
      1.3,
      ((6, 7), (5, 14), (6, 20), (14, 15), (23, 12)),
    ),
  ),
  'character': _Source(
    'a character',
    ('omniglot',),
    _pen_drawing(
      0.55,
      ((5, 7), (5, 14), (5, 21)),
      ((5, 14), (14, 14), (23, 14)),
      ((10, 14), (16, 11), (20, 5)),
      ((10, 14), (16, 17), (20, 23)),
    ),
  ),
  'portrait': _Source('a portrait', ('celeba',), _portrait),
  'photograph': _Source('a photograph', (), _photograph),
  'scene': _Source('a scene', ('scenes',), _scene),
}
