"""Tests of spiral_tf.programs.renderer: which commands are for whom."""

import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import platform
from spiral_tf.programs import renderer as renderer_lib
from tests import program_cases

_PUT = platform.Put('cube', (0, 15), 0, (0, 0, 0))


@pytest.mark.parametrize(
  'program,command,message',
  [
    (program_cases.painted(), canvas.Move((0, 65)), 'end is 65'),
    (
      program_cases.painted(),
      canvas.Stroke((0, -65), (0, 0), 1.0, 1.0),
      'control is -65',
    ),
    (
      program_cases.painted(),
      _PUT,
      'is not for a Canvas; it must be a Move or a Stroke[.]',
    ),
    (
      program_cases.staged(),
      canvas.Move((0, 0)),
      'is not for a Platform; it must be a Put[.]',
    ),
    (
      program_cases.staged(),
      platform.Put('cube', (0, 16), 0, (0, 0, 0)),
      'location is 16',
    ),
  ],
)
def test_errors_name_the_command(program, command, message):
  good = program.commands[0]
  with pytest.raises(ValueError, match=f'^command 1 .*{message}'):
    renderer_lib.check(program.renderer, (good, command))


def test_too_many_commands_are_refused():
  most = (canvas.Move((0, 0)),) * renderer_lib.MAX_COMMANDS
  renderer = program_cases.painted().renderer
  renderer_lib.check(renderer, most)
  with pytest.raises(ValueError, match='at most 100,000'):
    renderer_lib.check(renderer, (*most, most[0]))


def test_moves_are_not_seen_but_objects_are():
  painted = program_cases.painted().renderer
  move, stroke = canvas.Move((0, 0)), canvas.Stroke((0, 0), (1, 1), 1.0, 1.0)
  assert renderer_lib.num_seen(painted, (move, stroke, move, stroke)) == 2
  staged = program_cases.staged().renderer
  assert renderer_lib.num_seen(staged, (_PUT, _PUT)) == 2


@pytest.mark.parametrize(
  'width,height,size,shape',
  [
    (64, 64, 200, (200, 200)),
    (300, 200, 512, (341, 512)),
    (200, 300, 512, (512, 341)),
    (300, 200, 300, (200, 300)),
    (8, 3, 4, (2, 4)),  # 1.5 and 2.5: halves go up.
    (5, 8, 4, (4, 3)),
    (100, 3, 10, (1, 10)),
    (1, 4096, 2, (2, 1)),
  ],
)
def test_sizes_are_those_of_the_longer_side(width, height, size, shape):
  renderer = canvas.Canvas(width, 1, 'classic/pen', canvas_height=height)
  assert renderer.shape(size) == shape
  assert renderer.own_size == max(width, height)
  assert renderer.shape(renderer.own_size) == (height, width)


def test_who_has_no_height_is_square():
  staged = program_cases.staged().renderer
  assert staged.canvas_height == staged.own_size == 32
  assert staged.shape(50) == (50, 50)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
