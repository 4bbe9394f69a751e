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

from spiral_tf.config import sections
from spiral_tf.datasets import archive
from spiral_tf.datasets import decoding


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
  return sections.DataConfig(
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
def test_pictures_and_only_pictures_sorted(tmp_path, capsys, make):
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
  message = f'{path}: 1 file that is not read as pictures: 1 .txt.'
  assert message in capsys.readouterr().err


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
    (_add('a.png', b'<html>Not found</html>'), 'is a web page, not a'),
    (_add('a.jpg', NOISE[:3000]), 'is no sound picture: .*truncated'),
    (_add('a.png', _png_of(10000, 10000)), 'has 10000 x 10000 pixels, but'),
    (_add('a.png', _png_of(30000, 30000)), 'has 30000 x 30000 pixels, but'),
  ],
)
def test_bad_members_end_the_loading_or_are_skipped(
  tmp_path, monkeypatch, capsys, build, message
):
  monkeypatch.setattr(decoding, 'MAX_BYTES', 8000)
  path = str(tmp_path / 'pictures.zip')
  with zipfile.ZipFile(path, 'w') as file:
    build(file)
    file.writestr('good.png', GOOD)
  with pytest.raises(decoding.BadImageError, match=message) as error:
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
  with pytest.raises(ValueError, match=r'holds no pictures, .*\.png.*1 \.txt'):
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


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
