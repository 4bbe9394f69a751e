"""The flags of launch.paint, and what can be said against them at once.

What they ask for is refused before any work, even before an agent is loaded, if
it cannot be. A flag that would have no effect is refused, too: who gave it
expects one.
"""

from collections.abc import Callable
from collections.abc import Sequence
import math
import os
import re
from typing import NamedTuple

from absl import flags

from spiral_tf.agents import agent as agent_lib
from spiral_tf.environments import mypaint
from spiral_tf.programs import backgrounds
from spiral_tf.programs import checks
from spiral_tf.programs import formats


class _Paths(flags.ArgumentParser):
  """Parses paths: shells do not expand the ~ of --image=~/x.png."""

  def parse(self, argument: str) -> str:
    """Expands a path."""
    return os.path.expanduser(argument)


MODEL = flags.DEFINE(
  _Paths(),
  'model',
  None,
  'Folder of a model of launch.export; by default one that is bundled.',
)
IMAGE = flags.DEFINE_multi(
  _Paths(),
  flags.ArgumentSerializer(),
  'image',
  [],
  'Picture to reproduce, or folder of some; may be given several times.',
)
DATA = flags.DEFINE_enum(
  'data',
  None,
  ['digits'],
  'Built-in data set, whose held-out images are reproduced.',
)
PROGRAM = flags.DEFINE(
  _Paths(),
  'program',
  None,
  'JSON file of a program to render again, without a model.',
)
OUTPUT = flags.DEFINE_multi(
  _Paths(),
  flags.ArgumentSerializer(),
  'output',
  [],
  f'File to write, in one of {", ".join(formats.EXTENSIONS)}; may be given '
  'several times.',
)
SHEET = flags.DEFINE(
  _Paths(),
  'sheet',
  None,
  'PNG file for all pictures in one, each beside what it reproduces.',
)
COLUMNS = flags.DEFINE_integer('columns', 16, 'Pictures a row.', lower_bound=1)
SIZE = flags.DEFINE_integer(
  'size', None, 'Width and height of the pictures, pixels.', lower_bound=1
)
FIT = flags.DEFINE_enum(
  'fit',
  'crop',
  ['crop', 'pad'],
  'What becomes of pictures that are no squares: the middle, or all of it on '
  'white paper.',
)
BRUSH = flags.DEFINE_string(
  'brush', None, 'Another brush for the strokes, such as classic/charcoal.'
)
BACKGROUND = flags.DEFINE_string(
  'background',
  None,
  'Of the pictures: transparent, or a colour as CSS has it, such as white or '
  '#f0e6d2.',
)
COLOR_STROKES = flags.DEFINE_bool(
  'color_strokes', False, 'Whether each stroke gets a colour of its own.'
)
flags.DEFINE_alias('color-strokes', 'color_strokes')
SAMPLES = flags.DEFINE_integer(
  'samples',
  None,
  'Drawings to make, by default 1; of each picture, if there are some.',
  lower_bound=1,
  upper_bound=agent_lib.MAX_SAMPLES,
)
BEST = flags.DEFINE_bool(
  'best', False, 'Whether to keep only the nearest of the samples.'
)
TEMPERATURE = flags.DEFINE_float(
  'temperature',
  1.0,
  'Above 1 the agent is more adventurous, below 1 less; at 0 it always does '
  'what it thinks likeliest.',
  lower_bound=0.0,
)
TILES = flags.DEFINE_integer(
  'tiles',
  None,
  'Paints pictures as n x n overlapping windows, coarse to fine, for more '
  'detail than the agent has room for.',
  lower_bound=1,
)
PICTURE_COLORS = flags.DEFINE_bool(
  'picture_colors',
  False,
  'With --tiles: whether each stroke takes the mean colour of what it covers, '
  'instead of the one that the agent chose.',
)
SEED = flags.DEFINE_integer(
  'seed', 0, 'Seed: of equal seeds come equal pictures.', lower_bound=0
)


class _Need(NamedTuple):
  """What a flag needs to have an effect.

  Attributes:
    is_met: whether it is there.
    words: what is said of the flag if it is not.
  """

  is_met: Callable[[], bool]
  words: str


_AGENT = _Need(
  lambda: not PROGRAM.value,
  'is for an agent, but --program renders a program again, without one',
)
_PICTURE = _Need(
  lambda: bool(IMAGE.value), 'needs a picture: add --image=..., or leave it out'
)
_SAMPLES = _Need(
  lambda: (SAMPLES.value or 1) > 1, 'chooses among samples: add --samples=16'
)
_REPRODUCED = _Need(
  lambda: bool(IMAGE.value or DATA.value),
  'keeps what is nearest to a picture: add --image=... or --data=digits',
)
_NO_TILES = _Need(
  lambda: not TILES.value,
  'is for paintings as a whole, but with --tiles strokes are chosen one by '
  'one; leave one of the two out',
)
_TILES = _Need(
  lambda: bool(TILES.value), 'is for pictures painted with --tiles=...: add it'
)
_SHEET = _Need(
  lambda: bool(SHEET.value), 'is for a sheet: add --sheet=pairs.png'
)
_PIXELS = _Need(
  lambda: bool(SHEET.value) or any(map(formats.has_size, OUTPUT.value)),
  'is for pictures, but none of the outputs has a size: add --output=out.png',
)
_ONE_SOURCE = _Need(
  lambda: not (IMAGE.value and DATA.value),
  'and --image name two sources of pictures: choose either --image or --data',
)
# What each flag needs; the first need that is not met is named. A flag that is
# given with its default is given, too.
NEEDS: dict[str, tuple[_Need, ...]] = {
  'model': (_AGENT,),
  'image': (_AGENT,),
  'data': (_AGENT, _ONE_SOURCE),
  'program': (),
  'output': (),
  'sheet': (),
  'columns': (_SHEET,),
  'size': (_PIXELS,),
  'fit': (_AGENT, _PICTURE),
  'brush': (),
  'background': (),
  'color_strokes': (),
  'samples': (_AGENT,),
  'best': (_AGENT, _SAMPLES, _REPRODUCED, _NO_TILES),
  'temperature': (_AGENT,),
  'tiles': (_AGENT, _PICTURE),
  'picture_colors': (_AGENT, _TILES),
  'seed': (_AGENT,),
}


def files() -> list[str]:
  """The files that are to be written, as they are named."""
  return [*OUTPUT.value, *filter(None, [SHEET.value])]


def check(argv: Sequence[str]) -> None:
  """Refuses what can be refused without an agent or a program.

  Args:
    argv: the program's name, and what was given besides flags.

  Raises:
    ValueError: a flag or a value cannot be, or would have no effect.
    OSError: a file cannot be written.
  """
  _check_arguments(argv[1:])
  if not files():
    raise ValueError(
      'nothing would be written: name a file with --output=out.svg, or with '
      '--sheet=pairs.png for all pictures in one.'
    )
  for name, needs in NEEDS.items():
    flag = flags.FLAGS[name]
    # --notiles, say, wants nothing.
    if flag.present and flag.value not in (False, None):
      for need in needs:
        if not need.is_met():
          raise ValueError(f'--{name} {need.words}.')
  _check_values()
  if SHEET.value and os.path.splitext(SHEET.value)[1].lower() != '.png':
    raise ValueError(f'--sheet is {SHEET.value!r}, but it must end in .png.')
  formats.check(files())


def _check_arguments(arguments: Sequence[str]) -> None:
  if not arguments:
    return
  cure = ''
  if IMAGE.value:
    cure = (
      ' Repeat --image before each picture, or name their folder: '
      '--image=FOLDER.'
    )
  raise ValueError(f'unknown arguments: {" ".join(arguments)}.{cure}')


def _check_values() -> None:
  """Refuses values that no agent and no program could do with."""
  for flag in (MODEL, IMAGE, PROGRAM, OUTPUT, SHEET):
    values = flag.value if isinstance(flag.value, list) else [flag.value]
    for path in filter(None, values):
      if re.match('[a-z][a-z0-9+.-]*://', path, re.IGNORECASE):
        raise ValueError(
          f'--{flag.name} is {path!r}, an address, but it must be a path here: '
          'download what is to be read, and upload what was written.'
        )
  if SIZE.value is not None:
    checks.index('--size', SIZE.value, checks.MAX_WIDTH + 1, 1)
  if not math.isfinite(TEMPERATURE.value):
    raise ValueError(
      f'--temperature is {TEMPERATURE.value}, but it must be a number of at '
      'least 0.'
    )
  if BACKGROUND.value is not None:
    backgrounds.normal(BACKGROUND.value)
  if BRUSH.value is not None:
    mypaint.brushes.load(BRUSH.value)
