"""Paintings for pen plotters: SVG in millimetres, a layer a pen.

Each path is one line of the pen, open, without fill. Layers are those of
Inkscape, which AxiDraw's software and vpype know as well: what an artist
changes pens between. There is no background: that is the paper.
"""

from collections.abc import Sequence
import dataclasses
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.programs import canvas as canvas_lib
from spiral_tf.programs import plotter_cuts
from spiral_tf.programs import plotter_order
from spiral_tf.programs import plotter_paper
from spiral_tf.programs import plotter_paths
from spiral_tf.programs import plotter_pens
from spiral_tf.programs import renderer as renderer_lib

_INKSCAPE = 'http://www.inkscape.org/namespaces/inkscape'


@dataclasses.dataclass(frozen=True)
class Plotter:
  """What a plot is made for.

  Attributes:
    paper: see `plotter_paper.sides`.
    pen: how wide a line of the pen is, a length.
    margin: what stays free at each edge of the paper, a length.
    pens: how many pens there are, at most; by default up to 12.
    pen_colors: of the pens that there are, as CSS has them; by default colours
      of the painting.
    fill: whether wide strokes are filled with lines a pen apart; by default
      only the middle of each is drawn.
  """

  paper: str = 'a4'
  pen: str = '0.5mm'
  margin: str = '10mm'
  pens: int | None = None
  pen_colors: tuple[str, ...] = ()
  fill: bool = False

  def __post_init__(self):
    plotter_paper.lay(self.paper, self.margin, 1, 1)
    colors = plotter_pens.parse(self.pen_colors)
    object.__setattr__(self, 'pen_colors', colors)
    if self.pens is not None:
      plotter_pens.check(self.pens)
    if self.pens is not None and colors:
      raise ValueError(
        'pens and pen_colors both say how many pens there are; leave one of '
        'the two out.'
      )
    _ = self.nib

  @property
  def nib(self) -> float:
    """How wide a line of the pen is, millimetres."""
    return plotter_paper.length('pen', self.pen, 0.05, 20)

  def layout(self, height: float, width: float) -> plotter_paper.Layout:
    """Where a picture of such sides lies."""
    return plotter_paper.lay(self.paper, self.margin, height, width)


class Layer(NamedTuple):
  """What one pen draws.

  Attributes:
    color: of the pen, '#rrggbb'.
    paths: in the order that they are drawn in, see `plotter_cuts.Path`.
    drawn: how far the pen goes while it is down, millimetres.
    travel: how far it goes while it is up, from the corner of the paper and
      back.
    travel_before: how far it would go in the order of the painting.
  """

  color: str
  paths: list[plotter_cuts.Path]
  drawn: float
  travel: float
  travel_before: float


class Plot(NamedTuple):
  """A plot.

  Attributes:
    layout: where the picture lies.
    nib: how wide a line is, millimetres.
    layers: one a pen, in the order that they are drawn in.
  """

  layout: plotter_paper.Layout
  nib: float
  layers: list[Layer]

  def __str__(self) -> str:
    """What it is and costs, on one line."""
    paths = sum(len(layer.paths) for layer in self.layers)
    drawn, travel, before = (
      sum(getattr(layer, name) for layer in self.layers) / 1000
      for name in ('drawn', 'travel', 'travel_before')
    )
    pens = len(self.layers)
    return (
      f'{paths} paths of {pens} pen{"s" * (pens != 1)}, {drawn:.1f} m drawn, '
      f'{travel:.1f} m with the pen up ({before:.1f} m before ordering)'
    )


def check(renderer: renderer_lib.Renderer) -> None:
  """Raises a ValueError unless a plotter can draw programs of a renderer."""
  if not renderer.has_brush:
    raise ValueError(
      f'a plotter draws paintings only, and this is {renderer.noun}; leave the '
      'paper out.'
    )


def plot(
  renderer: renderer_lib.Renderer,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
  plotter: Plotter,
) -> Plot:
  """Makes a plot of a program.

  Args:
    renderer: what is painted on, a canvas.
    commands: those of the program.
    plotter: what it is made for.

  Returns:
    The plot.

  Raises:
    ValueError: it is no painting, or there is no such brush here.
  """
  check(renderer)
  layout = plotter.layout(renderer.canvas_height, renderer.canvas_width)
  drawn = plotter_paths.strokes(renderer, commands, layout)
  lengths = [
    plotter_cuts.length(stroke.curve[np.newaxis]) * max(stroke.width, 1e-3)
    for stroke in drawn
  ]
  background = renderer.background
  paper = (1.0, 1.0, 1.0)
  if background.startswith('#'):
    paper = tuple(value / 255 for value in bytes.fromhex(background[1:]))
  pens = plotter_pens.choose(
    [stroke.color for stroke in drawn],
    lengths,
    paper,
    plotter.pens,
    plotter.pen_colors,
  )
  nib = plotter.nib
  made = plotter_paths.paths(
    drawn, pens.pen, len(pens.colors), nib, layout, plotter.fill
  )
  # In a filled place the pen may as well stay down on its way to the next line.
  near = 1.6 * nib if plotter.fill else 0.0
  layers = [_layer(color, each, near) for color, each in zip(pens.colors, made)]
  return Plot(layout, nib, [layer for layer in layers if layer.paths])


def dumps(made: Plot) -> str:
  """Writes a plot as SVG, lengths in millimetres."""
  height, width = made.layout.paper
  svg = ElementTree.Element(
    'svg',
    {
      'xmlns': 'http://www.w3.org/2000/svg',
      'xmlns:inkscape': _INKSCAPE,
      'width': f'{_text(width)}mm',
      'height': f'{_text(height)}mm',
      'viewBox': f'0 0 {_text(width)} {_text(height)}',
    },
  )
  ElementTree.SubElement(svg, 'title').text = str(made)
  ElementTree.SubElement(
    svg, 'desc'
  ).text = f'A program of {pictures.SOFTWARE} for a pen plotter.'
  for number, layer in enumerate(made.layers, 1):
    group = ElementTree.SubElement(
      svg,
      'g',
      {
        'id': f'layer-{number}',
        'inkscape:groupmode': 'layer',
        'inkscape:label': f'{number} {layer.color}',
        'fill': 'none',
        'stroke': layer.color,
        'stroke-width': _text(made.nib),
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      },
    )
    for path in layer.paths:
      ElementTree.SubElement(group, 'path', {'d': _data(path)})
  ElementTree.indent(svg, ' ')
  return ElementTree.tostring(svg, encoding='unicode') + '\n'


def save(
  renderer: renderer_lib.Renderer,
  commands: Sequence[canvas_lib.Move | canvas_lib.Stroke],
  path: str,
  plotter: Plotter,
) -> Plot:
  """Writes a plot to a file, which appears whole or not at all.

  Args:
    renderer: see `plot`.
    commands: see `plot`.
    path: of the file, whose extension is .svg.
    plotter: see `plot`.

  Returns:
    The plot.

  Raises:
    ValueError: see `plot`; or the file is no .svg.
    OSError: the file cannot be written.
  """
  if not path.lower().endswith('.svg'):
    raise ValueError(f'{path!r} is to be a plot, but it must end in .svg.')
  files.check(path)
  made = plot(renderer, commands, plotter)
  text = dumps(made)
  with (
    files.replacing(path) as temporary,
    open(temporary, 'w', encoding='utf-8') as file,
  ):
    file.write(text)
  return made


def _layer(color: str, paths: list[plotter_cuts.Path], near: float) -> Layer:
  """Orders the paths of one pen, and joins those whose ends are so near."""
  ends = _ends(paths)
  order = plotter_order.shortened(ends)
  # Of each path the pieces that it is joined of.
  joined: list[list[plotter_cuts.Path]] = []
  for i, back in zip(order.paths, order.reversed):
    path = paths[i][::-1, ::-1] if back else paths[i]
    start, end = joined[-1][-1][-1, 2] if joined else None, path[0, 0]
    if joined and near and np.hypot(*(end - start)) <= near:
      way = np.stack([start, (start + end) / 2, end])[np.newaxis]
      joined[-1] += [way, path]
    else:
      joined.append([path])
  ordered = [np.concatenate(parts) for parts in joined]
  return Layer(
    color,
    ordered,
    sum(map(plotter_cuts.length, ordered)),
    plotter_order.travel(_ends(ordered)),
    plotter_order.travel(ends),
  )


def _ends(paths: list[plotter_cuts.Path]) -> np.ndarray:
  """Both ends of each path, float `[N, 2, 2]`."""
  ends = np.array([[path[0, 0], path[-1, 2]] for path in paths])
  return ends.reshape(-1, 2, 2)


def _data(path: plotter_cuts.Path) -> str:
  """A path as path data."""
  data = [f'M{_point(path[0, 0])}']
  middle = (path[:, 0] + path[:, 2]) / 2
  straight = (np.abs(path[:, 1] - middle) <= 5e-4).all(axis=1)
  for (_, control, end), is_line in zip(path.tolist(), straight.tolist()):
    if is_line:
      data.append(f'L{_point(end)}')
    else:
      data.append(f'Q{_point(control)} {_point(end)}')
  return ''.join(data)


def _point(point: Sequence[float]) -> str:
  return f'{_text(point[1])} {_text(point[0])}'


def _text(value: float) -> str:
  """A number as short as a thousandth allows."""
  text = f'{value:.3f}'.rstrip('0').rstrip('.')
  return '0' if text == '-0' else text
