"""Tests of launch.paint_request: what is refused before any work."""

import dataclasses
import os

import pytest

from launch import paint_request

_Request = paint_request.Request
# A value of each flag with which it would do something.
_VALUES = {
  'model': 'models/x',
  'image': ('x.png',),
  'bad_images': 'skip',
  'data': 'digits',
  'program': 'x.json',
  'output': ('out.png',),
  'sheet': 'pairs.png',
  'columns': 3,
  'size': 64,
  'fit': 'pad',
  'brush': 'classic/charcoal',
  'background': 'ivory',
  'color_strokes': True,
  'samples': 4,
  'best': True,
  'improve': 100,
  'judge': 'both',
  'run': 'runs/x',
  'stroke_cost': 0.01,
  'temperature': 0.5,
  'tiles': 2,
  'picture_colors': True,
  'strokes': 50,
  'focus': 'auto',
  'paper': 'a4',
  'pen': '0.3mm',
  'margin': '5mm',
  'pens': 3,
  'pen_colors': ('black', '#f00'),
  'fill': True,
  'hatching': True,
  'seed': 1,
}
# Sets of flags, beside each --output=out.png, in which all have an effect.
_SOUND = [
  {'program'},
  {'program', 'sheet', 'columns', 'size', 'brush', 'background'},
  {'model', 'samples', 'temperature', 'seed', 'color_strokes'},
  {'image', 'fit', 'samples', 'best', 'temperature', 'seed', 'model'},
  {'image', 'tiles', 'picture_colors', 'samples', 'fit', 'temperature'},
  {'image', 'bad_images'},
  {'image', 'improve'},
  {'image', 'improve', 'judge', 'run'},
  {'image', 'improve', 'stroke_cost'},
  {'data', 'improve', 'samples', 'best'},
  {'data', 'samples', 'best', 'sheet', 'columns', 'size'},
  {'image', 'strokes', 'focus', 'brush', 'size', 'seed', 'bad_images'},
  {'image', 'strokes', 'model', 'sheet', 'columns', 'background'},
  {'image', 'hatching', 'paper', 'pen', 'margin', 'seed', 'bad_images'},
  {'image', 'hatching', 'paper', 'sheet', 'columns', 'size', 'brush'},
]
# For each need of each flag, others with which it is not met.
_WITHOUT_EFFECT = [
  ('model', {'program'}, '--program'),
  ('image', {'program'}, '--program'),
  ('bad_images', {'program'}, '--program'),
  ('bad_images', {'data'}, '--image'),
  ('bad_images', set(), '--image'),
  ('data', {'program'}, '--program'),
  ('data', {'image'}, '--image'),
  ('columns', {'image'}, '--sheet'),
  ('fit', {'program'}, '--program'),
  ('fit', {'data'}, '--image'),
  ('fit', set(), '--image'),
  ('fit', {'image', 'hatching', 'paper'}, '--hatching'),
  ('samples', {'program'}, '--program'),
  ('best', {'program'}, '--program'),
  ('best', {'image'}, '--samples'),
  ('best', {'samples'}, '--image'),
  ('best', {'image', 'samples', 'tiles'}, '--tiles'),
  ('improve', {'program'}, '--program'),
  ('improve', set(), '--image'),
  ('improve', {'image', 'tiles'}, '--tiles'),
  ('judge', {'image'}, '--improve'),
  ('run', {'image', 'improve'}, '--judge'),
  ('stroke_cost', {'image', 'samples', 'best'}, '--improve'),
  ('stroke_cost', {'image', 'improve', 'judge', 'run'}, '--judge'),
  ('temperature', {'program'}, '--program'),
  ('tiles', {'program'}, '--program'),
  ('tiles', {'data'}, '--image'),
  ('tiles', set(), '--image'),
  ('model', {'image', 'hatching', 'paper'}, '--hatching'),
  ('samples', {'image', 'hatching', 'paper'}, '--hatching'),
  ('improve', {'image', 'hatching', 'paper'}, '--hatching'),
  ('temperature', {'image', 'hatching', 'paper'}, '--hatching'),
  ('tiles', {'image', 'hatching', 'paper'}, '--hatching'),
  ('paper', {'program'}, '--output=plot.svg'),
  ('pen', {'program'}, '--paper'),
  ('margin', {'program'}, '--paper'),
  ('pens', {'program'}, '--paper'),
  ('pens', {'image', 'hatching', 'paper'}, '--hatching'),
  ('pen_colors', {'program'}, '--paper'),
  ('pen_colors', {'image', 'hatching', 'paper'}, '--output=plot.svg'),
  ('fill', {'program'}, '--paper'),
  ('fill', {'image', 'hatching', 'paper'}, '--hatching'),
  ('hatching', {'program'}, '--program'),
  ('hatching', set(), '--image'),
  ('hatching', {'image'}, '--paper'),
  ('fit', {'image', 'strokes'}, '--strokes'),
  ('samples', {'image', 'strokes'}, '--strokes'),
  ('improve', {'image', 'strokes'}, '--strokes'),
  ('temperature', {'image', 'strokes'}, '--strokes'),
  ('tiles', {'image', 'strokes'}, '--strokes'),
  ('strokes', {'program'}, '--program'),
  ('strokes', set(), '--image'),
  ('strokes', {'image', 'hatching', 'paper'}, '--hatching'),
  ('focus', {'image'}, '--strokes'),
  ('picture_colors', {'program'}, '--program'),
  ('picture_colors', {'image'}, '--tiles'),
  ('seed', {'program'}, '--program'),
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
  """Outputs go to an empty folder."""
  monkeypatch.chdir(tmp_path)
  return tmp_path


def _request(*names, **values):
  given = {name: _VALUES[name] for name in names}
  given = {'output': _VALUES['output'], **given, **values}
  return _Request(**given, given=frozenset(given))


def test_each_flag_is_in_the_table():
  fields = {f.name for f in dataclasses.fields(_Request)} - {'given'}
  assert set(paint_request.NEEDS) == fields == set(_VALUES)
  needs = sum(map(len, paint_request.NEEDS.values()))
  # Besides --size, those of judges, and what --pens and --fill do without a
  # plot, which are below; three flags have one in two ways: `fit`, `tiles` and
  # `bad_images`.
  assert len(_WITHOUT_EFFECT) == needs - 4 + 3


def test_of_what_is_improved_the_best_is_kept():
  plain = _request('image')
  assert (plain.keeps_best, plain.drawings) == (False, 1)
  assert _request('image', 'samples').drawings == 4
  improved = _request('image', 'improve')
  assert (improved.keeps_best, improved.drawings) == (True, 16)
  assert _request('image', 'improve', 'samples').drawings == 4


@pytest.mark.parametrize('names', _SOUND)
def test_flags_that_have_an_effect_are_taken(names):
  paint_request.check(_request(*names))
  assert not os.listdir()


@pytest.mark.parametrize('flag,others,named', _WITHOUT_EFFECT)
def test_a_flag_without_effect_is_refused_by_name(flag, others, named):
  with pytest.raises(ValueError, match=f'^--{flag} ') as caught:
    paint_request.check(_request(flag, *others))
  assert named in str(caught.value)
  # As it is with its default, if that is given; but not if it is not.
  default = {f.name: f.default for f in dataclasses.fields(_Request)}[flag]
  if default not in (None, (), False):
    with pytest.raises(ValueError, match=f'^--{flag} '):
      paint_request.check(_request(*others, **{flag: default}))
  # Without it the others are fine; and --nobest wants nothing.
  paint_request.check(_request(*others))
  if default is False:
    paint_request.check(_request(*others, **{flag: False}))


def test_a_judge_needs_a_run_unless_it_looks_at_pixels():
  paint_request.check(_request('image', 'improve', judge='pixels'))
  for judge in ('discriminator', 'both'):
    with pytest.raises(ValueError, match=r'^--judge .*--run='):
      paint_request.check(_request('image', 'improve', judge=judge))
    paint_request.check(_request('image', 'improve', 'run', judge=judge))


def test_a_size_needs_something_that_has_one():
  for output in (('a.json',), ('a.xml',), ('a.json', 'a.xml')):
    with pytest.raises(ValueError, match=r'^--size .*--output=out\.png'):
      paint_request.check(_request('program', 'size', output=output))
  for output in (('a.json', 'a.svg'), ('a.png',), ('a.gif',), ('a.mp4',)):
    paint_request.check(_request('program', 'size', output=output))
  request = _request('program', 'size', 'sheet', output=('a.json',))
  paint_request.check(request)


def test_pens_need_a_plot():
  for name in ('paper', 'pens', 'fill', 'pen_colors'):
    request = _request('program', 'paper', name)
    with pytest.raises(ValueError, match=r'--output=plot\.svg'):
      paint_request.check(request)
    request = _request('program', 'paper', name, output=('a.png', 'b.SVG'))
    paint_request.check(request)


def test_plots_have_no_size():
  request = _request('program', 'paper', 'size', output=('a.svg',))
  with pytest.raises(ValueError, match=r'^--size '):
    paint_request.check(request)
  request = _request('program', 'paper', 'size', output=('a.svg', 'a.png'))
  paint_request.check(request)
  assert request.is_plot('a.svg') and not request.is_plot('a.png')
  assert request.plotter.paper == 'a4' and _request('image').plotter is None


@pytest.mark.parametrize(
  'values,words',
  [
    ({'paper': 'a7'}, "paper is 'a7', but it must be one of a0"),
    ({'pen': '0.5'}, "pen is '0.5', but it must be a length"),
    ({'margin': '11cm'}, 'margin is .*half of the short side'),
    ({'pens': 65}, 'pens is 65'),
    ({'pen_colors': ('blak',)}, "pen_colors is 'blak'"),
    ({'pens': 2, 'pen_colors': ('black',)}, 'leave one of the two out'),
  ],
)
def test_plots_that_cannot_be_are_refused(values, words):
  values = {'paper': 'a4', 'output': ('a.svg',), **values}
  with pytest.raises(ValueError, match=words):
    paint_request.check(_request('program', **values))


def test_a_pen_too_thick_for_hatching_is_refused():
  request = _request('image', 'hatching', paper='a6', pen='10mm')
  with pytest.raises(ValueError, match=r'choose a thinner pen'):
    paint_request.check(request)


@pytest.mark.parametrize(
  'values,words',
  [
    ({'output': ()}, 'nothing would be written'),
    ({'brush': 'classic/charcol'}, 'Try .*classic/charcoal'),
    ({'background': '#F0E6D'}, "background is '#F0E6D', but"),
    ({'background': 'charcoal'}, 'a colour of CSS'),
    ({'size': 5000}, 'size is 5000, but it must be .* to 4096'),
    ({'temperature': float('nan')}, 'temperature is nan'),
    ({'temperature': float('inf')}, 'temperature is inf'),
    ({'output': ('a.jpg',)}, 'must end in one of'),
    ({'output': ('a.png', 'b.png', './a.png')}, 'named twice'),
    ({'output': ('a.png',), 'sheet': 'a.png'}, 'named twice'),
    ({'sheet': 'a.svg'}, 'must end in .png'),
    ({'output': ('no/a.png',)}, 'there is no folder'),
    ({'output': ('file/a.png',)}, 'not a directory'),
    ({'output': ('folder.png',)}, 'is a directory'),
    ({'output': ('old.png',)}, 'is read-only'),
    ({'output': ('full.png',)}, 'no ordinary file'),
    ({'output': ('loop.png',)}, 'Mend the link'),
    ({'output': ('lost.png',)}, 'there is no folder'),
    ({'output': ('',)}, '--output is empty'),
    ({'sheet': 'old.png'}, 'is read-only'),
    ({'output': ('https://example.org/a.png',)}, 'upload what was'),
    ({'image': ('https://example.org/a.png',)}, 'download what is'),
    ({'image': ('HTTP://example.org/a.png',)}, 'download what is'),
    ({'model': 'gs://models/x'}, 'download what is'),
    ({'program': 'ftp://example.org/a.json'}, 'download what is'),
  ],
)
def test_what_cannot_be_is_refused(here, values, words):
  (here / 'folder.png').mkdir()
  (here / 'file').write_text('')
  (here / 'old.png').write_text('old')
  (here / 'old.png').chmod(0o444)
  (here / 'full.png').symlink_to('/dev/full')
  (here / 'loop.png').symlink_to('loop.png')
  (here / 'lost.png').symlink_to('nowhere/a.png')
  before = sorted(os.listdir())
  with pytest.raises((ValueError, OSError), match=words) as caught:
    paint_request.check(_request(**values))
  assert '\n' not in str(caught.value)
  assert sorted(os.listdir()) == before


def test_names_of_sheets_may_be_in_capitals(here):
  (here / 'link.png').symlink_to('there.png')
  for sheet in ('S.PNG', 's.png', 'link.png', '12:30.png', '~.png'):
    paint_request.check(_request(sheet=sheet))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
