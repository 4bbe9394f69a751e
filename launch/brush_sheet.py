r"""Draws brushes: strokes of each, and a photograph that it has painted.

    python -m launch.brush_sheet --output=docs/brushes.png

Without --brush it draws the twelve that have names for people. Of each it also
prints how near the painting is to the photograph.
"""

import os

from absl import flags
import numpy as np
from PIL import Image
import tabulate

from launch import commands
from launch import flags as launch_flags
from launch import places
from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.agents import inputs
from spiral_tf.agents import photographs
from spiral_tf.environments import mypaint

_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the sheet.', required=True
)
_IMAGE = flags.DEFINE_string(
  'image',
  None,
  'Photograph to paint; by default the flower that comes with scikit-learn.',
)
_BRUSH = flags.DEFINE_multi_string(
  'brush', list(mypaint.named.BRUSHES), 'Brush to draw; may be given again.'
)
_STROKES = flags.DEFINE_integer(
  'strokes', 200, 'Strokes of a painting, at most.', lower_bound=1
)
_SIZE = flags.DEFINE_integer(
  'size', 240, 'Longer side of a painting, pixels.', lower_bound=64
)
_COLUMNS = flags.DEFINE_integer('columns', 3, 'Brushes a row.', lower_bound=1)

# Above each painting are strokes on a strip of paper, of this height as a share
# of its width: where in the height they begin, the brush's radius as a share of
# it, and their colours.
_STRIP = 0.3
_STROKES_SHOWN = (
  (0.22, 0.15, (0.13, 0.27, 0.55)),
  (0.52, 0.07, (0.72, 0.18, 0.12)),
  (0.76, 0.03, (0.1, 0.1, 0.1)),
)
_PAPER = '#f4efe4'
_SUBSTROKES = 16


def main(argv):
  """Paints, draws, and says how near the paintings are."""
  launch_flags.no_arguments(argv)
  output = places.png('output', _OUTPUT.value)
  for brush in _BRUSH.value:
    mypaint.suitability.check(brush)
  photograph = inputs.read(_photograph())
  # Before all the work, which a file that cannot be written would waste.
  os.makedirs(os.path.dirname(output) or '.', exist_ok=True)
  files.check(output)
  cells, rows = [], []
  for brush in _BRUSH.value:
    program = photographs.paint_photo(
      photograph, _STROKES.value, brush, _SIZE.value
    )
    painting, real = program.render(), program.renderer.brush
    parts = np.concatenate([_strip(real, painting.shape[1]), painting])
    cells.append(pictures.titled({f'{brush}\n{real}': parts}))
    error = _error(painting, photograph)
    rows.append((brush, real, program.num_strokes, error))
    print(f'{brush}: error {error:.5f}', flush=True)
  sheet = pictures.grid(cells, _COLUMNS.value, scale=1)
  pictures.write_png(output, _of_few_colors(sheet))
  headers = ('brush', 'of mypaint-brushes', 'strokes', 'error')
  print(tabulate.tabulate(rows, headers, tablefmt='plain', floatfmt='.5f'))
  print(f'Picture: {output}')


def _photograph() -> str | np.ndarray:
  """What is to be painted, as `inputs.read` takes it."""
  if _IMAGE.value is not None:
    return os.path.expanduser(_IMAGE.value)
  # Imported here: it takes a second.
  from sklearn import datasets as sklearn_datasets

  return sklearn_datasets.load_sample_image('flower.jpg')


def _strip(brush: str, width: int) -> np.ndarray:
  """A few strokes of a brush, uint8 `[H, width, 3]`."""
  height = round(_STRIP * width)
  canvas = mypaint.Canvas(width, mypaint.brushes.load(brush), _PAPER, height)
  for top, radius, color in _STROKES_SHOWN:
    canvas.move_to(top * height, 0.1 * width)
    canvas.move_to(top * height, 0.1 * width)  # See the native `Coverage`.
    canvas.stroke(
      (top + 0.3) * height,
      0.5 * width,
      (top - 0.05) * height,
      0.9 * width,
      1.0,
      radius * height,
      *color,
      substrokes=_SUBSTROKES,
    )
  return canvas.to_array(3)


def _of_few_colors(picture: np.ndarray) -> np.ndarray:
  """Nearly the same picture in 160 colours, for a far smaller file."""
  image = Image.fromarray(picture).quantize(160, dither=Image.Dither.NONE)
  return np.asarray(image.convert('RGB'))


def _error(painting: np.ndarray, photograph: np.ndarray) -> float:
  """Mean squared difference of values on [0, 1], at the painting's size."""
  height, width = painting.shape[:2]
  fitted = Image.fromarray(photograph).resize(
    (width, height), Image.Resampling.LANCZOS
  )
  difference = painting.astype(float) - np.asarray(fitted, float)
  return float(np.mean(np.square(difference / 255)))


if __name__ == '__main__':
  commands.run(main)
