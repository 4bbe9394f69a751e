"""Tests of the pictures of zip files and folders, sound ones and others."""

import io
import os
import stat
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image
import pytest

from spiral_tf import config as config_lib
from spiral_tf.datasets import archive
from spiral_tf.datasets import cache


def _bytes(image, form='PNG', **options):
  file = io.BytesIO()
  image.save(file, form, **options)
  return file.getvalue()


def _noise(width=40, height=40):
  rng = np.random.default_rng(0)
  pixels = rng.integers(256, size=[height, width, 3], dtype=np.uint8)
  return Image.fromarray(pixels)


GOOD = _bytes(Image.new('RGB', (6, 6), (10, 20, 30)))
NOISE = _bytes(_noise())


def _config(tmp_path, bad_images='error'):
  return config_lib.DataConfig(
    name='images', cache=str(tmp_path / 'cache'), bad_images=bad_images
  )


def _zip(tmp_path, members, compression=zipfile.ZIP_DEFLATED):
  path = tmp_path / 'pictures.zip'
  with zipfile.ZipFile(path, 'w', compression) as file:
    for name, data in members.items():
      file.writestr(name, data)
  return str(path)


def _folder(tmp_path, members):
  folder = tmp_path / 'pictures'
  for name, data in members.items():
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
  return str(folder)


@pytest.mark.parametrize('make', [_zip, _folder])
def test_pictures_and_only_pictures_sorted(tmp_path, make):
  sources = {
    f'{name}': _bytes(Image.new('L', (4, 4), value))
    for name, value in (('b/2.PNG', 2), ('a/9.png', 9), ('c.png', 5))
  }
  others = {'readme.txt': b'text', '__MACOSX/a/._9.png': b'not a picture'}
  path = make(tmp_path, {**sources, **others})
  images, names = archive.load(_config(tmp_path), path, 4, 1)
  assert names == ['a/9.png', 'b/2.PNG', 'c.png']
  assert images[:, 0, 0, 0].tolist() == [9, 2, 5]
  assert images.shape == (3, 4, 4, 1)


def test_zip_is_not_opened_when_its_images_are_cached(tmp_path, monkeypatch):
  path = _zip(tmp_path, {'a.png': GOOD})
  archive.load(_config(tmp_path), path, 4, 3)
  monkeypatch.setattr(archive, 'Archive', None)
  assert len(archive.load(_config(tmp_path), path, 4, 3).images) == 1


def _add(name, data, attributes=None, **changes):
  """A function that adds a member, then lies about it in the directory."""

  def build(file):
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    if attributes is not None:
      member.external_attr = attributes
    file.writestr(member, data)
    for key, value in changes.items():
      setattr(member, key, value)

  return build


def _png_of(width, height):
  """A tiny PNG file whose header claims any size."""
  header = b'IHDR' + struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
  return b''.join(
    [
      GOOD[:8],
      struct.pack('>I', 13) + header + struct.pack('>I', zlib.crc32(header)),
      GOOD[33:],
    ]
  )


@pytest.mark.parametrize(
  'build, message',
  [
    (_add('../a.png', GOOD), r'\.\./a\.png has a name that points out'),
    (_add('x/../../a.png', GOOD), 'points out of the zip'),
    (_add('/etc/a.png', GOOD), 'points out of the zip'),
    (_add('C:/a.png', GOOD), 'points out of the zip'),
    (_add('C:a.png', GOOD), 'points out of the zip'),
    (_add('..\\a.png', GOOD), 'points out of the zip'),
    (
      _add('a.png', b'/etc/passwd', (stat.S_IFLNK | 0o777) << 16),
      'is a symbolic link',
    ),
    (_add('a.png', GOOD, flag_bits=1), 'is encrypted'),
    (_add('a.png', b''), 'is empty, 0 bytes'),
    (_add('a.png', NOISE + bytes(9000)), 'has .* bytes, but a picture has at'),
    (_add('a.png', NOISE, file_size=100), 'cannot be read: Bad CRC-32'),
    (_add('a.png', NOISE, CRC=1), 'cannot be read: Bad CRC-32'),
    (_add('a.png', NOISE, compress_size=99), 'cannot be read'),
    (_add('a.png', NOISE, header_offset=7), 'cannot be read: Bad magic'),
    (_add('a.png', NOISE, compress_type=99), 'cannot be read'),
    (_add('a.png', b'<html>Not found</html>'), 'is no sound picture: cannot'),
    (_add('a.jpg', NOISE[:3000]), 'is no sound picture: .*truncated'),
    (_add('a.png', _png_of(10000, 10000)), 'is no sound picture: .*bomb'),
    (_add('a.png', _png_of(30000, 30000)), 'is no sound picture: .*bomb'),
  ],
)
def test_bad_members_end_the_loading_or_are_skipped(
  tmp_path, monkeypatch, capsys, build, message
):
  monkeypatch.setattr(archive, '_MAX_BYTES', 8000)
  path = str(tmp_path / 'pictures.zip')
  with zipfile.ZipFile(path, 'w') as file:
    build(file)
    file.writestr('good.png', GOOD)
  with pytest.raises(cache.BadImageError, match=message) as error:
    archive.load(_config(tmp_path), path, 4, 3)
  assert path in str(error.value)
  assert '--config.data.bad_images=skip' in str(error.value)
  images, names = archive.load(_config(tmp_path, 'skip'), path, 4, 3)
  assert names == ['good.png']
  assert (images == [10, 20, 30]).all()
  assert 'skipped 1 of 2 pictures: ' in capsys.readouterr().err


def _cut(path):
  with open(path, 'r+b') as file:
    file.truncate(os.path.getsize(path) - 40)


@pytest.mark.parametrize('damage', [_cut, lambda path: open(path, 'w').close()])
def test_a_damaged_zip_is_named(tmp_path, damage):
  path = _zip(tmp_path, {'a.png': GOOD})
  damage(path)
  with pytest.raises(ValueError, match='is no intact zip file') as error:
    archive.load(_config(tmp_path, 'skip'), path, 4, 3)
  assert path in str(error.value)


@pytest.mark.parametrize('make', [_zip, _folder])
def test_no_pictures_at_all(tmp_path, make):
  path = make(tmp_path, {'readme.txt': b'text'})
  with pytest.raises(ValueError, match=r'holds no pictures; .*\.png'):
    archive.load(_config(tmp_path), path, 4, 3)


def test_bad_files_of_a_folder_are_skipped(tmp_path, capsys):
  path = _folder(tmp_path, {'1.png': b'', '2.jpg': b'text', '5.png': GOOD})
  os.mkfifo(os.path.join(path, '3.png'))
  os.symlink('nowhere', os.path.join(path, '4.png'))
  _, names = archive.load(_config(tmp_path, 'skip'), path, 4, 3)
  assert names == ['5.png']
  message = capsys.readouterr().err
  assert 'skipped 4 of 5 pictures: 1.png is empty, 0 bytes, 2.jpg is' in message
  assert '3.png is no regular file, ...' in message


def test_new_files_of_a_folder_are_seen(tmp_path):
  path = _folder(tmp_path, {'a.png': GOOD})
  archive.load(_config(tmp_path), path, 4, 3)
  _folder(tmp_path, {'b.png': GOOD})
  assert archive.load(_config(tmp_path), path, 4, 3).names == ['a.png', 'b.png']


def _palette(transparency=None):
  image = Image.new('P', (4, 4), 1)
  image.putpalette([0, 0, 0, 200, 100, 50])
  if transparency is not None:
    image.info['transparency'] = transparency
  return image


@pytest.mark.parametrize(
  'image, form, expected',
  [
    (Image.new('RGB', (4, 4), (200, 100, 50)), 'PNG', (200, 100, 50)),
    (_palette(), 'PNG', (200, 100, 50)),
    (_palette(transparency=1), 'PNG', (255, 255, 255)),
    (_palette(transparency=0), 'PNG', (200, 100, 50)),
    (_palette(), 'GIF', (200, 100, 50)),
    (Image.new('RGBA', (4, 4), (200, 0, 50, 0)), 'PNG', (255, 255, 255)),
    (Image.new('RGBA', (4, 4), (200, 0, 55, 51)), 'PNG', (244, 204, 215)),
    (Image.new('LA', (4, 4), (100, 255)), 'PNG', (100, 100, 100)),
    (Image.new('LA', (4, 4), (100, 0)), 'PNG', (255, 255, 255)),
    (Image.new('CMYK', (4, 4), (55, 155, 205, 0)), 'TIFF', (200, 100, 50)),
    (Image.new('I;16', (4, 4), 257 * 100), 'PNG', (100, 100, 100)),
    (Image.new('I;16', (4, 4), 65535), 'TIFF', (255, 255, 255)),
    (Image.new('I', (4, 4), 257 * 7), 'TIFF', (7, 7, 7)),
    (Image.new('1', (4, 4), 1), 'PNG', (255, 255, 255)),
    (Image.new('1', (4, 4), 0), 'BMP', (0, 0, 0)),
    (Image.new('L', (4, 4), 70), 'WEBP', (70, 70, 70)),
  ],
)
def test_modes(image, form, expected):
  data = _bytes(image, form)
  color = archive.decode(data, 4, 3)
  assert color.mode == 'RGB'
  np.testing.assert_allclose(
    color, np.broadcast_to(expected, [4, 4, 3]), atol=1
  )
  grey = archive.decode(data, 4, 1)
  assert grey.mode == 'L'
  luminance = np.dot(expected, [0.299, 0.587, 0.114])
  np.testing.assert_allclose(grey, np.full([4, 4], luminance), atol=1.5)


@pytest.mark.parametrize(
  'image', [Image.new('F', (4, 4), 0.5), Image.new('I', (4, 4), 65536)]
)
def test_numbers_without_a_scale_are_refused(image):
  with pytest.raises(cache.BadImageError, match='more than 16 bits'):
    archive.decode(_bytes(image, 'TIFF'), 4, 1)


@pytest.mark.parametrize('form', ['EPS', 'PCX'])
def test_formats_that_may_run_other_programs_are_refused(form):
  data = _bytes(Image.new('RGB', (4, 4)), form)
  with pytest.raises(cache.BadImageError, match='cannot be BMP or'):
    archive.decode(data, 4, 3)


def test_rotation_of_a_camera_is_undone():
  upright = np.zeros([8, 16], np.uint8)
  upright[:, 8:] = 255  # The right half is light.
  exif = Image.Exif()
  exif[0x0112] = 6  # Stored turned by a quarter against the clock.
  stored = Image.fromarray(np.rot90(upright))
  image = archive.decode(_bytes(stored, 'PNG', exif=exif), 4, 1)
  np.testing.assert_array_equal(image, upright)


def test_first_picture_of_an_animation():
  frames = [Image.new('RGB', (4, 4), c) for c in ('red', 'blue')]
  data = _bytes(frames[0], 'GIF', save_all=True, append_images=frames[1:])
  assert archive.decode(data, 4, 3).getpixel((0, 0)) == (255, 0, 0)


def test_large_jpeg_is_decoded_smaller_but_alike():
  rows, columns = np.mgrid[:800, :800] / 800
  pixels = 127 * (1 + np.sin(9 * rows) * np.cos(7 * columns))
  data = _bytes(Image.fromarray(pixels.astype(np.uint8)), 'JPEG', quality=95)
  image = archive.decode(data, 64, 1)
  assert image.size == (200, 200)
  whole = Image.open(io.BytesIO(data))
  difference = np.subtract(
    archive.centre_square(image, 64),
    archive.centre_square(whole, 64),
    dtype=np.float64,
  )
  assert np.abs(difference).max() <= 2
  assert archive.decode(data, 512, 1).size == (800, 800)


@pytest.mark.parametrize('height, width', [(218, 178), (178, 218)])
def test_centre_square(height, width):
  pixels = np.zeros([height, width], np.uint8)
  margin = [(side - 178) // 2 for side in (height, width)]
  inside = pixels[margin[0] : height - margin[0], margin[1] : width - margin[1]]
  inside[:] = 100
  inside[:89] = 200
  image = np.asarray(archive.centre_square(Image.fromarray(pixels), 64))
  assert image.shape == (64, 64)
  assert (image[:28] == 200).all() and (image[36:] == 100).all()


def test_small_pictures_are_resized_with_antialiasing():
  stripes = np.zeros([64, 64], np.uint8)
  stripes[:, ::2] = 255
  image = archive.centre_square(Image.fromarray(stripes), 16)
  np.testing.assert_allclose(np.asarray(image)[:, 2:-2], 127.5, atol=8)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
