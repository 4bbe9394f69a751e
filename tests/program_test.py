"""Tests of spiral_tf.programs.program and the records of its commands."""

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


def _painting(**changes):
  environment = dataclasses.replace(_ENVIRONMENT, **changes)
  return environment, *program_cases.play(environment, seed=0)


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
  for number, seen in enumerate(canvases):
    np.testing.assert_array_equal(program.up_to(number).render(), seen)
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
  strokes = [c for c in program.commands if isinstance(c, canvas.Stroke)]
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


def test_commands_are_for_the_renderer():
  painted, staged = program_cases.painted(), program_cases.staged()
  for renderer, commands in (
    (painted.renderer, staged.commands),
    (staged.renderer, painted.commands),
  ):
    with pytest.raises(ValueError, match=r'^command 0 .*is not for a'):
      program_lib.Program(renderer, commands)
  with pytest.raises(ValueError, match='it must be a Canvas or a Platform'):
    program_lib.Program('classic/pen', ())


def test_comes_back_from_a_file(tmp_path):
  path = str(tmp_path / 'a.json')
  for program in (program_cases.painted(), program_cases.staged()):
    program.save(path)
    loaded = program_lib.Program.load(path)
    assert loaded == program and type(loaded) is program_lib.Program
    assert program_lib.Program.from_json(program.to_json()) == program
  with pytest.raises(ValueError, match=r'b\.json holds no program: command 0 '):
    text = program.to_json().replace('"size": ', '"size": 7')
    (tmp_path / 'b.json').write_text(text)
    program_lib.Program.load(str(tmp_path / 'b.json'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
