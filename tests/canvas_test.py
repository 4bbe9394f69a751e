"""Tests of spiral_tf.programs.canvas: moves, strokes and the canvas itself."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from tests import program_cases

_ENVIRONMENT = sections.EnvironmentConfig(
  episode_length=6,
  canvas_width=32,
  grid_width=8,
  brush='classic/pen',
  brush_sizes=(1.0, 3.0),
  substrokes=20,
)


def test_actions_become_commands():
  actions = {
    'flag': [0, 1, 1],
    'end': [3, 17, 63],
    'control': [0, 10, 8],
    'size': [1, 1, 0],
    'pressure': [0, 9, 0],
  }
  program = program_lib.from_actions(_ENVIRONMENT, actions)
  assert program.commands == (
    canvas.Move((0, 3)),
    canvas.Stroke((1, 2), (2, 1), 1.0, 3.0),
    canvas.Stroke((1, 0), (7, 7), 0.1, 1.0),
  )
  assert program.renderer.brush == 'classic/pen'
  assert program.num_strokes == 2


def test_without_a_flag_the_first_action_moves():
  environment = dataclasses.replace(_ENVIRONMENT, pen_down=True)
  actions = {'end': [3, 17], 'control': [0, 10], 'size': [1, 1]}
  program = program_lib.from_actions(
    environment, {**actions, 'pressure': [0, 9]}
  )
  assert program.commands == (
    canvas.Move((0, 3)),
    canvas.Stroke((1, 2), (2, 1), 1.0, 3.0),
  )


@pytest.mark.parametrize(
  'changes,channels',
  [
    ({}, 1),
    ({'color': True}, 3),
    ({'background': 'transparent'}, 1),
    ({'background': 'transparent', 'color': True}, 4),
  ],
)
def test_the_canvas_of_an_environment(changes, channels):
  environment = dataclasses.replace(_ENVIRONMENT, **changes)
  found = canvas.Canvas.of(environment)
  assert found.channels == channels
  assert (found.brush, found.substrokes) == ('classic/pen', 20)
  assert found.background == environment.background
  assert found.brush_sizes == (1.0, 3.0)
  assert found.pieces == 20


_STROKE = {'control': (1, 1), 'end': (2, 2), 'pressure': 0.5, 'radius': 2.0}


@pytest.mark.parametrize(
  'changes,message',
  [
    ({'pressure': 1.5}, 'pressure is 1.5'),
    ({'pressure': float('nan')}, 'pressure is nan'),
    ({'pressure': True}, 'pressure is True'),
    ({'radius': 0.0}, 'radius is 0.0'),
    ({'radius': '2'}, "radius is '2'"),
    ({'end': (1,)}, 'end is '),
    ({'end': (1, float('inf'))}, 'end is inf'),
    ({'control': [1, 2]}, 'control is '),
    ({'color': (0, 0, 1.1)}, 'color is 1.1'),
    ({'color': 'red'}, "color is 'red'"),
  ],
)
def test_bad_strokes_are_refused_by_name(changes, message):
  with pytest.raises(ValueError, match=f'^{message}.*but it must be'):
    canvas.Stroke(**{**_STROKE, **changes})


@pytest.mark.parametrize(
  'changes',
  [
    {'canvas_width': 0},
    {'canvas_width': 5000},
    {'canvas_height': 0},
    {'canvas_height': 4097},
    {'canvas_height': 8.0},
    {'canvas_height': True},
    {'canvas_height': '8'},
    {'grid_width': 2.5},
    {'brush': '/etc/passwd'},
    {'brush': 3},
    {'background': 'blue'},
    {'channels': 2},
    {'substrokes': 10**6},
    {'brush_sizes': (0.0,)},
  ],
)
def test_bad_renderers_are_refused_by_name(changes):
  (name,) = changes
  settings = {'canvas_width': 8, 'grid_width': 4, 'brush': 'classic/pen'}
  with pytest.raises(ValueError, match=f'^{name} is .*but it must be'):
    canvas.Canvas(**{**settings, **changes})


def test_a_canvas_without_a_height_is_square():
  square = canvas.Canvas(64, 32, 'classic/pen')
  assert square.canvas_height == 64
  for height in (None, 64):
    same = canvas.Canvas(64, 32, 'classic/pen', canvas_height=height)
    assert same == square and hash(same) == hash(square)
  other = canvas.Canvas(64, 32, 'classic/pen', canvas_height=65)
  assert other != square and other.canvas_height == 65


def test_a_grid_of_too_many_rows_is_refused():
  message = (
    'canvas_height is 4096, but it must be at most 2048: the grid has 16 '
    'columns, and may have 4096 rows; take fewer columns.'
  )
  canvas.Canvas(8, 16, 'classic/pen', canvas_height=2048)
  with pytest.raises(ValueError) as error:
    canvas.Canvas(8, 16, 'classic/pen', canvas_height=4096)
  assert str(error.value) == message


@pytest.mark.parametrize('width,height', [(64, 96), (96, 64), (64, 65)])
def test_places_are_up_to_two_canvases_away(width, height):
  renderer = canvas.Canvas(width, 32, 'classic/pen', canvas_height=height)
  rows = 2 * 32 * height / width
  for row, column in ((rows, 64), (-rows, -64)):
    renderer.check(canvas.Move((row, column)))
    renderer.check(canvas.Stroke((row, column), (0, 0), 1.0, 1.0))
  for place in ((rows + 0.1, 0), (-rows - 0.1, 0), (0, 64.1), (0, -64.1)):
    with pytest.raises(ValueError, match=r'^end is .* a number from -'):
      renderer.check(canvas.Move(place))
    with pytest.raises(ValueError, match=r'^control is .* a number from -'):
      renderer.check(canvas.Stroke(place, (0, 0), 1.0, 1.0))


def test_strokes_too_thick_for_a_size_are_refused():
  renderer = program_cases.painted().renderer
  stroke = canvas.Stroke((0, 0), (9, 9), 1.0, 500.0)
  renderer.begin(128, (stroke,))
  with pytest.raises(ValueError, match=r'radius of 1008 .*a smaller size'):
    renderer.begin(129, (stroke,))
  tall = dataclasses.replace(renderer, canvas_width=32)  # 32 x 64.
  tall.begin(128, (stroke,))
  with pytest.raises(ValueError, match=r'radius of 1008 .*a smaller size'):
    tall.begin(129, (stroke,))
  for size in (0, 4097):
    with pytest.raises(ValueError, match=f'^size is {size}'):
      renderer.easel(size)


def test_commands_carry_themselves_out():
  program = program_cases.painted()
  easel = program.renderer.easel(64)
  for command in program.commands:
    command.carry_out(easel)
  np.testing.assert_array_equal(easel.picture(), program.render())


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
