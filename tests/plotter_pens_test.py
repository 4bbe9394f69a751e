"""Tests of spiral_tf.programs.plotter_pens."""

import numpy as np
import pytest

from spiral_tf.programs import plotter_pens

_WHITE, _BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
_RED, _BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def _choose(colors, number=None, own=(), paper=_WHITE, weights=None):
  weights = weights or [1.0] * len(colors)
  return plotter_pens.choose(colors, weights, paper, number, own)


def test_few_colours_have_a_pen_each_the_light_ones_first():
  pens = _choose([_BLACK, _RED, _BLACK, _BLUE])
  assert pens.colors == ['#ff0000', '#0000ff', '#000000']
  assert pens.pen.tolist() == [2, 0, 2, 1]


def test_strokes_of_the_papers_colour_have_no_pen():
  pens = _choose([_WHITE, _BLACK, (1.0, 0.99, 0.99)])
  assert pens.colors == ['#000000']
  assert pens.pen.tolist() == [-1, 0, -1]
  assert _choose([_WHITE, _BLACK], paper=_BLACK).pen.tolist() == [0, -1]
  nothing = _choose([_WHITE])
  assert nothing.colors == [] and nothing.pen.tolist() == [-1]
  assert _choose([]).colors == []


def test_many_colours_are_gathered_to_as_many_pens_as_there_are():
  chooser = np.random.default_rng(0)
  around = [
    tuple(np.clip(np.array(color) * 0.8 + chooser.uniform(0, 0.1, 3), 0, 1))
    for color in (_RED, _BLUE, _BLACK)
    for _ in range(20)
  ]
  pens = _choose(around, 3)
  assert len(pens.colors) == 3
  groups = pens.pen.reshape(3, 20)
  assert (groups == groups[:, :1]).all() and len(set(groups[:, 0])) == 3
  shades = {
    '#' + ''.join(f'{round(255 * v):02x}' for v in color) for color in around
  }
  assert set(pens.colors) <= shades
  assert len(_choose(around).colors) == 12
  again = _choose(around, 3)
  assert again.colors == pens.colors


def test_the_one_pen_is_that_of_what_is_drawn_most():
  shades = [(0.0, 0.0, 0.0), (0.1, 0.1, 0.1), (0.5, 0.5, 0.5)]
  dark = _choose(shades, 1, weights=[100.0, 1.0, 1.0])
  light = _choose(shades, 1, weights=[1.0, 1.0, 100.0])
  assert dark.colors == ['#000000'] and light.colors == ['#808080']


def test_own_pens_draw_what_is_nearest_to_them():
  pens = _choose(
    [(0.9, 0.2, 0.1), (0.2, 0.1, 0.1), (0.95, 0.9, 0.9)],
    own=('#000000', '#ff0000', '#0000ff'),
  )
  assert pens.colors == ['#ff0000', '#000000']  # The blue one draws nothing.
  assert pens.pen.tolist() == [0, 1, -1]


def test_colours_are_compared_as_people_see_them():
  # In Oklab this green is nearer to yellow than to black; as plain numbers
  # of red, green and blue it is not.
  pens = _choose([(0.0, 0.6, 0.0)], own=('#000000', '#a0a000'))
  assert pens.colors == ['#a0a000']


def test_colours_of_pens_are_read_as_css_has_them():
  parsed = plotter_pens.parse(['black', ' #F00', '#ff0000', 'Crimson'])
  assert parsed == ('#000000', '#ff0000', '#dc143c')
  for wrong in ('blak', '', '#12', None):
    with pytest.raises(ValueError, match=r'pen_colors is .*as CSS has it'):
      plotter_pens.parse([wrong])


@pytest.mark.parametrize('number', [0, -1, 65, 1.5])
def test_a_number_of_pens_that_cannot_be_is_refused(number):
  with pytest.raises(ValueError, match=r'pens is .*from 1 to 64'):
    plotter_pens.check(number)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
