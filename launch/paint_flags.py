"""The flags of launch.paint."""

from collections.abc import Sequence
import dataclasses
import os

from absl import flags

from launch import paint_pictures
from launch import paint_request
from spiral_tf.agents import agent as agent_lib
from spiral_tf.evaluation import judges
from spiral_tf.programs import formats
from spiral_tf.programs import plotter_pens
from spiral_tf.search import climbing
from spiral_tf.search import photographs as photographs_search


class _Paths(flags.ArgumentParser):
  """Parses paths: shells do not expand the ~ of --image=~/x.png."""

  def parse(self, argument: str) -> str:
    """Expands a path."""
    return os.path.expanduser(argument)


flags.DEFINE(
  _Paths(),
  'model',
  None,
  'Folder of a model of launch.export; by default one that is bundled.',
)
flags.DEFINE_multi(
  _Paths(),
  flags.ArgumentSerializer(),
  'image',
  [],
  'Picture to reproduce, or folder of some; may be given several times.',
)
flags.DEFINE_enum(
  'bad_images',
  'error',
  list(paint_pictures.BAD_IMAGES),
  'What becomes of a picture that cannot be read: it ends the command before '
  'anything is painted, or it is counted and left out.',
)
flags.DEFINE_enum(
  'data',
  None,
  ['digits'],
  'Built-in data set, whose held-out images are reproduced.',
)
flags.DEFINE(
  _Paths(),
  'program',
  None,
  'JSON file of a program to render again, without a model.',
)
flags.DEFINE_multi(
  _Paths(),
  flags.ArgumentSerializer(),
  'output',
  [],
  f'File to write, in one of {", ".join(formats.EXTENSIONS)}; may be given '
  'several times.',
)
flags.DEFINE(
  _Paths(),
  'sheet',
  None,
  'PNG file for all pictures in one, each beside what it reproduces.',
)
flags.DEFINE_integer('columns', 16, 'Pictures a row.', lower_bound=1)
flags.DEFINE_integer(
  'size', None, 'Pixels of the longer side of the pictures.', lower_bound=1
)
flags.DEFINE_enum(
  'fit',
  'crop',
  ['crop', 'pad'],
  'What becomes of pictures that are no squares: the middle, or all of it on '
  'white paper.',
)
flags.DEFINE_string(
  'brush', None, 'Another brush for the strokes, such as classic/charcoal.'
)
flags.DEFINE_string(
  'background',
  None,
  'Of the pictures: transparent, or a colour as CSS has it, such as white or '
  '#f0e6d2.',
)
flags.DEFINE_bool(
  'color_strokes', False, 'Whether each stroke gets a colour of its own.'
)
flags.DEFINE_alias('color-strokes', 'color_strokes')
flags.DEFINE_integer(
  'samples',
  None,
  'Drawings to make, by default 1; of each picture, if there are some.',
  lower_bound=1,
  upper_bound=agent_lib.MAX_SAMPLES,
)
flags.DEFINE_bool(
  'best', False, 'Whether to keep only the nearest of the samples.'
)
flags.DEFINE_integer(
  'improve',
  None,
  'Tries so many variations of each picture, each of a stroke or two, or of an '
  'object of a scene; what brings it nearer stays. It begins with the nearest '
  'of the samples, by default 16. 2000 take a twentieth of a second of a core '
  'for a digit.',
  lower_bound=1,
  upper_bound=climbing.MAX_TRIES,
)
flags.DEFINE_enum(
  'judge',
  judges.PIXELS,
  list(judges.KINDS),
  'With --improve: what is better. Pixels: what is nearer to the picture; '
  'discriminator: what that of --run holds for more real; both: either, as '
  'shares of the way from blank paper to the picture.',
)
flags.DEFINE(
  _Paths(),
  'run',
  None,
  'Folder of the training run whose discriminator is the judge, the --workdir '
  'of launch.train.',
)
flags.DEFINE_float(
  'stroke_cost',
  0.0,
  'With --improve: a stroke must bring the picture nearer by this share of the '
  "blank canvas's error, or it is left out. 0.01 makes programs shorter.",
  lower_bound=0.0,
  upper_bound=1.0,
)
flags.DEFINE_float(
  'temperature',
  1.0,
  'Above 1 the agent is more adventurous, below 1 less; at 0 it always does '
  'what it thinks likeliest.',
  lower_bound=0.0,
)
flags.DEFINE_integer(
  'tiles',
  None,
  'Paints pictures as n x n overlapping windows, coarse to fine, for more '
  'detail than the agent has room for.',
  lower_bound=1,
)
flags.DEFINE_bool(
  'picture_colors',
  False,
  'With --tiles: whether each stroke takes the mean colour of what it covers, '
  'instead of the one that the agent chose.',
)
flags.DEFINE_integer(
  'strokes',
  None,
  'Paints photographs, in their own aspect, with so many strokes of --brush '
  'that search finds, without an agent; 300 take 10 to 15 s of a core. With '
  '--model, that agent proposes the strokes.',
  lower_bound=1,
  upper_bound=photographs_search.MAX_STROKES,
)
flags.DEFINE_string(
  'focus',
  None,
  'With --strokes: where there is to be more detail. auto: where people look '
  'first; or the path of a picture, white where an error counts most.',
)
flags.DEFINE_string(
  'paper',
  None,
  'Makes .svg outputs plots for pen plotters, in millimetres: a0 to a6, '
  'letter, legal, tabloid, or a size such as 200x300mm.',
)
flags.DEFINE_string(
  'pen',
  '0.5mm',
  'With --paper: how wide a line of the pen is, in mm, cm or in.',
)
flags.DEFINE_string(
  'margin', '10mm', 'With --paper: what stays free at each of its edges.'
)
flags.DEFINE_integer(
  'pens',
  None,
  'With --paper: how many pens of different colours there are, at most; by '
  'default 12.',
  lower_bound=1,
  upper_bound=plotter_pens.MAX_PENS,
)
flags.DEFINE_list(
  'pen_colors',
  [],
  'With --paper: the pens that there are, such as black,#c02020; each stroke '
  'is drawn with the nearest, and not at all if the paper is nearer.',
)
flags.DEFINE_bool(
  'fill',
  False,
  'With --paper: whether strokes that are wider than the pen are filled with '
  'lines; otherwise one is drawn along the middle.',
)
flags.DEFINE_bool(
  'hatching',
  False,
  'Draws pictures with one black pen, for --paper, without an agent: contours, '
  'and lines as near to each other as the picture is dark.',
)
flags.DEFINE_integer(
  'seed', 0, 'Seed: of equal seeds come equal pictures.', lower_bound=0
)


def request(argv: Sequence[str]) -> paint_request.Request:
  """What the flags ask for.

  Args:
    argv: the program's name, and what was given besides flags.

  Returns:
    The request, not checked yet. A single argument is a picture, and no flag.

  Raises:
    ValueError: there are several arguments that are not flags.
  """
  values, given = {}, set()
  for field in dataclasses.fields(paint_request.Request):
    if field.name != 'given':
      flag = flags.FLAGS[field.name]
      value = flag.value
      values[field.name] = tuple(value) if isinstance(value, list) else value
      if flag.present:
        given.add(field.name)
  sources = [values[name] for name in ('image', 'data', 'program')]
  if len(argv) == 2 and not any(sources):
    values['image'] = (os.path.expanduser(argv[1]),)
  elif len(argv) > 1:
    cure = 'leave them out'
    if values['image']:  # A shell makes many of --image *.png.
      cure = (
        'put --image= before each picture, or name their folder: --image=FOLDER'
      )
    raise ValueError(f'unknown arguments: {" ".join(argv[1:])}; {cure}.')
  return paint_request.Request(**values, given=frozenset(given))
