"""Tests of spiral_tf.programs.rendering."""

import dataclasses

import numpy as np
from PIL import Image
import pytest

from spiral_tf.programs import commands
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering
from tests import program_cases


def test_larger_pictures_show_the_same():
  program = program_cases.painted(channels=3)
  small = rendering.render(program, 64).astype(float)
  large = rendering.render(program, 256)
  assert large.shape == (256, 256, 3)
  shrunk = np.asarray(Image.fromarray(large).resize((64, 64), Image.BOX))
  difference = abs(shrunk - small).mean()
  assert difference < 0.25 * (255 - small).mean()


def test_larger_scenes_show_the_same():
  program = program_cases.staged()
  small = rendering.render(program)
  large = rendering.render(program, 96)
  assert small.shape == (32, 32, 3)
  shrunk = np.asarray(Image.fromarray(large).resize((32, 32), Image.BOX))
  assert abs(shrunk - small.astype(float)).mean() < 6


@pytest.mark.parametrize('brush', ['classic/pen', 'classic/dry_brush'])
def test_frames_lead_from_nothing_to_the_picture(brush):
  program = program_cases.painted(brush=brush)
  frames = list(rendering.frames(program, parts=4))
  assert len(frames) == 1 + 4 * program.num_strokes
  assert frames[0].min() == 255
  np.testing.assert_array_equal(frames[-1], rendering.render(program))
  dark = [(255.0 - frame).sum() for frame in frames]
  assert (np.diff(dark) > -0.02 * dark[-1]).all()  # Dark paint covers light.
  # After the parts of a stroke comes the whole stroke.
  first = 1 + next(
    i
    for i, command in enumerate(program.commands)
    if isinstance(command, commands.Stroke)
  )
  np.testing.assert_array_equal(
    frames[4], rendering.render(program.up_to(first))
  )


def test_frames_of_scenes_and_of_few_pieces():
  scene = program_cases.staged()
  frames = list(rendering.frames(scene))
  assert len(frames) == 1 + len(scene.commands)
  np.testing.assert_array_equal(frames[-1], rendering.render(scene))
  program = program_cases.painted(substrokes=3)
  frames = list(rendering.frames(program, parts=8))
  assert len(frames) == 1 + 3 * program.num_strokes
  with pytest.raises(ValueError, match='parts is 0'):
    next(rendering.frames(program, parts=0))
  with pytest.raises(ValueError, match='stride is 0'):
    next(rendering.frames(program, stride=0))


@pytest.mark.parametrize('make', [program_cases.painted, program_cases.staged])
@pytest.mark.parametrize('stride', [3, 1000])
def test_a_stride_leaves_frames_out_but_not_the_last(make, stride):
  program = make(number=6)
  every = list(rendering.frames(program, parts=4))
  some = list(rendering.frames(program, parts=4, stride=stride))
  expected = every[::stride]
  if (len(every) - 1) % stride:
    expected.append(every[-1])
  np.testing.assert_array_equal(some, expected)


def test_objects_replace_and_run_out_of_room():
  scene = program_cases.staged(number=0)
  cube = commands.Put('cube', (1, 2), 0, (0, 1, 2))
  ball = commands.Put('sphere', (3, 4), 1, (3, 3, 3), replace=True)
  scene = dataclasses.replace(
    scene, commands=(ball, cube, ball, cube, cube, cube)
  )
  found = rendering.objects(scene)
  assert [o.kind for o in found] == [1, 0, 0]  # There is room for 3.
  assert found[0] == (1, 3 * 16 + 4, 1, 3, 3, 3)


def test_sizes_that_cannot_be_are_refused():
  program = program_cases.painted()
  for size in (0, 5000, 2.5):
    with pytest.raises(ValueError, match=f'^size is {size}'):
      rendering.render(program, size)
  broad = program_lib.Program(
    program.renderer, (commands.Stroke((0, 0), (9, 9), 1.0, 500.0),)
  )
  with pytest.raises(ValueError, match='choose a smaller size'):
    rendering.render(broad, 256)
  with pytest.raises(ValueError, match='there is no brush'):
    rendering.render(program.with_brush('classic/none'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
