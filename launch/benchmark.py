"""Measures speed and likeness, against a yardstick in the same run.

    python -m launch.benchmark environment
    python -m launch.benchmark scenes
    python -m launch.benchmark program
    python -m launch.benchmark actors
    python -m launch.benchmark kernels
    python -m launch.benchmark paint
    python -m launch.benchmark search
    python -m launch.benchmark painter
    python -m launch.benchmark programs
    python -m launch.benchmark svg

`environment` compares strokes a second of the painting environment with those
of a C program that makes the same calls of libmypaint and nothing else.
`scenes` compares steps a second of the scenes environment with pictures a
second of `mujoco.Renderer` alone.
`program` compares episodes a second of a whole training run, the program that
Launchpad starts, with the same work done in one synchronous process and by the
nodes of `--engine=inline`, and says where the time goes.
`actors` compares episodes a second with 1, 2, 4 and 8 actors, and estimates
what 64 need.
`kernels` compares what a policy update, with the acting and the updates of the
discriminator that belong to it, costs with TensorFlow's fast kernels for CPUs,
which are on by default, and without them.
`paint` counts the pictures a second that a saved agent paints, and the share of
that time that is neither the network's nor the brush engine's.
`search` tells how near an agent's drawings get to images as they are varied,
beside the best of many drawings, beam search, a tree of the agent's proposals
and the same search without the agent. It takes `--model`, `--data_path`, the
folder of the model's data set, `--images`, how many to search for, `--tries`,
how often each is varied, and `--output`, a PNG file for the curves of error
against time.
`painter` tells how near paintings of photographs come beside those of as many
triangles by github.com/fogleman/primitive, and what an agent's proposals are
worth. It takes `--pictures`, `--strokes`, `--primitive`, that program, and
`--primitive_pictures`, a folder for what it has drawn; and `--model`.
`programs` stores, reads and renders programs of pictures, and counts the pixels
that differ from what the environment had drawn.
`svg` compares SVG files of programs, as resvg draws them, with what libmypaint
draws; it needs `pip install .[test]`.
"""

from absl import app
from absl import flags

from launch import commands
from launch import flags as launch_flags
from launch.benchmarks import actors
from launch.benchmarks import environment
from launch.benchmarks import graph
from launch.benchmarks import kernels
from launch.benchmarks import paint
from launch.benchmarks import painter
from launch.benchmarks import proposers
from launch.benchmarks import round_trip
from launch.benchmarks import scenes
from launch.benchmarks import search
from launch.benchmarks import svg
from spiral_tf import messages

_CONFIG = launch_flags.define_config()
_MODEL = flags.DEFINE_string(
  'model',
  '',
  'Folder of the agent that search begins with, or that proposes strokes to '
  f'the painter; by default {search.DEFAULT_MODEL}, or '
  f'{proposers.DEFAULT_MODEL}.',
)
_DATA_PATH = flags.DEFINE_string(
  'data_path',
  '',
  "Folder of the agent's data set; by default search is for built-in digits.",
)
_TRIES = flags.DEFINE_list(
  'tries',
  [str(number) for number in search.TRIES],
  "Numbers of variations of each image's drawings, for search.",
)
_PICTURES = flags.DEFINE_string(
  'pictures',
  '',
  'Photograph, or folder of photographs, for the painter; by default two that '
  'come with scikit-learn.',
)
_STROKES = flags.DEFINE_list(
  'strokes',
  [str(number) for number in painter.STROKES],
  'Numbers of strokes of the painter, and of triangles.',
)
_PRIMITIVE = flags.DEFINE_string(
  'primitive',
  '',
  'Program fogleman/primitive, the yardstick of the painter, for which '
  'docs/photographs.md says how to build it.',
)
_PRIMITIVE_PICTURES = flags.DEFINE_string(
  'primitive_pictures',
  '',
  'Folder in which what primitive draws is kept, and found again.',
)
_IMAGES = flags.DEFINE_integer(
  'images',
  search.DEFAULT_IMAGES,
  'Held-out images that search is for; fewer if there are fewer.',
  lower_bound=1,
)
_OUTPUT = flags.DEFINE_string(
  'output', '', 'PNG file that shows the error of search against its time.'
)

_BENCHMARKS = {
  'environment': environment.run,
  'scenes': scenes.run,
  'program': lambda: graph.run(launch_flags.typed(_CONFIG)),
  'actors': lambda: actors.run(launch_flags.typed(_CONFIG)),
  'kernels': lambda: kernels.run(launch_flags.typed(_CONFIG)),
  'paint': paint.run,
  'search': lambda: search.run(
    _MODEL.value or search.DEFAULT_MODEL,
    _DATA_PATH.value,
    _IMAGES.value,
    _OUTPUT.value,
    _numbers('tries', _TRIES.value),
  ),
  'painter': lambda: painter.run(
    _PICTURES.value,
    _PRIMITIVE.value,
    _PRIMITIVE_PICTURES.value,
    _numbers('strokes', _STROKES.value),
    _MODEL.value or proposers.DEFAULT_MODEL,
  ),
  'programs': round_trip.run,
  'svg': svg.run,
}


def _numbers(name, texts):
  """Numbers of a flag that is a list of some."""
  try:
    return [int(text) for text in texts]
  except ValueError:
    raise ValueError(
      f'{name} is {messages.quoted(",".join(texts))}, but it must be whole '
      'numbers with commas between them, such as 100,300.'
    ) from None


def main(argv):
  """Runs one benchmark."""
  if len(argv) != 2 or argv[1] not in _BENCHMARKS:
    raise app.UsageError(f'Say which of {", ".join(_BENCHMARKS)} to run.')
  _BENCHMARKS[argv[1]]()


if __name__ == '__main__':
  commands.run(main)
