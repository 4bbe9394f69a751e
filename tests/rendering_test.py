"""Tests of spiral_tf.programs.rendering."""

import dataclasses

import numpy as np
from PIL import Image
import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering
from tests import program_cases


def test_larger_pictures_show_the_same():
  program = program_cases.painted(channels=3)
  small = program.render(64).astype(float)
  large = program.render(256)
  assert large.shape == (256, 256, 3)
  shrunk = np.asarray(Image.fromarray(large).resize((64, 64), Image.BOX))
  difference = abs(shrunk - small).mean()
  assert difference < 0.25 * (255 - small).mean()


@pytest.mark.parametrize('width,height', [(48, 80), (80, 48), (80, 50)])
@pytest.mark.parametrize('size', [None, 160, 79, 33])
def test_other_aspects_show_a_part_of_the_square(width, height, size):
  """Cells are as large, so strokes are where they were."""
  square = program_cases.painted(
    canvas_width=80, grid_width=40, channels=3, background='#f0e6d2'
  ).with_stroke_colors()
  renderer = dataclasses.replace(
    square.renderer,
    canvas_width=width,
    canvas_height=height,
    grid_width=width // 2,
  )
  program = program_lib.Program(renderer, square.commands)
  picture, whole = program.render(size), square.render(size)
  assert max(picture.shape) == (size or 80)
  assert picture.shape[:2] == renderer.shape(size or 80)
  assert picture.std() > 10
  # Where a cell is no whole number, its last bit may be another.
  part = whole[: picture.shape[0], : picture.shape[1]].astype(int)
  assert abs(picture - part).max() <= (2 if size in (79, 33) else 0)


@pytest.mark.parametrize('width,height', [(48, 80), (81, 47)])
def test_frames_have_the_aspect(width, height):
  program = program_cases.painted(canvas_width=width, canvas_height=height)
  for size in (None, 33):
    frames = list(rendering.frames(program.renderer, program.commands, size, 3))
    picture = program.render(size)
    assert {frame.shape for frame in frames} == {picture.shape}
    assert frames[0].min() == 255 and picture.min() < 128
    np.testing.assert_array_equal(frames[-1], picture)


def test_larger_scenes_show_the_same():
  program = program_cases.staged()
  small = program.render()
  large = program.render(96)
  assert small.shape == (32, 32, 3)
  shrunk = np.asarray(Image.fromarray(large).resize((32, 32), Image.BOX))
  assert abs(shrunk - small.astype(float)).mean() < 6


@pytest.mark.parametrize('brush', ['classic/pen', 'classic/dry_brush'])
def test_frames_lead_from_nothing_to_the_picture(brush):
  program = program_cases.painted(brush=brush)
  frames = list(rendering.frames(program.renderer, program.commands, parts=4))
  assert len(frames) == 1 + 4 * program.num_strokes
  assert frames[0].min() == 255
  np.testing.assert_array_equal(frames[-1], program.render())
  dark = [(255.0 - frame).sum() for frame in frames]
  assert (np.diff(dark) > -0.02 * dark[-1]).all()  # Dark paint covers light.
  # After the parts of a stroke comes the whole stroke.
  first = 1 + next(
    i
    for i, command in enumerate(program.commands)
    if isinstance(command, canvas.Stroke)
  )
  np.testing.assert_array_equal(frames[4], program.up_to(first).render())


def test_frames_of_scenes_and_of_few_pieces():
  scene = program_cases.staged()
  frames = list(rendering.frames(scene.renderer, scene.commands))
  assert len(frames) == 1 + len(scene.commands)
  np.testing.assert_array_equal(frames[-1], scene.render())
  program = program_cases.painted(substrokes=3)
  frames = list(rendering.frames(program.renderer, program.commands, parts=8))
  assert len(frames) == 1 + 3 * program.num_strokes
  with pytest.raises(ValueError, match='parts is 0'):
    next(rendering.frames(program.renderer, program.commands, parts=0))
  with pytest.raises(ValueError, match='stride is 0'):
    next(rendering.frames(program.renderer, program.commands, stride=0))


@pytest.mark.parametrize('make', [program_cases.painted, program_cases.staged])
@pytest.mark.parametrize('stride', [3, 1000])
def test_a_stride_leaves_frames_out_but_not_the_last(make, stride):
  program = make(number=6)
  every = list(rendering.frames(program.renderer, program.commands, parts=4))
  some = list(
    rendering.frames(program.renderer, program.commands, parts=4, stride=stride)
  )
  expected = every[::stride]
  if (len(every) - 1) % stride:
    expected.append(every[-1])
  np.testing.assert_array_equal(some, expected)


def test_sizes_that_cannot_be_are_refused():
  program = program_cases.painted()
  for size in (0, 5000, 2.5):
    with pytest.raises(ValueError, match=f'^size is {size}'):
      program.render(size)
  broad = program_lib.Program(
    program.renderer, (canvas.Stroke((0, 0), (9, 9), 1.0, 500.0),)
  )
  with pytest.raises(ValueError, match='choose a smaller size'):
    broad.render(256)
  with pytest.raises(ValueError, match='there is no brush'):
    program.with_brush('classic/none').render()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
