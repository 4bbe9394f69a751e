"""How near SVG files come to what the brush engine draws.

    python -m launch.benchmark svg

Random programs are drawn by libmypaint, and their SVG files by resvg, which
knows nothing of brushes. Differences are means over all pixels, of 0 to 255,
and as shares of what an empty canvas differs by.
"""

import io

import numpy as np
from PIL import Image

from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import svg

_NUM = 200  # Programs for each row.
_WIDTH, _GRID = 64, 32
# Brush of each row of the table, and whether the pressure varies.
_ROWS = (
  # A plain round brush, opaque and always as wide: what SVG can do.
  ('deevad/liner', False),
  # A pen whose width depends on pressure and on speed.
  ('classic/pen', False),
  ('classic/pen', True),
  # What becomes of soft brushes and of textured ones.
  ('deevad/basic_digital_brush', True),
  ('deevad/ballpen', True),
  ('classic/dry_brush', True),
  ('classic/charcoal', True),
)


def run() -> None:
  """Prints the differences."""
  print(
    f'Mean absolute difference of SVG (by resvg) from libmypaint, {_NUM} '
    'random programs of 5 strokes each'
  )
  print(f'{"brush":28}{"pressure":>10}{"pixels":>8}{"of 255":>9}{"share":>9}')
  for brush, varies in _ROWS:
    for size in (64, 256):
      difference, share = measure(brush, varies, size, _NUM)
      print(
        f'{brush:28}{"varies" if varies else "1":>10}{size:8}'
        f'{difference:9.3f}{share:9.3f}'
      )


def measure(brush: str, varies: bool, size: int, number: int):
  """Measures random programs.

  Args:
    brush: name of the brush.
    varies: whether the pressure varies; if not, it is 1.
    size: of the pictures, pixels.
    number: of programs.

  Returns:
    The mean absolute difference of a pixel, 0 to 255, and its share of that of
    empty canvases.
  """
  random = np.random.default_rng(0)
  differences, empty = [], []
  for _ in range(number):
    program = _random_program(random, brush, varies)
    drawn = program.render(size)[..., 0].astype(float)
    traced = rasterized(
      svg.dumps(program.renderer, program.commands, size, size)
    ).astype(float)
    differences.append(np.abs(drawn - traced).mean())
    empty.append((255 - drawn).mean())
  return np.mean(differences), np.sum(differences) / np.sum(empty)


def rasterized(text: str) -> np.ndarray:
  """Draws an SVG file at its own size, uint8 `[H, W]`, grey on white."""
  import resvg_py  # Comes with the tests' packages only.

  data = resvg_py.svg_to_bytes(svg_string=text, background='#ffffff')
  return np.asarray(Image.open(io.BytesIO(bytes(data))).convert('L'))


def _random_program(
  random: np.random.Generator, brush: str, varies: bool
) -> program_lib.Program:
  def point():
    return tuple(random.integers(_GRID, size=2).tolist())

  chosen = [canvas.Move(point())]
  for _ in range(5):
    if random.random() < 0.3:
      chosen.append(canvas.Move(point()))
    chosen.append(
      canvas.Stroke(
        control=point(),
        end=point(),
        pressure=float(random.uniform(0.1, 1)) if varies else 1.0,
        radius=float(random.uniform(1, 3)),
      )
    )
  return program_lib.Program(canvas.Canvas(_WIDTH, _GRID, brush), tuple(chosen))
