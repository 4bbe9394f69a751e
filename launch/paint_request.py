"""What launch.paint is asked for, and what can be said against it at once.

It is refused before any work, even before an agent is loaded, if it cannot be.
A flag that would have no effect is refused, too: who gave it expects one.
"""

from collections.abc import Callable
import dataclasses
import math
import re
from typing import NamedTuple

from launch import places
from spiral_tf.agents import hatch
from spiral_tf.agents import photographs
from spiral_tf.environments import mypaint
from spiral_tf.evaluation import judges
from spiral_tf.programs import backgrounds
from spiral_tf.programs import checks
from spiral_tf.programs import formats
from spiral_tf.programs import plotter as plotter_lib
from spiral_tf.search import proposals as proposals_lib

# Of which the best is improved (docs/search.md).
_SAMPLES_TO_IMPROVE = 16


@dataclasses.dataclass(frozen=True)
class Request:
  """The flags of launch.paint, which say what each of them is.

  Attributes:
    given: names of those that were given, be it with their defaults.
  """

  model: str | None = None
  image: tuple[str, ...] = ()
  bad_images: str = 'error'
  data: str | None = None
  program: str | None = None
  output: tuple[str, ...] = ()
  sheet: str | None = None
  columns: int = 16
  size: int | None = None
  fit: str = 'crop'
  brush: str | None = None
  background: str | None = None
  color_strokes: bool = False
  samples: int | None = None
  best: bool = False
  improve: int | None = None
  judge: str = judges.PIXELS
  run: str | None = None
  stroke_cost: float = 0.0
  temperature: float = 1.0
  tiles: int | None = None
  strokes: int | None = None
  focus: str | None = None
  picture_colors: bool = False
  paper: str | None = None
  pen: str = '0.5mm'
  margin: str = '10mm'
  pens: int | None = None
  pen_colors: tuple[str, ...] = ()
  fill: bool = False
  hatching: bool = False
  seed: int = 0
  given: frozenset[str] = frozenset()

  @property
  def keeps_best(self) -> bool:
    """Whether one painting of each picture is kept, the nearest."""
    return self.best or self.improve is not None

  @property
  def drawings(self) -> int:
    """Drawings of each picture, of which the nearest may be kept."""
    return self.samples or (_SAMPLES_TO_IMPROVE if self.improve else 1)

  @property
  def files(self) -> list[str]:
    """The files that are to be written, as they are named."""
    return [*self.output, *filter(None, [self.sheet])]

  @property
  def plotter(self) -> plotter_lib.Plotter | None:
    """What plots are made for, if there is paper for some."""
    if self.paper is None:
      return None
    return plotter_lib.Plotter(
      self.paper, self.pen, self.margin, self.pens, self.pen_colors, self.fill
    )

  def painter(
    self, proposals: proposals_lib.Make = proposals_lib.Scan
  ) -> photographs.Painter:
    """Who paints photographs with strokes that search finds.

    Args:
      proposals: who proposes strokes.

    Returns:
      The painter.

    Raises:
      ValueError: there cannot be such a one.
      FileNotFoundError: there is no such mask.
    """
    return photographs.Painter(
      self.strokes or photographs.STROKES,
      self.brush or photographs.BRUSH,
      min(self.size or photographs.SIZE, photographs.MAX_SIZE),
      self.focus,
      proposals=proposals,
    )

  def is_plot(self, path: str) -> bool:
    """Whether an output of this name is for a plotter."""
    return self.paper is not None and path.lower().endswith('.svg')


class _Need(NamedTuple):
  """What a flag needs to have an effect.

  Attributes:
    is_met: whether a request has it.
    words: what is said of the flag if not.
  """

  is_met: Callable[[Request], bool]
  words: str


_AGENT = _Need(
  lambda r: not r.program,
  'is for an agent, but --program renders a program again, without one; leave '
  'one of the two out',
)
_ONE_SOURCE = _Need(
  lambda r: not (r.image and r.data),
  'names pictures, and so does --image; choose either --image or --data',
)
_PICTURE = _Need(lambda r: bool(r.image), 'needs a picture: add --image=...')
_REPRODUCES = _Need(
  lambda r: bool(r.image or r.data),
  'keeps what is nearest to a picture: add --image=... or --data=digits',
)
_SAMPLES = _Need(
  lambda r: (r.samples or 1) > 1, 'chooses among samples: add --samples=16'
)
_NO_TILES = _Need(
  lambda r: not r.tiles,
  'is for paintings as a whole, but --tiles chooses single strokes; leave one '
  'of the two out',
)
_IMPROVES = _Need(
  lambda r: r.improve is not None,
  'says which variations --improve keeps: add --improve=2000',
)
_RUN = _Need(
  lambda r: r.judge == judges.PIXELS or bool(r.run),
  'needs a discriminator: name the folder of the run that trained it with '
  '--run=...',
)
_JUDGED = _Need(
  lambda r: r.judge != judges.PIXELS,
  f'is for its discriminator: add --judge={judges.BOTH}',
)
_BY_PIXELS = _Need(
  lambda r: r.judge == judges.PIXELS,
  f'is a share of the error of pixels, so --judge must be {judges.PIXELS}; '
  'leave one of the two out',
)
_TILES = _Need(lambda r: bool(r.tiles), 'is for windows: add --tiles=4')
_SHEET = _Need(lambda r: bool(r.sheet), 'is for a sheet: add --sheet=pairs.png')
_PIXELS = _Need(
  lambda r: (
    bool(r.sheet)
    or r.strokes is not None
    or any(formats.has_size(path) and not r.is_plot(path) for path in r.output)
  ),
  'is for pictures, and nothing that is to be written has a size: add '
  '--output=out.png',
)
_NO_HATCHING = _Need(
  lambda r: not r.hatching,
  'is for paintings, but --hatching draws with one pen, without an agent; '
  'leave one of the two out',
)
_NO_STROKES = _Need(
  lambda r: r.strokes is None,
  'is for an agent, but with --strokes search paints all of a photograph; '
  'leave one of the two out',
)
_STROKES = _Need(
  lambda r: r.strokes is not None,
  'is for photographs that search paints: add --strokes=300',
)
_PAPER = _Need(
  lambda r: r.paper is not None, 'is for a plotter: add --paper=a4'
)
_PLOT = _Need(
  lambda r: any(map(r.is_plot, r.output)),
  'is for a plotter, and nothing that is to be written is for one: add '
  '--output=plot.svg',
)
_PLOT_OR_HATCHING = _Need(lambda r: r.hatching or _PLOT.is_met(r), _PLOT.words)
# What each flag needs; the first that is not there is named. What agents and
# programs must be like for a flag is not asked here.
NEEDS: dict[str, tuple[_Need, ...]] = {
  'model': (_AGENT, _NO_HATCHING),
  'image': (_AGENT,),
  'bad_images': (_AGENT, _PICTURE),
  'data': (_AGENT, _ONE_SOURCE),
  'program': (),
  'output': (),
  'sheet': (),
  'columns': (_SHEET,),
  'size': (_PIXELS,),
  'fit': (_AGENT, _PICTURE, _NO_HATCHING, _NO_STROKES),
  'brush': (),
  'background': (),
  'color_strokes': (),
  'samples': (_AGENT, _NO_HATCHING, _NO_STROKES),
  'best': (_AGENT, _SAMPLES, _REPRODUCES, _NO_TILES),
  'improve': (_AGENT, _REPRODUCES, _NO_TILES, _NO_HATCHING, _NO_STROKES),
  'judge': (_IMPROVES, _RUN),
  'run': (_JUDGED,),
  'stroke_cost': (_IMPROVES, _BY_PIXELS),
  'temperature': (_AGENT, _NO_HATCHING, _NO_STROKES),
  'tiles': (_AGENT, _PICTURE, _NO_HATCHING, _NO_STROKES),
  'strokes': (_AGENT, _PICTURE, _NO_HATCHING),
  'focus': (_STROKES,),
  'picture_colors': (_AGENT, _TILES),
  'paper': (_PLOT_OR_HATCHING,),
  'pen': (_PAPER,),
  'margin': (_PAPER,),
  'pens': (_PAPER, _NO_HATCHING, _PLOT),
  'pen_colors': (_PAPER, _PLOT),
  'fill': (_PAPER, _NO_HATCHING, _PLOT),
  'hatching': (_AGENT, _PICTURE, _PAPER),
  'seed': (_AGENT,),
}


def check(request: Request) -> None:
  """Refuses what can be refused without an agent or a program.

  Args:
    request: what is asked for.

  Raises:
    ValueError: a value cannot be, or would have no effect.
    OSError: a file cannot be written.
  """
  if not request.files:
    raise ValueError(
      'nothing would be written: name a file with --output=out.svg, or with '
      '--sheet=pairs.png for all pictures in one.'
    )
  for name, needs in NEEDS.items():
    # --nobest and the like want nothing.
    if name in request.given and getattr(request, name) is not False:
      for need in needs:
        if not need.is_met(request):
          raise ValueError(f'--{name} {need.words}.')
  for name in ('model', 'image', 'program', 'output', 'sheet', 'run'):
    _check_path(name, getattr(request, name))
  if request.size is not None:
    checks.index('--size', request.size, checks.MAX_WIDTH + 1, 1)
  if not math.isfinite(request.temperature):
    raise ValueError(
      f'--temperature is {request.temperature}, but it must be a number of at '
      'least 0.'
    )
  if request.background is not None:
    backgrounds.normal(request.background)
  if request.brush is not None:
    mypaint.brushes.load(request.brush)
  plotter = request.plotter
  if request.hatching:
    hatch.Hatcher(plotter)
  if request.strokes is not None:
    request.painter()
  if request.sheet:
    places.png('sheet', request.sheet)
  formats.check(request.files)


def _check_path(name: str, value: str | tuple[str, ...] | None) -> None:
  """Refuses paths that are none, or are on other machines."""
  for path in [value] if isinstance(value, str) else value or ():
    if not path:
      raise ValueError(f'--{name} is empty, but it must be a path.')
    if re.match('[a-z][a-z0-9+.-]*://', path, re.IGNORECASE):
      raise ValueError(
        f'--{name} is {path!r}, an address, but it must be a path here: '
        'download what is to be read, and upload what was written.'
      )
