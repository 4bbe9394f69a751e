"""Tests of spiral_tf.programs.backgrounds."""

import re

import pytest

from spiral_tf.environments import mypaint
from spiral_tf.programs import backgrounds
from spiral_tf.programs import canvas
from tests import program_cases


@pytest.mark.parametrize(
  'text,form',
  [
    ('white', 'white'),
    ('White', 'white'),
    ('TRANSPARENT', 'transparent'),
    ('#f0e6d2', '#f0e6d2'),
    ('#F0E6D2', '#f0e6d2'),
    ('#FFF', '#ffffff'),
    ('#a1C', '#aa11cc'),
    ('black', '#000000'),
    ('Ivory', '#fffff0'),
    ('rebeccapurple', '#663399'),
    ('LightGoldenrodYellow', '#fafad2'),
    ('grey', '#808080'),
  ],
)
def test_every_way_to_write_a_colour_becomes_one(text, form):
  assert backgrounds.normal(text) == form
  canvas.Canvas(8, 8, 'classic/pen', form, channels=3)  # Programs have it.
  made = program_cases.painted(number=1).with_background(text)
  assert made.renderer.background == form


def test_the_names_are_those_of_css():
  # The brush engine is asked, which knows nothing of names.
  pen = mypaint.brushes.load('classic/pen')
  names = backgrounds.ImageColor.colormap
  assert len(names) == 148  # CSS Color Module Level 4, section 6.1.
  for name in names:
    form = backgrounds.normal(name)
    assert form == 'white' or re.fullmatch('#[0-9a-f]{6}', form)
    mypaint.Canvas(4, pen, form)


@pytest.mark.parametrize(
  'text',
  [
    '', '#', '#ff', '#ffff', '#ffffff00', '#ggg', 'fff', 'f0e6d2',
    'rgb(1,2,3)', 'hsl(0,100%,50%)', 'hsv(0,100%,50%)', 'clear', ' white',
    'white\n', '#fff\n', '#\u0661\u0662\u0663', None, 7,
  ],
)  # fmt: skip
def test_all_else_is_refused(text):
  with pytest.raises(ValueError, match=r'^background is .* "ivory"\.$'):
    backgrounds.normal(text)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
