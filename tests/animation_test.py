"""Tests of spiral_tf.programs.animation."""

import av
import numpy as np
from PIL import Image
from PIL import ImageSequence
import pytest

from spiral_tf.programs import animation
from tests import program_cases


def _gif(program, path, size=64):
  animation.write_gif(program.renderer, program.commands, str(path), size)
  with Image.open(path) as image:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
      frames.append(np.asarray(frame.convert('RGB')).astype(int))
      durations.append(frame.info['duration'])
    return frames, durations, image.info.get('loop')


def test_a_gif_grows_smoothly_into_the_picture(tmp_path):
  program = program_cases.painted(number=6)
  frames, durations, loop = _gif(program, tmp_path / 'a.gif')
  assert loop == 0  # For ever.
  assert frames[0].min() == 255
  np.testing.assert_array_equal(frames[-1][..., :1], program.render(64))
  # Smooth: no step brings more than a part of a stroke.
  dark = np.array([(255 - frame).sum() for frame in frames])
  assert len(frames) > 5 * program.num_strokes
  assert np.diff(dark).max() < 0.5 * dark[-1] / program.num_strokes + 1e4
  assert durations[-1] >= 1500
  assert sum(durations) < 17_000


def test_colours_stay(tmp_path):
  program = program_cases.painted(channels=3, background='#ffeedd')
  frames, *_ = _gif(program, tmp_path / 'a.gif')
  assert abs(frames[-1] - program.render(64)).mean() < 4
  assert (frames[0] == [0xFF, 0xEE, 0xDD]).all()
  program = program_cases.painted(channels=3).with_stroke_colors()
  frames, *_ = _gif(program, tmp_path / 'b.gif')
  assert (frames[0] == 255).all()


def test_long_programs_make_no_long_films(tmp_path):
  program = program_cases.painted(number=1500, canvas_width=16, grid_width=16)
  frames, durations, _ = _gif(program, tmp_path / 'a.gif', size=16)
  assert 100 < len(frames) <= 302
  assert sum(durations) < 17_000
  assert abs(frames[-1] - program.render(16)).max() <= 8


def test_strokes_of_few_pieces_take_as_long():
  for substrokes in (1, 5, 50):
    program = program_cases.painted(number=1, substrokes=substrokes)
    assert program.num_strokes == 1
    shown = animation.frames(program.renderer, program.commands, 16)
    seconds = len(list(shown)) / 20
    # For the empty canvas and for the stroke: 0.6 s each where nothing grows.
    assert 0.6 <= seconds <= 1.2


def test_films_of_scenes_and_of_nothing(tmp_path):
  scene = program_cases.staged()
  frames, durations, _ = _gif(scene, tmp_path / 'a.gif', size=32)
  # Each picture, that of the empty stage too, for 0.6 seconds.
  assert sum(durations) == 600 * (1 + len(scene.commands)) - 50 + 1500
  assert abs(frames[-1] - scene.render(32)).mean() < 4
  animation.write_gif(scene.renderer, (), str(tmp_path / 'b.gif'), 32)
  animation.write_mp4(scene.renderer, (), str(tmp_path / 'b.mp4'), 32)


@pytest.mark.parametrize('size', [63, 64])
def test_an_mp4_shows_the_same(tmp_path, size):
  program = program_cases.painted(channels=3)
  path = str(tmp_path / 'a.mp4')
  animation.write_mp4(program.renderer, program.commands, path, size)
  with av.open(path) as container:
    frames = [
      frame.to_ndarray(format='rgb24').astype(float)
      for frame in container.decode(video=0)
    ]
    seconds = float(container.duration) / av.time_base
  assert frames[0].shape == (64, 64, 3)
  assert frames[0].min() > 245
  assert abs(frames[-1] - program.render(64)).mean() < 8
  assert 3 < seconds < 17


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
