"""Twelve brushes have names for people; programs hold the real ones."""

import json
import pathlib
import re

import pytest

from spiral_tf.environments import mypaint
from spiral_tf.environments.mypaint import brushes
from spiral_tf.environments.mypaint import named
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib


def test_there_are_twelve_different_brushes_that_paint_photographs():
  assert len(named.BRUSHES) == 12
  real = [brush for brush, _ in named.BRUSHES.values()]
  assert len(set(real)) == 12 and set(real) <= set(brushes.names())
  for name, brush in named.BRUSHES.items():
    assert mypaint.suitability.why_not(name) is None
    assert brush.words and name not in brushes.names()


def test_a_named_brush_is_the_real_one():
  assert named.real_name('marker') == 'ramon/Marker'
  assert brushes.load('marker') == brushes.load('ramon/Marker')
  assert named.real_name('classic/pencil') == 'classic/pencil'


def test_programs_hold_the_real_name():
  program = program_lib.Program(
    canvas.Canvas(canvas_width=16, grid_width=16, brush='charcoal'),
    (canvas.Stroke(control=(4, 8), end=(12, 12), pressure=1.0, radius=2.0),),
  )
  assert program.renderer.brush == 'classic/charcoal'
  other = program.with_brush('marker')
  assert json.loads(other.to_json())['renderer']['brush'] == 'ramon/Marker'
  assert (
    other.render().tobytes()
    == program.with_brush('ramon/Marker').render().tobytes()
  )


def test_an_unknown_brush_hears_of_others():
  with pytest.raises(ValueError, match=r'Try marker, '):
    brushes.load('markr')
  with pytest.raises(ValueError, match=r'Try marker, oil, .*chalk\. Run'):
    brushes.load('éééé')


def test_people_read_the_same_table():
  root = pathlib.Path(__file__).absolute().parent.parent
  text = (root / 'docs' / 'brushes.md').read_text()
  rows = re.findall(r'^\| `(\w+)` \| `(\S+)` \| (.+?) \|', text, re.M)
  assert rows == [(name, *brush) for name, brush in named.BRUSHES.items()]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
