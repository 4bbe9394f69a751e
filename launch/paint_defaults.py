"""What becomes of a picture of which nothing more was said: `paint x.png`.

A photograph is painted by search, a drawing in dark lines on light paper by the
agent whose pen is as wide as its lines.
"""

import dataclasses
import os

from launch import bundled
from launch import paint_request
from spiral_tf import messages
from spiral_tf.agents import inputs
from spiral_tf.agents import looks as looks_lib
from spiral_tf.agents import photographs

# The agent for drawings, and how often search varies what it drew.
_MODELS = {
  looks_lib.THICK: 'mnist_conditional_small',
  looks_lib.THIN: 'omniglot_conditional_small',
}
_TRIES = 2000
# Pixels of a drawing, whose lines are as sharp at any size.
_SIZE = 512
# What says how a picture is to be painted.
_WAYS = ('model', 'strokes', 'tiles', 'hatching')
# What says how many drawings an agent makes.
_CHOICES = ('samples', 'best', 'improve')


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
    looks = looks_lib.kind(inputs.read(path))
    if looks == looks_lib.PHOTOGRAPH:
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
