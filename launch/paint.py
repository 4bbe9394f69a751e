r"""Paints: an image in, its strokes out, in every form.

    python -m launch.paint x.jpg
    python -m launch.paint --image=x.png --output=out.svg --output=out.gif
    python -m launch.paint --image=FOLDER --output=out.svg --sheet=pairs.png
    python -m launch.paint --model=models/mnist_small --samples=64 \\
        --sheet=drawings.png
    python -m launch.paint --program=out.json --brush=classic/charcoal \\
        --size=1024 --output=out.png

The first paints in the way that suits the picture, x.svg and x.png beside it.
The extension of an output says its form: .png, .svg, .gif, .mp4, .json (the
program itself), and .xml (MJCF) of a 3D scene. Where there are several
pictures, the name of each goes before the extension: out_NAME.svg.
"""

from collections.abc import Sequence

from absl import flags

from launch import commands
from launch import paint_defaults
from launch import paint_flags
from launch import paint_outputs
from launch import paint_request
from launch import paint_sources

flags.adopt_module_key_flags(paint_flags)


def main(argv: Sequence[str]) -> None:
  """Paints."""
  request = paint_defaults.complete(paint_flags.request(argv))
  paint_request.check(request)
  work = paint_sources.find(request)
  paint_outputs.check(request, work)
  count = paint_outputs.write(request, work)
  print(f'Painted {count}: {", ".join(request.files)}')


if __name__ == '__main__':
  commands.run(main)
