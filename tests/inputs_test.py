"""Tests of spiral_tf.inputs."""

import io

import numpy as np
from PIL import Image
import pytest

from spiral_tf import inputs


def _image(mode='RGB', size=(30, 20)):
  rows = np.linspace(0, 255, size[1], dtype=np.uint8)[:, None, None]
  pixels = np.broadcast_to(rows, (size[1], size[0], 3))
  image = Image.fromarray(np.ascontiguousarray(pixels))
  return image.quantize(20) if mode == 'P' else image.convert(mode)


def _bytes(image, form='PNG', **kwargs):
  data = io.BytesIO()
  image.save(data, form, **kwargs)
  return data.getvalue()


@pytest.mark.parametrize(
  'mode,form',
  [
    ('RGB', 'PNG'),
    ('L', 'PNG'),
    ('LA', 'PNG'),
    ('P', 'GIF'),
    ('RGBA', 'WEBP'),
    ('CMYK', 'TIFF'),
    ('RGB', 'BMP'),
    ('I;16', 'PNG'),
  ],
)
def test_any_mode_is_read_the_same_from_anywhere(mode, form, tmp_path):
  image = _image('L' if mode == 'I;16' else mode)
  if mode == 'I;16':
    image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
  kwargs = {'lossless': True} if form == 'WEBP' else {}
  data = _bytes(image, form, **kwargs)
  path = tmp_path / f'x.{form.lower()}'
  path.write_bytes(data)
  expected = np.asarray(_image())
  for source in (path, str(path), data, Image.open(io.BytesIO(data))):
    pixels = inputs.read(source)
    assert pixels.shape == (20, 30, 3) and pixels.dtype == np.uint8
    assert abs(pixels.astype(int) - expected).max() <= 8


def test_arrays_are_read_and_paper_shows_through():
  gray = np.full([4, 6], 100, np.uint8)
  for array in (gray, gray[..., None], np.stack([gray] * 3, axis=-1)):
    assert (inputs.read(array) == 100).all()
  clear = np.zeros([4, 6, 4], np.uint8)
  clear[:2, :, 3] = 255
  pixels = inputs.read(clear)
  assert (pixels[:2] == 0).all() and (pixels[2:] == 255).all()
  for bad in (
    gray.astype(float),
    gray[0],
    np.zeros([0, 3, 3], np.uint8),
    'x y',
  ):
    with pytest.raises((ValueError, FileNotFoundError)) as error:
      inputs.read(bad)
    assert '\n' not in str(error.value)


def test_first_picture_of_an_animation():
  frames = [Image.new('L', (8, 8), value) for value in (0, 255)]
  data = _bytes(
    frames[0], 'GIF', save_all=True, append_images=frames[1:], duration=50
  )
  assert (inputs.read(data) == 0).all()


def test_squares_of_pictures():
  image = np.asarray(_image(size=(40, 20)))
  image = np.array(image)
  image[:, :10], image[:, 30:] = 0, 0
  crop = inputs.fit(image, 16, 3, 'crop')
  assert crop.shape == (16, 16, 3)
  assert crop[8:, 0].min() > 50  # What was beyond the square is gone.
  pad = inputs.fit(image, 16, 1, 'pad')
  assert pad.shape == (16, 16, 1)
  assert min(pad[:3].min(), pad[-3:].min()) > 250
  assert pad[6:10, 1].max() < 60
  assert inputs.fit(image, 100, 3).shape == (100, 100, 3)
  with pytest.raises(ValueError, match="fit is 'stretch'"):
    inputs.fit(image, 16, 3, 'stretch')


def test_small_details_are_averaged_when_shrunk():
  board = np.indices([64, 64]).sum(axis=0) % 2 * np.uint8(255)
  image = inputs.read(board.astype(np.uint8))
  assert abs(inputs.fit(image, 8, 1).astype(int) - 127).max() < 8


def test_finds_the_pictures_of_a_folder(tmp_path):
  (tmp_path / 'a').mkdir()
  for name in ('b.png', 'a/c.jpg', 'notes.txt'):
    (tmp_path / name).write_bytes(b'')
  found = inputs.find(str(tmp_path))
  assert found == [str(tmp_path / 'a/c.jpg'), str(tmp_path / 'b.png')]
  assert inputs.find(str(tmp_path / 'notes.txt'))  # Its name is no matter.
  with pytest.raises(FileNotFoundError, match='does not exist'):
    inputs.find(str(tmp_path / 'none.png'))
  (tmp_path / 'empty').mkdir()
  with pytest.raises(ValueError, match='holds no pictures'):
    inputs.find(str(tmp_path / 'empty'))


def test_what_is_wrong_is_said_in_a_line(tmp_path):
  (tmp_path / 'empty.png').write_bytes(b'')
  (tmp_path / 'text.png').write_text('hello')
  (tmp_path / 'cut.png').write_bytes(_bytes(_image())[:60])
  for name, message in (
    ('empty.png', 'is empty, 0 bytes'),
    ('text.png', 'is no sound picture: cannot be BMP or'),
    ('cut.png', 'is no sound picture'),
    ('.', 'is no regular file'),
  ):
    with pytest.raises(ValueError, match=message) as error:
      inputs.read(str(tmp_path / name))
    assert '\n' not in str(error.value)
    assert str(tmp_path) in str(error.value)
  with pytest.raises(FileNotFoundError, match='does not exist'):
    inputs.read(str(tmp_path / 'none.png'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
