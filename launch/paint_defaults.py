"""What becomes of a picture of which nothing more was said: `paint x.png`.

A photograph is painted by search, a drawing in dark lines on light paper by the
agent whose pen is as wide as its lines.
"""

import dataclasses
import os

import numpy as np
from PIL import Image
from scipy import ndimage

from launch import bundled
from launch import paint_request
from spiral_tf import messages
from spiral_tf.agents import inputs
from spiral_tf.agents import photographs

PHOTOGRAPH = 'a photograph'
THICK = 'a drawing in thick lines'
THIN = 'a drawing in thin lines'

# Pixels a side by which a picture is judged.
_WIDTH = 128
# Of the range from black to white: ink is darker than this.
_INK = 0.6
# A drawing has at least this share of pixels that are nearly black or white and
# nearly grey, and at most this share of ink.
_LEAST_PLAIN, _MOST_INK = 0.85, 0.4
# Width of a line, as a share of the picture's, from which it is thick.
_THICK = 0.058
# The agent for drawings, and how often search varies what it drew.
_MODELS = {THICK: 'mnist_conditional_small', THIN: 'omniglot_conditional_small'}
_TRIES = 2000
# Pixels of a drawing, whose lines are as sharp at any size.
_SIZE = 512
# What says how a picture is to be painted.
_WAYS = ('model', 'strokes', 'tiles', 'hatching')
# What says how many drawings an agent makes.
_CHOICES = ('samples', 'best', 'improve')


def kind(picture: np.ndarray) -> str:
  """Says what a picture looks like.

  Args:
    picture: uint8 `[H, W, 3]`.

  Returns:
    PHOTOGRAPH, THICK or THIN.
  """
  side = min(picture.shape[:2])
  image = Image.fromarray(picture)
  scale = _WIDTH / side
  size = [max(1, round(scale * length)) for length in image.size]
  small = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) / 255
  light, spread = small.mean(-1), np.ptp(small, axis=-1)
  plain = (np.abs(light - 0.5) > 0.25) & (spread < 0.15)
  ink = light < _INK
  if plain.mean() < _LEAST_PLAIN or not 0 < ink.mean() < _MOST_INK:
    return PHOTOGRAPH
  # Twice the distance to the paper, in the middle of a line.
  depth = ndimage.distance_transform_edt(np.pad(ink, 1))
  middle = depth[depth == ndimage.maximum_filter(depth, 3)]
  width = 2 * np.median(middle[middle > 0])
  return THICK if width / _WIDTH >= _THICK else THIN


def complete(request: paint_request.Request) -> paint_request.Request:
  """Fills in what was not said of a picture that was named without a flag.

  Args:
    request: what is asked for.

  Returns:
    It, with a way to paint the picture and files beside it, where there were
    none; unchanged if no picture was named in that way.

  Raises:
    ValueError: it is no sound picture.
    OSError: it cannot be read.
  """
  if not request.image or 'image' in request.given:
    return request
  (path,) = request.image
  new: dict[str, object] = {}
  if not request.files:
    new['output'] = _beside(path)
  if not any(name in request.given for name in _WAYS):
    looks = kind(inputs.read(path))
    if looks == PHOTOGRAPH:
      new['strokes'] = photographs.STROKES
      way = f'search paints it: --strokes={photographs.STROKES}'
    else:
      new['model'] = bundled.named(_MODELS[looks])
      way = f'--model={new["model"]} draws it'
      if 'size' not in request.given:
        new['size'] = _SIZE
      if not any(name in request.given for name in _CHOICES):
        new['improve'] = _TRIES
        way += f', with --improve={_TRIES}'
    print(f'{messages.one_line(path)} looks like {looks}: {way}', flush=True)
  return dataclasses.replace(request, **new)


def _beside(path: str) -> tuple[str, str]:
  """Names of a drawing in lines and of one in pixels, never the picture's."""
  stem = os.path.splitext(path)[0]
  if os.path.lexists(f'{stem}.svg') or path in (f'{stem}.png', f'{stem}.svg'):
    stem += '_painted'
  return f'{stem}.svg', f'{stem}.png'
