"""Tests of spiral_tf.programs.plotter_paper."""

import pytest

from spiral_tf.programs import plotter_paper


@pytest.mark.parametrize(
  'text,millimetres',
  [('0.5mm', 0.5), ('1cm', 10), ('.25in', 6.35), (' 3 MM ', 3), ('2.mm', 2)],
)
def test_lengths_are_read_in_their_units(text, millimetres):
  assert plotter_paper.length('pen', text, 0.1, 20) == pytest.approx(
    millimetres
  )


@pytest.mark.parametrize(
  'text', ['', '5', '0.5 px', '-1mm', '1e1mm', 'nanmm', '21mm', '0.05mm', None]
)
def test_what_is_no_length_is_refused(text):
  with pytest.raises(ValueError, match=r'pen is .*0.1mm to 20mm, such as'):
    plotter_paper.length('pen', text, 0.1, 20)


@pytest.mark.parametrize(
  'text,sides',
  [
    ('a4', (210, 297)),
    ('A0', (841, 1189)),
    ('letter', (215.9, 279.4)),
    ('tabloid', (279.4, 431.8)),
    ('300x200mm', (200, 300)),
    ('8.5x11in', (215.9, 279.4)),
  ],
)
def test_papers_have_their_sizes(text, sides):
  assert plotter_paper.sides(text) == pytest.approx(sides)


def test_each_paper_of_iso_216_is_half_of_the_one_before():
  for number in range(6):
    short, long = plotter_paper.sides(f'a{number}')
    assert plotter_paper.sides(f'a{number + 1}') == (long // 2, short)


@pytest.mark.parametrize(
  'text', ['a7', '', '200x300', '200x', '0x10mm', '1x2mm', '9000x9000mm', None]
)
def test_what_is_no_paper_is_refused(text):
  with pytest.raises(ValueError, match=r'paper is .*a4.*such as 200x300mm'):
    plotter_paper.sides(text)


def test_a_picture_is_in_the_middle_and_as_large_as_it_fits():
  square = plotter_paper.lay('a4', '10mm', 64, 64)
  assert square.paper == (297, 210)
  assert square.size == pytest.approx((190, 190))
  assert square.corner == pytest.approx((53.5, 10))
  wide = plotter_paper.lay('a4', '1cm', 100, 200)
  assert wide.paper == (210, 297)
  assert wide.size == pytest.approx((138.5, 277))
  assert wide.corner == pytest.approx((35.75, 10))
  high = plotter_paper.lay('200x300mm', '0mm', 3, 1)
  assert high.size == pytest.approx((300, 100))
  assert high.corner == pytest.approx((0, 50))


def test_a_margin_leaves_some_paper():
  with pytest.raises(ValueError, match=r'margin is .105mm.*210mm'):
    plotter_paper.lay('a4', '105mm', 1, 1)
  with pytest.raises(ValueError, match=r'margin is .1.,'):
    plotter_paper.lay('a4', '1', 1, 1)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
