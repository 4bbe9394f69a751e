"""Tests of spiral_tf.programs.plotter: files as plotters see them."""

from xml.etree import ElementTree

import numpy as np
import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import formats
from spiral_tf.programs import platform
from spiral_tf.programs import plotter
from spiral_tf.programs import program as program_lib

_SVG = '{http://www.w3.org/2000/svg}'
_INKSCAPE = '{http://www.inkscape.org/namespaces/inkscape}'


def _program(background='white'):
  """Two black strokes in a sequence, a red one, and a white one."""
  return program_lib.Program(
    canvas.Canvas(100, 100, 'deevad/liner', background, channels=3),
    (
      canvas.Move((9.5, 9.5)),
      canvas.Stroke((9.5, 49.5), (49.5, 49.5), 1.0, 1.0),
      canvas.Stroke((89.5, 49.5), (89.5, 89.5), 1.0, 1.0),
      canvas.Move((89.5, 9.5)),
      canvas.Stroke((89.5, 19.5), (89.5, 29.5), 1.0, 4.0, (1.0, 0.0, 0.0)),
      canvas.Move((4.5, 9.5)),
      canvas.Stroke((4.5, 29.5), (4.5, 89.5), 1.0, 1.0, (1.0, 1.0, 1.0)),
    ),
  )


def _written(tmp_path, program, **settings):
  path = str(tmp_path / 'plot.svg')
  made = program.plot(path, **settings)
  return made, ElementTree.parse(path).getroot(), path


def test_a_plot_is_in_millimetres_without_background(tmp_path):
  made, root, path = _written(tmp_path, _program(), paper='a4', pen='0.3mm')
  assert (root.get('width'), root.get('height')) == ('210mm', '297mm')
  assert root.get('viewBox') == '0 0 210 297'
  tags = {element.tag.removeprefix(_SVG) for element in root.iter()}
  assert tags == {'svg', 'title', 'desc', 'g', 'path'}
  assert made.layout.size == pytest.approx((190, 190))
  assert formats.is_own(path)


def test_layers_are_pens_and_paths_are_open_lines(tmp_path):
  made, root, _ = _written(tmp_path, _program(), pen='0.3mm')
  layers = root.findall(f'{_SVG}g')
  labels = [layer.get(f'{_INKSCAPE}label') for layer in layers]
  assert labels == ['1 #ff0000', '2 #000000']  # White is the paper.
  for layer in layers:
    assert layer.get(f'{_INKSCAPE}groupmode') == 'layer'
    assert layer.get('fill') == 'none' and layer.get('stroke-width') == '0.3'
    assert layer.get('stroke-linecap') == 'round'
  red, black = ([p.get('d') for p in layer] for layer in layers)
  # One line from (x 10, y 90) to (30, 90) of 100, on paper with 190 mm.
  assert red == ['M29 224.5L67 224.5']
  assert black == ['M29 72.5Q105 72.5 105 148.5Q105 224.5 181 224.5']
  assert made.layers[0].drawn == pytest.approx(38)


def test_on_other_paper_white_is_a_pen(tmp_path):
  made, _, _ = _written(tmp_path, _program('#000000'))
  assert [layer.color for layer in made.layers] == ['#ffffff', '#ff0000']


def test_pens_can_be_chosen(tmp_path):
  made, _, _ = _written(tmp_path, _program(), pens=1)
  assert len(made.layers) == 1
  made, _, _ = _written(tmp_path, _program(), pen_colors=('navy',))
  assert [layer.color for layer in made.layers] == ['#000080']
  with pytest.raises(ValueError, match='leave one of the two out'):
    plotter.Plotter(pens=1, pen_colors=('navy',))


def test_wide_strokes_can_be_filled(tmp_path):
  lines, _, _ = _written(tmp_path, _program())
  filled, _, _ = _written(tmp_path, _program(), fill=True)
  (plain, _), (red, _) = lines.layers, filled.layers
  # The red stroke is about 15 mm wide: 30 lines of half a millimetre.
  assert 25 < red.drawn / plain.drawn < 50
  assert len(red.paths) == 1


def test_a_picture_of_many_wide_strokes_can_be_filled(tmp_path):
  # Each is filled with some thousand pieces, most of which others hide.
  generator = np.random.default_rng(0)
  sheet = canvas.Canvas(100, 100, 'classic/pen', channels=3)
  commands = []
  for start, middle, end in generator.uniform(0, 100, (200, 3, 2)).tolist():
    commands.append(canvas.Move(tuple(start)))
    color = tuple(generator.choice([0.2, 0.5, 0.8], 3).tolist())
    commands.append(canvas.Stroke(tuple(middle), tuple(end), 1.0, 10.0, color))
  made, _, _ = _written(
    tmp_path,
    program_lib.Program(sheet, tuple(commands)),
    pen='1mm',
    pens=8,
    fill=True,
  )
  # Lines a millimetre apart, all over the picture but hardly twice.
  drawn = sum(layer.drawn for layer in made.layers)
  assert drawn == pytest.approx(np.prod(made.layout.size), rel=0.2)


def test_what_it_costs_is_told():
  made = plotter.plot(
    _program().renderer, _program().commands, plotter.Plotter()
  )
  drawn = sum(layer.drawn for layer in made.layers) / 1000
  assert str(made).startswith(f'2 paths of 2 pens, {drawn:.1f} m drawn, ')
  layer = made.layers[0]
  # From the corner of the paper to the line, and back from its end.
  way = np.hypot(29, 224.5) + np.hypot(67, 224.5)
  assert layer.travel == pytest.approx(way)


def test_what_cannot_be_plotted_is_refused(tmp_path):
  scene = program_lib.Program(platform.Platform(32, 8), ())
  with pytest.raises(ValueError, match='paintings only, and this is'):
    scene.plot(str(tmp_path / 'a.svg'))
  with pytest.raises(ValueError, match=r'must end in .svg'):
    _program().plot(str(tmp_path / 'a.png'))
  with pytest.raises(OSError, match='no folder'):
    _program().plot(str(tmp_path / 'no' / 'a.svg'))
  assert not list(tmp_path.iterdir())


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
