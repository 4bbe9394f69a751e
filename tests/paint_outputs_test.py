"""Tests of launch.paint_outputs: what is refused before anything is painted."""

import os

import numpy as np
from PIL import Image
import pytest

from launch import paint_outputs
from launch import paint_request
from launch import paint_sources
from spiral_tf import progress as progress_lib
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from tests import program_cases

_Request = paint_request.Request


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
  """Outputs go to an empty folder."""
  monkeypatch.chdir(tmp_path)
  return tmp_path


def _work(renderer=None, names=('',), inputs=(), program=None):
  """Work of which nothing may be done."""

  def paintings():
    raise AssertionError('something is painted')
    yield

  renderer = renderer or (program or program_cases.painted()).renderer
  called = list(names)
  return paint_sources.Work(
    renderer,
    called,
    len(called) > 1,
    list(inputs),
    bool(inputs),
    paintings(),
    program,
  )


@pytest.mark.parametrize(
  'renderer,values,words',
  [
    (None, {'output': ('a.xml',)}, 'this is a painting, which .* as .xml'),
    ('scene', {'output': ('a.svg',)}, 'this is a scene, which .* as .svg'),
    ('scene', {'brush': 'classic/pen'}, 'this is a scene'),
    ('scene', {'background': 'white'}, 'this is a scene'),
    ('scene', {'color_strokes': True}, 'this is a scene'),
    (None, {'sheet': 's.png', 'size': 4096}, 'choose a smaller --size'),
  ],
)
def test_what_is_not_for_such_paintings_is_refused(renderer, values, words):
  if renderer:
    renderer = program_cases.staged().renderer
  request = _Request(**{'output': ('a.png',), **values})
  with pytest.raises(ValueError, match=words):
    paint_outputs.check(request, _work(renderer, map(str, range(9))))
  assert not os.listdir()


def test_a_program_that_cannot_be_so_large_is_refused():
  stroke = canvas.Stroke((4, 4), (9, 9), 1.0, 100.0)
  program = program_cases.program_lib.Program(
    canvas.Canvas(64, 32, 'classic/pen'), (stroke,)
  )
  for output in ('a.png', 'a.gif', 'a.mp4'):
    request = _Request(output=('a.json', output), size=1024)
    with pytest.raises(ValueError, match='choose a smaller size'):
      paint_outputs.check(request, _work(program=program))
  paint_outputs.check(_Request(output=('a.png',)), _work(program=program))


def test_what_is_painted_is_not_written_over(here):
  for name in ('in.png', 'out_in.png', 'p.json'):
    (here / name).write_text('spiral_tf')  # Even if it is from here.
  (here / 'link.png').symlink_to('in.png')
  for request, names, inputs in (
    (_Request(output=('in.png',)), [''], ['in.png']),
    (_Request(output=('link.png',)), [''], ['in.png']),
    (_Request(output=('p.json',)), [''], [str(here / 'p.json')]),
    (_Request(output=('out.png',)), ['in', 'x'], ['in.png', 'out_in.png']),
    (_Request(sheet='in.png'), ['in', 'x'], ['in.png', 'x.png']),
  ):
    with pytest.raises(ValueError, match='which is what is painted'):
      paint_outputs.check(request, _work(names=names, inputs=inputs))


def test_of_names_that_nobody_typed_only_own_files_are_replaced(here):
  request = _Request(output=('out.png', 'out.svg'))
  work = _work(names=['a', 'b'])
  paint_outputs.check(request, work)
  program_cases.painted(number=2).save('out_a.png', 'out_a.svg', 'out_b.png')
  paint_outputs.check(request, work)
  Image.fromarray(np.zeros([4, 4], np.uint8)).save('out_b.png')
  with pytest.raises(ValueError, match=r"'out_b.png' .* not from spiral_tf"):
    paint_outputs.check(request, work)
  # Who names the file means it.
  paint_outputs.check(_Request(output=('out_b.png',)), _work(names=['b']))


def test_two_paintings_are_not_written_to_one_file():
  request = _Request(output=('out.png',), sheet='out_a.png')
  with pytest.raises(ValueError, match='named twice'):
    paint_outputs.check(request, _work(names=['a', 'b']))
  paint_outputs.check(request, _work(names=['b', 'c']))


def test_each_file_is_looked_at_before(here):
  (here / 'out_b.png').mkdir()
  request = _Request(output=('out.png',))
  with pytest.raises(ValueError, match=r"'out_b.png' .* not from spiral_tf"):
    paint_outputs.check(request, _work(names=['a', 'b']))
  program_cases.painted(number=2).save('out_a.png')
  (here / 'out_a.png').chmod(0o444)
  with pytest.raises(PermissionError, match=r"'out_a.png' .*read-only"):
    paint_outputs.check(request, _work(names=['a', 'c']))


def test_what_comes_is_written_with_the_changes_that_were_asked_for(capsys):
  program = program_cases.painted(number=3)
  target = np.full([64, 64, 1], 255, np.uint8)
  paintings = iter(
    [
      paint_sources.Painting('a', program, target),
      paint_sources.Painting('b', program, target),
    ]
  )
  work = paint_sources.Work(
    program.renderer, ['a', 'b'], True, [], True, paintings
  )
  request = _Request(
    output=('o.png', 'o.json'),
    sheet='s.PNG',
    background='Ivory',
    brush='classic/charcoal',
    color_strokes=True,
    size=20,
  )
  paint_outputs.check(request, work)
  assert paint_outputs.write(request, work) == 2
  names = ['o_a.json', 'o_a.png', 'o_b.json', 'o_b.png', 's.PNG']
  assert sorted(os.listdir()) == names
  made = program_cases.program_lib.Program.load('o_b.json')
  assert made.renderer.background == '#fffff0'
  assert made.renderer.brush == 'classic/charcoal'
  np.testing.assert_array_equal(Image.open('o_a.png'), made.render(20))
  assert Image.open('s.PNG').size == (4 * 41 + 1, 42)
  error = np.square(1 - program.render() / 255.0).mean()
  assert f'error of a pixel: {error:.4f}' in capsys.readouterr().out


def test_films_say_how_far_they_are(monkeypatch):
  lines, made = [], progress_lib.Progress
  # As if each line were due.
  monkeypatch.setattr(
    paint_outputs.progress,
    'Progress',
    lambda what: made(what, every=0, say=lines.append),
  )
  program = program_cases.painted(number=3)
  paintings = iter([paint_sources.Painting('', program)])
  work = paint_sources.Work(
    program.renderer, [''], False, [], False, paintings, program
  )
  request = _Request(output=('a.gif', 'a.png', 'b.mp4'), size=16)
  paint_outputs.check(request, work)
  paint_outputs.write(request, work)
  for name in ('a.gif', 'b.mp4'):
    said = [line for line in lines if f' frames of {name}, ' in line]
    counts = [line.split(' ')[0] for line in said]
    assert counts == [str(i) for i in range(1, len(said) + 1)]
    assert len(said) > 10 and '0:00 left' in said[-1]
  assert not [line for line in lines if 'a.png' in line]


def test_paintings_of_photographs_are_plotted_on_white_paper(tmp_path):
  # A stroke of the colour of the paper is seen on white paper only.
  paper = canvas.Canvas(64, 64, 'classic/pen', background='#000000', channels=3)
  stroke = canvas.Stroke(control=(30, 20), end=(50, 50), pressure=1, radius=2)
  program = program_lib.Program(paper, (canvas.Move((5, 5)), stroke))
  paths = []
  for i, values in enumerate(
    ({'strokes': 5}, {}, {'strokes': 5, 'background': '#000000'})
  ):
    path = str(tmp_path / f'{i}.svg')
    request = _Request(output=(path,), paper='a6', **values)
    painting = paint_sources.Painting('', program)
    work = _work(program=program)._replace(paintings=iter([painting]))
    assert paint_outputs.write(request, work) == 1
    paths.append((tmp_path / f'{i}.svg').read_text('utf-8').count('<path'))
  assert paths == [1, 0, 0]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
