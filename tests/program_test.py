"""Tests of spiral_tf.programs.program and the records of its commands."""

import dataclasses

import numpy as np
import pytest

from spiral_tf.config import sections
from spiral_tf.programs import commands
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


def _painting(**changes):
  environment = dataclasses.replace(_ENVIRONMENT, **changes)
  return environment, *program_cases.play(environment, seed=0)


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
    commands.Move((0, 3)),
    commands.Stroke((1, 2), (2, 1), 1.0, 3.0),
    commands.Stroke((1, 0), (7, 7), 0.1, 1.0),
  )
  assert program.renderer.brush == 'classic/pen'
  assert program.num_strokes == 2


@pytest.mark.parametrize(
  'changes',
  [
    {'brush': 'classic/dry_brush'},
    {'brush': 'classic/smudge+paint', 'color': True},
    {'brush': 'deevad/spray', 'num_pressures': 1, 'brush_sizes': (2.0,)},
    {'pen_down': True, 'color': True},
    {'background': 'transparent'},
    {'background': 'transparent', 'color': True},
    {'name': 'scenes', 'grid_width': 16, 'max_objects': 2},
  ],
)
def test_programs_render_the_very_pixels_of_their_episodes(changes):
  for seed in range(8):
    environment = dataclasses.replace(_ENVIRONMENT, **changes)
    actions, canvases = program_cases.play(environment, seed)
    program = program_lib.from_actions(environment, actions)
    np.testing.assert_array_equal(program.render(), canvases[-1])


def test_up_to_a_command_is_what_the_agent_saw_then():
  environment, actions, canvases = _painting()
  program = program_lib.from_actions(environment, actions)
  for number, canvas in enumerate(canvases):
    np.testing.assert_array_equal(program.up_to(number).render(), canvas)
  for number in (-1, len(program.commands) + 1):
    with pytest.raises(ValueError, match='so it has no first'):
      program.up_to(number)


def test_programs_are_values():
  one, same, other = (program_cases.painted(seed) for seed in (0, 0, 1))
  assert one == same and hash(one) == hash(same)
  assert one != other
  assert one != one.with_brush('classic/charcoal')


def test_another_brush_another_background():
  program = program_cases.painted()
  assert (program.with_brush('classic/charcoal').render() != 255).any()
  red = program.with_background('#ff0000').render()
  untouched = (program.render() == 255).all(axis=-1)
  assert untouched.mean() > 0.3
  assert (red[untouched] == (255, 0, 0)).all()
  clear = program.with_background('transparent').render()
  assert clear.shape[-1] == 4
  assert clear[..., 3].min() == 0 and clear[..., 3].max() == 255
  assert program.with_background('white') == program
  for change in (
    lambda p: p.with_brush('../../etc/passwd'),
    lambda p: p.with_background('#ff00'),
  ):
    with pytest.raises(ValueError, match='but it must be'):
      change(program)


def test_each_stroke_in_a_colour_of_its_own():
  program = program_cases.painted(number=20).with_stroke_colors()
  strokes = [c for c in program.commands if isinstance(c, commands.Stroke)]
  colors = np.array([stroke.color for stroke in strokes])
  differences = abs(colors[:, None] - colors[None]).sum(axis=-1)
  assert (differences + 3 * np.eye(len(colors))).min() > 0.02
  assert abs(np.diff(colors, axis=0)).sum(axis=-1).min() > 0.5
  assert program.render().shape[-1] == 3


def test_scenes_have_no_strokes():
  scene = program_cases.staged()
  for change in (
    lambda: scene.with_brush('classic/pen'),
    lambda: scene.with_background('white'),
    scene.with_stroke_colors,
  ):
    with pytest.raises(ValueError, match='this is a scene'):
      change()


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
    commands.Stroke(**{**_STROKE, **changes})


@pytest.mark.parametrize(
  'changes',
  [
    {'canvas_width': 0},
    {'canvas_width': 5000},
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
    commands.Painting(**{**settings, **changes})


def test_errors_name_the_command():
  painting = program_cases.painted().renderer
  stage = program_cases.staged().renderer
  far = commands.Move((0, 65))
  put = commands.Put('cube', (0, 16), 0, (0, 0, 0))
  for renderer, command, message in (
    (painting, far, 'end is 65'),
    (painting, put, 'must be a Move or a Stroke'),
    (stage, far, 'must be a Put'),
    (stage, put, 'location is 16'),
  ):
    with pytest.raises(ValueError, match=f'^command 0 .*{message}'):
      program_lib.Program(renderer, (command,))
  too_many = (commands.Move((0, 0)),) * (program_lib.MAX_COMMANDS + 1)
  with pytest.raises(ValueError, match='at most 100,000'):
    program_lib.Program(painting, too_many)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
