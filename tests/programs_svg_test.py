"""Tests of spiral_tf.programs.svg, with resvg to draw what it writes."""

from xml.etree import ElementTree

import numpy as np
from PIL import Image
import pytest

from launch.benchmarks import svg as svg_lib
from spiral_tf.environments import mypaint
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import svg
from tests import program_cases

_SVG = '{http://www.w3.org/2000/svg}'
_PEN = canvas.Canvas(64, 32, 'classic/pen')


def _stroke(pressure=1.0, end=(20, 20), **kwargs):
  return canvas.Stroke((10, 20), end, pressure, 2.0, **kwargs)


def _dumps(program, *size):
  return svg.dumps(program.renderer, program.commands, *size)


def _groups(*made, renderer=_PEN):
  root = ElementTree.fromstring(svg.dumps(renderer, made))
  return root.findall(f'{_SVG}g')


@pytest.mark.parametrize(
  'brush,varies,size,limit',
  [
    # Over 200 programs: 0.096, 0.022, 0.076 and 0.067.
    ('deevad/liner', False, 64, 0.12),
    ('deevad/liner', False, 256, 0.03),
    ('classic/pen', True, 64, 0.11),
    ('classic/pen', True, 256, 0.1),
  ],
)
def test_looks_like_what_the_brush_draws(brush, varies, size, limit):
  _, share = svg_lib.measure(brush, varies, size, number=10)
  assert share < limit


@pytest.mark.parametrize('width,height', [(64, 40), (41, 64)])
@pytest.mark.parametrize('size', [64, 51, 256])
def test_other_aspects_look_like_what_the_brush_draws(width, height, size):
  program = program_cases.painted(
    brush='deevad/liner',
    canvas_width=width,
    canvas_height=height,
    background='#202020',
  ).with_stroke_colors()
  drawn = np.asarray(Image.fromarray(program.render(size)).convert('L'))
  traced = svg_lib.rasterized(_dumps(program, size))
  assert traced.shape == drawn.shape == program.renderer.shape(size)
  assert max(traced.shape) == size
  difference = abs(traced.astype(float) - drawn)
  empty = abs(drawn - 32.0)
  # As for squares: edges differ, by about a pixel, however large they are.
  assert difference.mean() < 0.12 * 64 / size * empty.mean()
  # The paper reaches all edges; what is behind it is white.
  for edge in (traced[0], traced[-1], traced[:, 0], traced[:, -1]):
    assert np.median(edge) == 32 and edge.max() < 250


def test_soft_brushes_have_about_as_much_ink():
  for brush in ('deevad/ballpen', 'classic/charcoal'):
    program = program_cases.painted(3, brush=brush, number=6)
    drawn = 255.0 - program.render(256)
    traced = 255.0 - svg_lib.rasterized(_dumps(program, 256))
    assert traced.sum() == pytest.approx(drawn.sum(), rel=0.35)


def test_a_group_a_stroke_and_the_programs_own_curves():
  move = canvas.Move((3, 3))
  first, second = _groups(move, _stroke(), _stroke(end=(9, 1)))
  assert (first.get('id'), second.get('id')) == ('stroke-1', 'stroke-2')
  (path,) = first  # Nothing varies, so there is one piece.
  # Cells are 2 pixels wide: (3, 3) is at (7, 7), x before y.
  assert path.get('d') == 'M7 7Q41 21 41 41'
  assert second[0].get('d').startswith('M41 41Q')


def test_width_follows_pressure_and_moves_end_sequences():
  move = canvas.Move((3, 3))
  first, growing = _groups(move, _stroke(0.2), _stroke(1.0, end=(30, 30)))
  assert len(first) == 1
  widths = [float(p.get('stroke-width')) for p in growing]
  assert len(widths) > 3
  assert widths == sorted(widths)
  assert widths[0] == pytest.approx(
    float(first[0].get('stroke-width')), rel=0.1
  )
  # After a move the pressure is the same all along.
  _, alone = _groups(move, _stroke(0.2), move, _stroke(1.0))
  assert len(alone) == 1


def test_opacity_follows_pressure():
  ballpen = canvas.Canvas(64, 32, 'deevad/ballpen')
  light, growing = _groups(
    canvas.Move((3, 3)),
    _stroke(0.2),
    _stroke(1.0, end=(30, 30)),
    renderer=ballpen,
  )
  assert 0 < float(light.get('opacity')) < 0.5
  values = [p.get('stroke-opacity') for p in growing]
  values = [float(value) for value in values if value]
  assert len(values) > 3 and values == sorted(values)
  assert values[-1] > 2 * values[0]
  caps = [p for p in growing if 'A' in p.get('d')]
  assert len(caps) == 2


def test_the_view_box_is_what_a_picture_of_that_size_shows():
  """Its numbers are pixels of the canvas: 600 x 400."""
  renderer = canvas.Canvas(600, 60, 'classic/pen', canvas_height=400)
  for size, shape, box in (
    (600, ('600', '400'), '0 0 600 400'),
    (300, ('300', '200'), '0 0 600 400'),
    # The shorter side is rounded from 6.67 to 7, and from 33.3 to 33 pixels.
    (10, ('10', '7'), '0 0 600 420'),
    (50, ('50', '33'), '0 0 600 396'),
  ):
    root = ElementTree.fromstring(svg.dumps(renderer, (), size))
    assert (root.get('width'), root.get('height')) == shape
    assert root.get('viewBox') == box
    paper = root.find(f'{_SVG}rect')
    assert f'0 0 {paper.get("width")} {paper.get("height")}' == box


def test_strokes_without_pressure_leave_empty_groups():
  (group,) = _groups(canvas.Move((1, 1)), _stroke(0.0))
  assert len(group) == 0


def test_points_and_colours_and_paper():
  dot = canvas.Stroke((5, 7), (5, 7), 1.0, 4.0, (1.0, 0.0, 0.5))
  renderer = canvas.Canvas(64, 32, 'classic/pen', '#00ff00', channels=3)
  program = program_lib.Program(renderer, (canvas.Move((5, 5)), dot))
  text = _dumps(program, 64)
  assert 'stroke="#ff0080"' in text and 'fill="#00ff00"' in text
  dark = svg_lib.rasterized(text)
  assert abs(int(dark[11, 11]) - int(dark[40, 40])) > 30
  clear = _dumps(program.with_background('transparent'))
  assert '<rect' not in clear


def test_grey_pictures_are_grey():
  renderer = canvas.Canvas(64, 32, 'deevad/liner', '#80ff00')
  dot = canvas.Stroke((5, 9), (5, 9), 1.0, 4.0, (1.0, 0.2, 0.0))
  program = program_lib.Program(renderer, (canvas.Move((5, 5)), dot))
  drawn = program.render()[..., 0].astype(int)
  traced = svg_lib.rasterized(_dumps(program, 64)).astype(int)
  for place in ((11, 14), (40, 40)):  # On the stroke, and on paper.
    assert abs(traced[place] - drawn[place]) <= 2
  color = _groups(*program.commands, renderer=renderer)[0].get('stroke')
  assert color[1:3] == color[3:5] == color[5:]


def _short(brush, length, background='white'):
  """A program of one stroke, so many pixels of the canvas long."""
  renderer = canvas.Canvas(64, 64, brush, background, channels=3)
  stroke = canvas.Stroke(
    (32, 20 + length / 2), (32, 20 + length), 1.0, 4.0, (0.0, 0.0, 1.0)
  )
  return program_lib.Program(renderer, (canvas.Move((32, 20)), stroke))


@pytest.mark.parametrize('length', [0.0, 0.7, 1.9])
def test_no_brush_has_a_disc_where_it_draws_nothing(length):
  empty = 0
  for brush in _usable():
    program = _short(brush, length)
    if (program.render() != 255).any():
      continue
    empty += 1
    dark = svg_lib.rasterized(_dumps(program, 64))
    assert dark.min() == 255, brush
  # Those of no dab, and the ones that only wipe.
  assert empty > 25


def _usable():
  for brush in mypaint.brushes.names():
    try:
      mypaint.brushes.load(brush)
    except ValueError:  # It would crash the brush engine.
      continue
    yield brush


@pytest.mark.parametrize(
  'brush', ['classic/pen', 'deevad/liner', 'deevad/ballpen', 'deevad/spray']
)
@pytest.mark.parametrize('size', [None, 256])
def test_short_strokes_are_there_in_both_or_in_none(brush, size, tmp_path):
  seen = set()
  for length in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0):
    program = _short(brush, length)
    ink = bool((program.render(size) != 255).any())
    program.save(str(tmp_path / 'a.svg'), size=size)
    text = (tmp_path / 'a.svg').read_text()
    assert (svg_lib.rasterized(text).min() < 255) == ink, length
    seen.add(ink)
  assert seen == {True, False} or brush == 'deevad/spray'  # Which draws dots.


def test_short_strokes_that_make_a_dab_together_are_there():
  move = canvas.Move((32, 20))
  strokes = [
    canvas.Stroke((32, 20 + x), (32, 20 + x), 1.0, 4.0)
    for x in np.arange(0, 8, 0.5).tolist()
  ]
  renderer = canvas.Canvas(64, 64, 'classic/pen')
  alone = program_lib.Program(renderer, (move, strokes[1]))
  assert alone.render().min() == 255
  program = program_lib.Program(renderer, (move, *strokes))
  assert program.render().min() < 128
  assert svg_lib.rasterized(_dumps(program, 64)).min() < 128


def test_no_stroke_is_lost():
  program = program_cases.painted(number=200)
  root = ElementTree.fromstring(_dumps(program))
  ids = [group.get('id') for group in root.findall(f'{_SVG}g')]
  assert ids == [f'stroke-{i}' for i in range(1, program.num_strokes + 1)]
  # Cells are two pixels wide, so hardly any stroke is short.
  drawn = [len(group) > 0 for group in root.findall(f'{_SVG}g')]
  assert np.mean(drawn) > 0.98


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
