"""An agent that proposes strokes to the painter of photographs.

It looks into windows of the photograph where something is missing, at what is
painted there and at what should be, and draws as it would to the end. Of the
strokes that it makes in a window it proposes one, by chance, as the first are
broad and the last are fine: its place, its bend and its width. The painter
finds the best colour for it.

proposals = proposing.by(saved_model.load('models/photos_small'))
program = spiral_tf.paint_photo('photo.jpg', proposals=proposals)
"""

from collections.abc import Iterator

import numpy as np

from spiral_tf.agents import inputs
from spiral_tf.agents import saved_model
from spiral_tf.agents import studio as studio_lib
from spiral_tf.agents import tiles
from spiral_tf.environments import mypaint
from spiral_tf.search import proposals
from spiral_tf.search import scanning

# Pixels of the photograph that a side of a window has, at least.
_MIN_WINDOW = 16


def by(
  loaded: saved_model.LoadedAgent,
  number: int = proposals.CANDIDATES,
  temperature: float = 1.0,
) -> proposals.Make:
  """Lets an agent propose.

  Args:
    loaded: the agent.
    number: of windows that it looks into in one pass, each for one stroke.
    temperature: see `Agent.paint`.

  Returns:
    What `photographs.paint` takes as `proposals`.

  Raises:
    ValueError: the agent does not reproduce images with a brush on paper.
  """
  environment = loaded.config.environment
  fits = environment.name == 'painting' and environment.background == 'white'
  if not fits or not loaded.config.conditional:
    raise ValueError(
      'only an agent that reproduces images, with a brush on white paper, can '
      'propose strokes for a photograph; this one does not, choose another.'
    )
  studio = studio_lib.Studio(loaded)

  def make(
    photo: mypaint.Photo, random: np.random.Generator
  ) -> proposals.Proposer:
    del photo  # It knows its own brush only.
    return lambda scene: _strokes(studio, scene, random, number, temperature)

  return make


def _strokes(
  studio: studio_lib.Studio,
  scene: scanning.Scene,
  random: np.random.Generator,
  number: int,
  temperature: float,
) -> np.ndarray:
  """The strokes that an agent makes in windows, float32 `[N, 8]`."""
  windows = list(_windows(scene, random, number))
  seen = {
    name: _views(getattr(scene, name), windows, studio.canvas_shape)
    for name in ('target', 'picture')
  }
  played = studio.play(
    number,
    temperature,
    [int(random.integers(2**31))],
    seen['target'],
    canvases=seen['picture'],
  )
  curves = []
  for program, window in zip(studio.programs(played.actions), windows):
    top, left, side = window
    cells = program.renderer.grid_width
    scale = side / program.renderer.canvas_width
    pairs = list(tiles.alone(program))
    if not pairs:
      continue  # It only moved.
    move, stroke = pairs[random.integers(len(pairs))]
    points = (move.end, stroke.control, stroke.end)
    places = (np.array(points) + 0.5) * side / cells + (top, left)
    curves.append([*places.ravel(), stroke.radius * scale, 1.0])
  return np.array(curves, np.float32).reshape(-1, 8)


def _windows(
  scene: scanning.Scene, random: np.random.Generator, number: int
) -> Iterator[tuple[int, int, int]]:
  """Squares of all sizes around where the error is: top, left and side."""
  height, width = scene.weights.shape
  largest = min(height, width)
  least = min(_MIN_WINDOW, largest)
  for y, x in proposals.missing(scene, random, number).tolist():
    side = round(np.exp(random.uniform(np.log(least), np.log(largest))))
    top = min(max(0, int(y - side / 2)), height - side)
    left = min(max(0, int(x - side / 2)), width - side)
    yield top, left, side


def _views(
  picture: np.ndarray,
  windows: list[tuple[int, int, int]],
  shape: tuple[int, int, int],
) -> np.ndarray:
  """Windows of a picture as an agent sees them, uint8 `[N, W, W, C]`."""
  pixels = np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)
  width, _, channels = shape
  views = [
    inputs.fit(pixels[top : top + side, left : left + side], width, channels)
    for top, left, side in windows
  ]
  return np.stack(views)
