"""Every form of output, on every background, at several sizes and colours.

Who reads the files is not who wrote them: PNG and GIF are decoded by PyAV, that
is FFmpeg, MP4 too, SVG by resvg, and MJCF by MuJoCo.
"""

import io
import itertools

import av
import numpy as np
from PIL import Image
import pytest
import resvg_py

from launch import paint_sheet
from spiral_tf import pictures
from spiral_tf.environments.mujoco import gl
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from tests import program_cases

pytestmark = pytest.mark.slow

_BACKGROUNDS = ('white', 'transparent', '#00c800', '#f0e6d2', 'Navy')
_SIZES = (1, 33, 512)
_RED, _GREY = (1.0, 0.0, 0.0), (0.5, 0.5, 0.5)
# What each form may be off by: nothing, or what its compression costs.
# One is what rounding costs.
_EXACT, _FILM, _PALETTE = 1, 6, 8


def _program(background, color):
  """A wide stroke through the middle, thicker than any softness of edges."""
  stroke = canvas.Stroke((32, 32), (32, 60), 1.0, 10.0, color)
  renderer = canvas.Canvas(64, 64, 'deevad/liner')
  program = program_lib.Program(renderer, (canvas.Move((32, 4)), stroke))
  if color != _GREY:
    program = program_lib.Program(
      canvas.Canvas(64, 64, 'deevad/liner', channels=3), program.commands
    )
  return program.with_background(background)


def _paper(background):
  """Red, green, blue and alpha, 0 to 255."""
  return {
    'white': (255, 255, 255, 255),
    'transparent': (255, 255, 255, 0),
    '#00c800': (0, 0xC8, 0, 255),
    '#f0e6d2': (0xF0, 0xE6, 0xD2, 255),
    'Navy': (0, 0, 128, 255),
  }[background]


def _decoded(path):
  """The last picture of a file, uint8 `[H, W, 4]`."""
  with av.open(str(path)) as container:
    *_, frame = container.decode(video=0)
  return frame.to_ndarray(format='rgba').astype(int)


def _rasterized(path, size):
  data = resvg_py.svg_to_bytes(svg_path=str(path), width=size, height=size)
  image = Image.open(io.BytesIO(bytes(data))).convert('RGBA')
  return np.asarray(image).astype(int)


def _check(picture, size, paper, ink, tolerance):
  """Checks a corner and, where there is room for it, the middle."""
  assert picture.shape[:2] == (size, size)
  places = [((0, 0), paper)]
  if size > 1:
    places.append(((size // 2, size // 2), ink))
  for place, expected in places:
    seen = picture[place]
    assert abs(seen[3] - expected[3]) <= tolerance
    if expected[3]:
      np.testing.assert_allclose(seen[:3], expected[:3], atol=tolerance)


@pytest.mark.parametrize('color', [_RED, _GREY])
@pytest.mark.parametrize('size', _SIZES)
@pytest.mark.parametrize('background', _BACKGROUNDS)
def test_every_form_shows_the_same(tmp_path, background, size, color):
  program = _program(background, color)
  names = ('a.png', 'a.svg', 'a.gif', 'a.mp4', 'a.json')
  paths = {name[2:]: tmp_path / name for name in names}
  program.save(*map(str, paths.values()), size=size)
  paper = _paper(background)
  ink = (*(round(255 * value) for value in color), 255)
  picture = _decoded(paths['png'])
  if size == 1:  # All is in one pixel: paper and ink.
    ink = paper = tuple(program.render(1).reshape(-1).tolist())
    ink = paper = (ink * 3 + (255,) if len(ink) == 1 else ink + (255,))[:4]
  _check(picture, size, paper, ink, _EXACT)
  rendered = program.render(size)
  assert (picture[..., : rendered.shape[-1]] == rendered).all()
  if size > 1:
    _check(_rasterized(paths['svg'], size), size, paper, ink, _EXACT)
  # Films have white paper where pictures are transparent.
  on_white = tuple(pictures.on_paper(np.uint8(paper)).tolist()) + (255,)
  ink_on_white = tuple(pictures.on_paper(np.uint8(ink)).tolist()) + (255,)
  _check(_decoded(paths['gif']), size, on_white, ink_on_white, _PALETTE)
  film = _decoded(paths['mp4'])
  if size > 1:
    _check(film, size + size % 2, on_white, ink_on_white, _FILM)
  assert film.shape[:2] == (max(2, size + size % 2),) * 2
  assert program_lib.Program.load(str(paths['json'])) == program
  # And the sheet, which lays what is transparent on paper.
  sheet = paint_sheet.Sheet(1)
  sheet.add(program.render(size))
  sheet.write(str(tmp_path / 'sheet.png'))
  _check(
    _decoded(tmp_path / 'sheet.png')[1:-1, 1:-1],
    2 * size,
    on_white,
    ink_on_white,
    _EXACT,
  )


@pytest.mark.parametrize('size', [17, 512])
def test_every_form_of_scenes(tmp_path, size):
  scene = program_cases.staged()
  names = ('a.png', 'a.gif', 'a.mp4', 'a.json', 'a.xml')
  paths = {name[2:]: tmp_path / name for name in names}
  scene.save(*map(str, paths.values()), size=size)
  picture = _decoded(paths['png'])[..., :3]
  np.testing.assert_array_equal(picture, scene.render(size))
  for name, tolerance in (('gif', _PALETTE), ('mp4', _FILM)):
    film = _decoded(paths[name])[..., :3]
    if film.shape == picture.shape:
      assert abs(film - picture).mean() < tolerance
  assert program_lib.Program.load(str(paths['json'])) == scene
  model = gl.load().MjModel.from_xml_path(str(paths['xml']))
  objects = len(scene.renderer.objects(scene.commands))
  assert [model.geom(f'object-{i + 1}').name for i in range(objects)]


def test_the_matrix_is_whole():
  cases = itertools.product(_BACKGROUNDS, _SIZES, (_RED, _GREY))
  drawn = {_program(b, c).renderer.channels for b, _, c in cases}
  assert drawn == {1, 3, 4}


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
