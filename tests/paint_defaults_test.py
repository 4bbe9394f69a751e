"""Tests of launch.paint_defaults."""

import pytest

from launch import paint_defaults
from launch import paint_request
from tests import drawn


def _complete(tmp_path, image, name='x.jpg', **given):
  path = str(tmp_path / name)
  image.save(path, quality=95)
  request = paint_request.Request(
    image=(path,), **given, given=frozenset(given)
  )
  return paint_defaults.complete(request)


def test_a_photograph_is_painted_by_search(tmp_path, capsys):
  done = _complete(tmp_path, drawn.photograph())
  assert done.strokes == 300 and done.model is None and done.improve is None
  assert done.output == (str(tmp_path / 'x.svg'), str(tmp_path / 'x.png'))
  assert 'looks like a photograph' in capsys.readouterr().out
  paint_request.check(done)


@pytest.mark.parametrize(
  'width, model', [(20, 'mnist_conditional'), (5, 'omniglot_conditional')]
)
def test_a_drawing_is_drawn_by_the_agent_with_such_a_pen(
  tmp_path, width, model, capsys
):
  done = _complete(tmp_path, drawn.drawing(width))
  assert f'{model}_small' in done.model and done.improve == 2000
  assert done.strokes is None and done.size == 512
  assert done.model in capsys.readouterr().out
  paint_request.check(done)


def test_what_was_said_stays(tmp_path, capsys):
  done = _complete(tmp_path, drawn.photograph(), strokes=7, output=('y.gif',))
  assert done.strokes == 7 and done.output == ('y.gif',)
  done = _complete(tmp_path, drawn.drawing(20), samples=3, best=True, size=99)
  assert done.size == 99
  assert done.samples == 3 and done.improve is None and done.model
  done = _complete(tmp_path, drawn.drawing(20), model='mine')
  assert done.model == 'mine' and done.improve is None
  assert capsys.readouterr().out.count('looks like') == 1
  paint_request.check(done)


def test_the_picture_and_another_svg_are_never_overwritten(tmp_path):
  names = [
    p.split('/')[-1] for p in _complete(tmp_path, drawn.drawing(5)).output
  ]
  assert names == ['x.svg', 'x.png']
  for name, svg in (('y.png', None), ('z.jpg', 'z.svg')):
    if svg:
      (tmp_path / svg).write_text('somebody else')
    done = _complete(tmp_path, drawn.drawing(5), name)
    stem = name[0]
    assert [p.split('/')[-1] for p in done.output] == [
      f'{stem}_painted.svg',
      f'{stem}_painted.png',
    ]


def test_a_request_with_flags_only_is_not_changed():
  request = paint_request.Request(image=('x.png',), given=frozenset({'image'}))
  assert paint_defaults.complete(request) is request
  request = paint_request.Request(model='m', given=frozenset({'model'}))
  assert paint_defaults.complete(request) is request


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
