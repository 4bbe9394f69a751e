"""Tests of spiral_tf.programs.animation."""

import av
import numpy as np
from PIL import Image
from PIL import ImageSequence
import pytest

from spiral_tf.programs import animation
from spiral_tf.programs import canvas
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


@pytest.mark.parametrize('width,height', [(64, 40), (40, 64)])
@pytest.mark.parametrize('size', [64, 51])
def test_films_have_the_aspect(tmp_path, width, height, size):
  program = program_cases.painted(
    channels=3, canvas_width=width, canvas_height=height, number=6
  )
  frames, *_ = _gif(program, tmp_path / 'a.gif', size)
  picture = program.render(size)
  assert picture.shape[:2] == program.renderer.shape(size)
  assert {frame.shape for frame in frames} == {picture.shape}
  assert abs(frames[-1] - picture).mean() < 4
  path = str(tmp_path / 'a.mp4')
  animation.write_mp4(program.renderer, program.commands, path, size)
  # 51 x 32 pixels and the like grow to 52 x 33, of which the 33rd is twice.
  expected = program.render(size + size % 2)
  if size == 51:
    assert min(expected.shape[:2]) == 33
    ends = [(0, side % 2) for side in expected.shape[:2]]
    expected = np.pad(expected, (*ends, (0, 0)), 'edge')
    assert sorted(expected.shape[:2]) == [34, 52]
  with av.open(path) as container:
    for frame in container.decode(video=0):
      shown = frame.to_ndarray(format='rgb24')
      assert shown.shape == expected.shape
  assert abs(shown.astype(float) - expected).mean() < 8


def test_the_narrowest_film_can_be_written(tmp_path):
  program = program_cases.painted(canvas_width=256, canvas_height=1)
  frames, *_ = _gif(program, tmp_path / 'a.gif', 40)
  assert frames[0].shape == (1, 40, 3)
  path = str(tmp_path / 'a.mp4')
  animation.write_mp4(program.renderer, program.commands, path, 40)
  with av.open(path) as container:
    frame = next(container.decode(video=0))
  assert (frame.height, frame.width) == (2, 40)


@pytest.mark.parametrize('size', [1, 33, 256, 720, 1080])
def test_an_mp4_says_what_its_numbers_mean(tmp_path, size):
  # Players guess colours by size if a film does not say them.
  paper, ink = (0, 200, 0), (255, 0, 0)
  stroke = canvas.Stroke((32, 32), (32, 52), 1.0, 12.0, (1.0, 0.0, 0.0))
  renderer = canvas.Canvas(64, 64, 'deevad/liner', '#00c800', channels=3)
  commands = (canvas.Move((32, 12)), stroke)
  path = str(tmp_path / 'a.mp4')
  animation.write_mp4(renderer, commands, path, size)
  with av.open(path) as container:
    context = container.streams.video[0].codec_context
    # 1 is BT.709, and for the range, 16 to 235 (ITU-T H.273).
    assert context.color_primaries == context.color_trc == 1
    assert context.colorspace == context.color_range == 1
    *_, frame = container.decode(video=0)
  assert frame.format.name == 'yuv420p'
  luma, *chroma = (
    np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    for plane in frame.planes
  )
  places = [(0.1, paper)] + [(0.5, ink)] * (size > 32)
  for place, rgb in places:
    seen = [luma[int(place * frame.height), int(place * frame.width)]]
    for plane in chroma:
      row, column = int(place * frame.height / 2), int(place * frame.width / 2)
      seen.append(plane[row, column])
    np.testing.assert_allclose(seen, _bt709(rgb), atol=1.6)


def _bt709(rgb):
  """Y, Cb and Cr of 8 bits, Recommendation ITU-R BT.709-6, sections 3 and 4."""
  red, green, blue = (value / 255 for value in rgb)
  luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  cb, cr = (blue - luma) / 1.8556, (red - luma) / 1.5748
  return 219 * luma + 16, 224 * cb + 128, 224 * cr + 128


@pytest.mark.parametrize('number', [0, 1, 7, 70, 1500])
@pytest.mark.parametrize('substrokes', [1, 50])
def test_frames_are_as_many_as_is_said(number, substrokes):
  program = program_cases.painted(
    number=number, canvas_width=8, grid_width=8, substrokes=substrokes
  )
  parts = program.renderer, program.commands
  frames = list(animation.frames(*parts, 8))
  assert animation.number_of_frames(*parts) == len(frames)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
