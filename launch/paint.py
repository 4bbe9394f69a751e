r"""Paints: an image in, its strokes out, in every form.

    python -m launch.paint --image=x.png --output=out.svg --output=out.gif
    python -m launch.paint --image=FOLDER --output=out.svg --sheet=pairs.png
    python -m launch.paint --model=models/mnist_small --samples=64 \\
        --sheet=drawings.png
    python -m launch.paint --program=out.json --brush=classic/charcoal \\
        --size=1024 --output=out.png

The extension of an output says its form: .png, .svg, .gif, .mp4, .json (the
program itself), and .xml (MJCF) of a 3D scene. Where there are several
pictures, the name of each goes before the extension: out_NAME.svg.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import os
import sys
from typing import NamedTuple

from absl import app
from absl import flags
import numpy as np

from launch import bundled
from launch import flags as launch_flags
from launch import paint_pictures
from launch import paint_sheet
from launch import paint_sources
from spiral_tf import progress
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import inputs
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import formats
from spiral_tf.programs import program as program_lib

# Pictures that are painted, and written, before the next ones are read.
_CHUNK = 64

_MODEL = flags.DEFINE_string(
  'model',
  None,
  'Folder of a model of launch.export; by default one that is bundled.',
)
_IMAGE = flags.DEFINE_multi_string(
  'image',
  [],
  'Picture to reproduce, or folder of some; may be given several times.',
)
flags.adopt_module_key_flags(paint_pictures)
_DATA = flags.DEFINE_enum(
  'data',
  None,
  ['digits'],
  'Built-in data set, whose held-out images are reproduced.',
)
_PROGRAM = flags.DEFINE_string(
  'program', None, 'JSON file of a program to render again, without a model.'
)
flags.mark_flags_as_mutual_exclusive(['data', 'program'])
_OUTPUT = flags.DEFINE_multi_string(
  'output',
  [],
  f'File to write, in one of {", ".join(formats.EXTENSIONS)}; may be given '
  'several times.',
)
_SHEET = flags.DEFINE_string(
  'sheet',
  None,
  'PNG file for all pictures in one, each beside what it reproduces.',
)
_COLUMNS = flags.DEFINE_integer('columns', 16, 'Pictures a row.', lower_bound=1)
_SIZE = flags.DEFINE_integer(
  'size', None, 'Width and height of the pictures, pixels.', lower_bound=1
)
_FIT = flags.DEFINE_enum(
  'fit',
  'crop',
  ['crop', 'pad'],
  'What becomes of pictures that are no squares: the middle, or all of it on '
  'white paper.',
)
_BRUSH = flags.DEFINE_string(
  'brush', None, 'Another brush for the strokes, such as classic/charcoal.'
)
_BACKGROUND = flags.DEFINE_string(
  'background', None, 'Of the pictures: white, transparent or #rrggbb.'
)
_COLOR_STROKES = flags.DEFINE_bool(
  'color_strokes', False, 'Whether each stroke gets a colour of its own.'
)
flags.DEFINE_alias('color-strokes', 'color_strokes')
_SAMPLES = flags.DEFINE_integer(
  'samples',
  None,
  'Drawings to make, by default 1; of each picture, if there are some.',
  lower_bound=1,
  upper_bound=agent_lib.MAX_SAMPLES,
)
_BEST = flags.DEFINE_bool(
  'best', False, 'Whether to keep only the nearest of the samples.'
)
_TEMPERATURE = flags.DEFINE_float(
  'temperature',
  1.0,
  'Above 1 the agent is more adventurous, below 1 less; at 0 it always does '
  'what it thinks likeliest.',
  lower_bound=0.0,
)
_TILES = flags.DEFINE_integer(
  'tiles',
  None,
  'Paints pictures as n x n overlapping windows, coarse to fine, for more '
  'detail than the agent has room for.',
  lower_bound=1,
)
_PICTURE_COLORS = flags.DEFINE_bool(
  'picture_colors',
  False,
  'With --tiles: whether each stroke takes the mean colour of what it covers, '
  'instead of the one that the agent chose.',
)
_SEED = flags.DEFINE_integer(
  'seed', 0, 'Seed: of equal seeds come equal pictures.', lower_bound=0
)


class _Painting(NamedTuple):
  """A program, what it is called, and what it reproduces, if anything."""

  name: str
  program: program_lib.Program
  target: np.ndarray | None = None


def main(argv):
  """Paints."""
  launch_flags.no_arguments(argv)
  try:
    _check_outputs()
    count = _replay() if _PROGRAM.value else _paint()
  except (ValueError, OSError) as error:
    sys.exit(f'Error: {error}')
  print(f'Painted {count}: {", ".join(_files())}')


def _check_outputs() -> None:
  """Refuses, before any work, what could not be written."""
  if not _files():
    raise ValueError(
      'nothing would be written: name a file with --output=out.svg, or with '
      '--sheet=pairs.png for all pictures in one.'
    )
  formats.check(_OUTPUT.value)
  if _SHEET.value:
    if not _SHEET.value.endswith('.png'):
      raise ValueError(f'--sheet is {_SHEET.value!r}, but it must end in .png.')
    formats.check([_SHEET.value])
  if _BEST.value and (_SAMPLES.value or 1) == 1:
    raise ValueError('--best chooses among samples: add --samples=16, say.')
  if _PROGRAM.value and (_IMAGE.value or _MODEL.value):
    raise ValueError(
      '--program renders a program again; it needs no --image and no --model.'
    )
  if _IMAGE.value and _DATA.value:
    raise ValueError('choose either --image or --data.')


def _files() -> list[str]:
  return [*_OUTPUT.value, *filter(None, [_SHEET.value])]


def _replay() -> int:
  """Renders a program again."""
  program = program_lib.Program.load(_PROGRAM.value)
  return _write(iter([_Painting('', program)]), several=False)


def _paint() -> int:
  """Paints with a model; returns how many pictures."""
  paths = paint_pictures.find(_IMAGE.value)
  agent = agent_lib.load(_MODEL.value or bundled.best())
  if not agent.conditional:
    if paths or _DATA.value:
      raise ValueError(
        'this agent draws without images; leave --image and --data out, or '
        'choose one that reproduces images with --model=...'
      )
    drawn = agent.draw(_SAMPLES.value or 1, _TEMPERATURE.value, _SEED.value)
    paintings = (_Painting(str(i), p) for i, p in enumerate(drawn, 1))
    return _write(paintings, len(drawn) > 1)
  if not paths and not _DATA.value:
    raise ValueError(
      'this agent reproduces pictures. Name one, or a folder of some, with '
      '--image=..., or take the built-in ones with --data=digits.'
    )
  each = 1 if _BEST.value else _SAMPLES.value or 1
  if _TILES.value and not paths:
    raise ValueError('--tiles needs a picture: --image=...')
  several = len(paths) > 1
  paths, targets = paint_pictures.read(paths, agent, _FIT.value)
  if _TILES.value:
    return _write(_tiled(agent, paths), several)
  names = paint_sources.names(paths)
  if not paths:
    targets = paint_sources.digits(agent)
    names = [str(i) for i in range(1, len(targets) + 1)]
  several = several or len(names) * each > 1
  return _write(_reproduce(agent, names, targets, each), several)


def _reproduce(
  agent: agent_lib.Agent,
  names: list[str],
  targets: Sequence[np.ndarray],
  each: int,
) -> Iterator[_Painting]:
  """Reproduces pictures, so that there are `each` paintings of each.

  Args:
    agent: who paints.
    names: what to call the paintings of each picture.
    targets: what the agent sees of each picture.
    each: paintings to keep of each picture.

  Yields:
    The paintings, with the pictures in their order.
  """
  report = progress.Progress('pictures')
  for start in range(0, len(names), _CHUNK):
    shown = np.stack(targets[start : start + _CHUNK])
    painted = agent.paint_many(
      np.repeat(shown, each, axis=0),
      (_SAMPLES.value or 1) if _BEST.value else 1,
      _TEMPERATURE.value,
      _SEED.value + start,
      lambda done, _, start=start: report(start + done // each, len(names)),
    )
    for i, program in enumerate(painted):
      number, sample = divmod(i, each)
      name = names[start + number] + (f'_{sample + 1}' if each > 1 else '')
      yield _Painting(name, program, shown[number])


def _tiled(agent: agent_lib.Agent, paths: list[str]) -> Iterator[_Painting]:
  for path, name in zip(paths, paint_sources.names(paths)):
    program = agent.paint_tiles(
      path,
      _TILES.value,
      _SAMPLES.value or 4,
      _TEMPERATURE.value,
      _SEED.value,
      _FIT.value,
      _PICTURE_COLORS.value,
      progress.Progress(f'windows of {os.path.basename(path)}'),
    )
    width, channels = program.renderer.canvas_width, agent.channels
    target = inputs.fit(inputs.read(path), width, channels, _FIT.value)
    yield _Painting(name, program, target)


def _write(paintings: Iterator[_Painting], several: bool) -> int:
  """Writes pictures as they come; returns how many."""
  count, errors, sheet = 0, [], paint_sheet.Sheet(_COLUMNS.value)
  for painting in paintings:
    if painting.target is not None:
      own = painting.program.render()
      errors.append(reconstruction.errors(own, painting.target[np.newaxis]))
    program = _changed(painting.program)
    suffix = f'_{painting.name}' if several else ''
    paths = []
    for output in _OUTPUT.value:
      stem, extension = os.path.splitext(output)
      paths.append(f'{stem}{suffix}{extension}')
    program.save(*paths, size=_SIZE.value)
    if _SHEET.value:
      sheet.add(program.render(_SIZE.value), painting.target)
    count += 1
  if errors:
    print(f'Mean squared error of a pixel: {np.mean(errors):.4f}')
  if _SHEET.value:
    sheet.write(_SHEET.value)
  return count


def _changed(program: program_lib.Program) -> program_lib.Program:
  """The program with the brush, background and colours of the flags."""
  if _BRUSH.value:
    program = program.with_brush(_BRUSH.value)
  if _BACKGROUND.value:
    program = program.with_background(_BACKGROUND.value)
  if _COLOR_STROKES.value:
    program = program.with_stroke_colors()
  return program


if __name__ == '__main__':
  app.run(main)
