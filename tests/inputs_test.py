"""Tests of spiral_tf.agents.inputs."""

import io
import struct
import zlib

import numpy as np
from PIL import Image
from PIL import ImageCms
import pytest

from spiral_tf import pictures
from spiral_tf.agents import inputs
from spiral_tf.datasets import decoding
from tests import program_cases


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


@pytest.mark.parametrize(
  'mode', ['1', 'PA', 'La', 'RGBa', 'RGBX', 'CMYK', 'YCbCr', 'HSV', 'LAB']
)
def test_modes_that_few_files_have(mode):
  image = _image('L').convert('RGB').convert({'La': 'LA', 'PA': 'P'}.get(mode))
  if mode == 'LAB':
    profiles = [ImageCms.createProfile(name) for name in ('sRGB', 'LAB')]
    image = ImageCms.profileToProfile(image, *profiles, outputMode='LAB')
  image = image.convert({'RGBa': 'RGBA'}.get(mode, mode)).convert(mode)
  pixels = inputs.read(image).astype(int)
  # Where there are few colours, patterns of them average to the others.
  for rows in (slice(10), slice(10, 20)):
    expected = np.asarray(_image())[rows].mean()
    assert abs(pixels[rows].mean() - expected) < 8


@pytest.mark.parametrize(
  'dtype,factor,offset',
  [
    (np.float32, 1 / 255, 0),
    (np.float32, 1, 0),
    (np.float32, 257, 0),
    (np.float32, 1e30, -1e32),
    (np.int32, 1, 0),
    (np.int32, 257, 0),
    (np.int32, 10**6, -(10**8)),
    (np.uint16, 257, 0),
  ],
)
def test_numbers_of_any_range(dtype, factor, offset):
  image = np.asarray(_image('L'))
  numbers = Image.fromarray(
    (image.astype(float) * factor + offset).astype(dtype)
  )
  for source in (numbers, _bytes(numbers, 'TIFF')):
    pixels = inputs.read(source).astype(int)
    assert abs(pixels - image[..., None]).max() <= 1


def test_what_is_no_number_is_as_dark_as_the_darkest():
  numbers = np.array([[0.5, 1.0], [np.nan, np.inf]], np.float32)
  pixels = inputs.read(Image.fromarray(numbers))[..., 0]
  assert pixels.tolist() == [[128, 255], [0, 0]]
  with pytest.raises(ValueError, match='has no numbers in it'):
    inputs.read(Image.fromarray(numbers[1:]))


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


@pytest.mark.parametrize('shape', [(1, 40_000, 3), (40_000, 1, 3)])
@pytest.mark.parametrize('how', inputs.FITS)
def test_long_narrow_pictures_need_little_memory(shape, how):
  # On paper as wide as it is long, such a picture would take gigabytes.
  square = inputs.fit(np.zeros(shape, np.uint8), 16, 1, how)
  assert (square == 0).sum() == {'pad': 16, 'crop': 256}[how]


def test_huge_pictures(monkeypatch):
  monkeypatch.setattr(decoding, 'MAX_PIXELS', 10**6)
  monkeypatch.setattr(inputs, '_WIDTH', 100)
  image = _image('L', (1500, 1000))
  # Those that can be decoded smaller than they are, are.
  assert inputs.read(_bytes(image, 'JPEG')).shape == (250, 375, 3)
  for form, options in (('PNG', {}), ('JPEG', {'progressive': True})):
    with pytest.raises(ValueError, match='1500 x 1000 pixels, but at most 1,0'):
      inputs.read(_bytes(image, form, **options))


@pytest.mark.parametrize(
  'form', ['BMP', 'GIF', 'JPEG', 'PNG', 'PPM', 'TIFF', 'WEBP']
)
def test_a_caller_may_allow_fewer_pixels(form, monkeypatch):
  data = _bytes(_image('L', (300, 200)), form)
  assert inputs.read(data, max_pixels=60_000).shape == (200, 300, 3)
  # Whoever decodes a pixel has come too far.
  monkeypatch.setattr(decoding, 'flatten', None)
  message = 'has 300 x 200 pixels, but at most 59,999 are .* make it smaller.$'
  for source in (data, Image.open(io.BytesIO(data))):
    with pytest.raises(ValueError, match=message):
      inputs.read(source, max_pixels=59_999)


def test_a_bomb_is_refused_with_the_callers_bound():
  header = struct.pack('>IIBBBBB', 30_000, 20_000, 8, 0, 0, 0, 0)
  bomb = _bytes(_image('L'))
  bomb = bomb[:16] + header
  bomb += struct.pack('>I', zlib.crc32(bomb[12:])) + _bytes(_image('L'))[33:]
  for most, said in ((None, f'{decoding.MAX_PIXELS:,}'), (10**6, '1,000,000')):
    message = f'has 30000 x 20000 pixels, but at most {said} are'
    with pytest.raises(ValueError, match=message):
      inputs.read(bomb, max_pixels=most)


def test_finds_the_pictures_of_a_folder(tmp_path):
  (tmp_path / 'a').mkdir()
  for name in ('b.png', 'a/c.jpg', 'notes.txt'):
    (tmp_path / name).write_bytes(b'')
  (tmp_path / 'a' / 'd.HEIC').write_bytes(b'')
  found = inputs.find(str(tmp_path))
  assert found.paths == [str(tmp_path / 'a/c.jpg'), str(tmp_path / 'b.png')]
  assert found.remarks == [
    f'{tmp_path}: 2 files that are not read as pictures: 1 .heic, 1 .txt.'
  ]
  notes = str(tmp_path / 'notes.txt')
  assert inputs.find(notes) == ([notes], [])  # Its name is no matter.
  with pytest.raises(FileNotFoundError, match='does not exist'):
    inputs.find(str(tmp_path / 'none.png'))
  (tmp_path / 'empty').mkdir()
  with pytest.raises(ValueError, match='holds no pictures'):
    inputs.find(str(tmp_path / 'empty'))
  (tmp_path / 'empty' / 'x.heic').write_bytes(b'')
  with pytest.raises(ValueError, match=r'1 \.heic\. Save pictures as JPEG or'):
    inputs.find(str(tmp_path / 'empty'))


def test_what_was_painted_into_a_folder_is_not_painted_again(tmp_path):
  program = program_cases.painted(number=2)
  program.save(str(tmp_path / 'out.png'), str(tmp_path / 'out.gif'))
  pictures.write_png(str(tmp_path / 's.png'), np.zeros([4, 4, 3], np.uint8))
  with pytest.raises(ValueError, match=r'only pictures that were painted .*3'):
    inputs.find(str(tmp_path))
  mine = [str(tmp_path / name) for name in ('a.png', 'b.gif', 'c.jpg')]
  for name, form in zip(mine, ('PNG', 'GIF', 'JPEG')):
    _image().save(name, form)
  found = inputs.find(str(tmp_path))
  assert found.paths == mine
  assert found.remarks == [
    f'{tmp_path}: 3 pictures were painted here, and are not painted again.'
  ]
  for name in ('out.png', 'out.gif', 's.png'):
    path = str(tmp_path / name)
    assert inputs.find(path) == ([path], [])
    assert inputs.read(path).shape[2] == 3


def test_what_is_wrong_is_said_in_a_line(tmp_path):
  (tmp_path / 'empty.png').write_bytes(b'')
  (tmp_path / 'text.png').write_text('hello')
  (tmp_path / 'cut.png').write_bytes(_bytes(_image())[:60])
  for name, message in (
    ('empty.png', 'is empty, 0 bytes'),
    ('text.png', 'is no sound picture: neither BMP, GIF'),
    ('cut.png', 'is no sound picture'),
    ('.', 'is no regular file'),
  ):
    with pytest.raises(ValueError, match=message) as error:
      inputs.read(str(tmp_path / name))
    assert '\n' not in str(error.value)
    assert str(tmp_path) in str(error.value)
  for name in ('none.png', 'no\nne.png', ''):
    for reader in (inputs.read, inputs.find):
      with pytest.raises(FileNotFoundError, match='does not exist') as error:
        reader(name and str(tmp_path / name))
      assert '\n' not in str(error.value)
  for name in ('x' * 5000, 'x\0.png'):
    with pytest.raises(ValueError, match='cannot be read') as error:
      inputs.read(name)
    assert len(str(error.value)) < 450
  for source in (None, 3, [[1], [2, 3]], {}):
    with pytest.raises(ValueError, match='the picture is of type'):
      inputs.read(source)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
